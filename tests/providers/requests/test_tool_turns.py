"""Turns with calls of tools, in the form of each dialect; the official SDKs judge two of them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from providers.dialect_replies import request
from scrimp.values import Attachment, Message, ToolCall

CALLS = (
    ToolCall("c1", "find_order", '{"id":  7.50, "big": 12345678901234567890, "e": 1E5}'),
    ToolCall("c2", "now", "{}"),
)
AFTER = (
    Message("assistant", "Looking.", calls=CALLS),
    Message("tool", '{"open": true}', call_id="c1", name="find_order"),
    Message("tool", "no clock", call_id="c2", name="now", is_error=True),
)
HISTORY = (Message("user", "a"), *AFTER, Message("user", "b"), Message("assistant", "c"))


def messages(preset: str, field: str = "messages", **fields: Any) -> Any:
    sent = json.loads(request(preset, text="Is it open?", **fields).body)
    return sent[field]


def test_chat_messages_have_the_calls_and_a_tool_turn_for_each() -> None:
    assert messages("openai", after=AFTER) == [
        {"role": "user", "content": "Is it open?"},
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in CALLS
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"open": true}'},
        {"role": "tool", "tool_call_id": "c2", "content": "no clock"},
    ]


def test_a_claude_request_has_the_results_in_one_turn_and_names_the_tools() -> None:
    sent = request("anthropic", model="claude-haiku-5-5", text="Is it open?", after=AFTER)
    body = json.loads(sent.body)

    assert body["tools"] == [{"name": name, "input_schema": {"type": "object"}} for name in ("find_order", "now")]
    assert body["tool_choice"] == {"type": "none"}
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Looking."},
                {"type": "tool_use", "id": "c1", "name": "find_order", "input": json.loads(CALLS[0].arguments)},
                {"type": "tool_use", "id": "c2", "name": "now", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": '{"open": true}'},
                {"type": "tool_result", "tool_use_id": "c2", "content": "no clock", "is_error": True},
            ],
        },
    ]
    assert b'{"id":  7.50, "big": 12345678901234567890, "e": 1E5}' in sent.body


def test_words_of_the_user_after_results_belong_to_their_turn_at_claude() -> None:
    roles = [
        (turn["role"], [part["type"] for part in turn["content"]] if isinstance(turn["content"], list) else "text")
        for turn in messages("anthropic", history=HISTORY)
    ]

    assert roles == [
        ("user", "text"),
        ("assistant", ["text", "tool_use", "tool_use"]),
        ("user", ["tool_result", "tool_result", "text"]),
        ("assistant", "text"),
        ("user", "text"),
    ]


def test_turns_without_tools_are_sent_as_before() -> None:
    plain = (Message("user", "a"), Message("assistant", "b"))
    body = json.loads(request("anthropic", history=plain).body)

    assert body["messages"] == [{"role": t.role, "content": t.content} for t in plain] + [
        {"role": "user", "content": "hi"}
    ]
    assert "tools" not in body


@pytest.mark.parametrize(("model", "signed"), [("gemini-3.8-flash", True), ("gemini-2.5-pro", False)])
def test_gemini_gets_the_results_in_one_turn_and_a_signature_where_it_wants_one(model: str, signed: bool) -> None:
    signature = {"thoughtSignature": "skip_thought_signature_validator"} if signed else {}

    assert messages("gemini", "contents", model=model, after=AFTER) == [
        {"role": "user", "parts": [{"text": "Is it open?"}]},
        {
            "role": "model",
            "parts": [
                {"text": "Looking."},
                {"functionCall": {"name": "find_order", "args": json.loads(CALLS[0].arguments)}} | signature,
                {"functionCall": {"name": "now", "args": {}}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "find_order", "response": {"open": True}}},
                {"functionResponse": {"name": "now", "response": {"error": "no clock"}}},
            ],
        },
    ]


@pytest.mark.parametrize("content", ["", "plain", "[1, 2]", '{"a": NaN}', '{"a": 1', '"x"', '{"a": 1} b'])
def test_a_result_that_is_not_an_object_is_the_output_of_the_tool_at_gemini(content: str) -> None:
    after = (Message("assistant", "", calls=CALLS[:1]), Message("tool", content, call_id="c1", name="find_order"))
    parts = messages("gemini", "contents", after=after)[-1]["parts"]

    assert parts == [{"functionResponse": {"name": "find_order", "response": {"output": content}}}]


@pytest.mark.parametrize("turns", [{"after": AFTER}, {"history": HISTORY, "after": AFTER}, {"history": HISTORY}])
@pytest.mark.parametrize("attached", [False, True])
@pytest.mark.parametrize(
    ("preset", "module", "name"),
    [("openai", "openai.types.chat", "ChatCompletionMessageParam"), ("anthropic", "anthropic.types", "MessageParam")],
)
def test_each_turn_is_one_that_the_sdk_knows(
    preset: str,
    module: str,
    name: str,
    turns: dict[str, Any],
    attached: bool,
) -> None:
    pydantic, types = pytest.importorskip("pydantic"), pytest.importorskip(module)
    shape = pydantic.TypeAdapter(getattr(types, name), config=None)
    image = Attachment(name="a.png", media_type="image/png", identity="sha256:00", size=3, data="AAAA")
    for message in messages(preset, attachments=(image,) if attached else (), **turns):
        shape.validate_python(message)
        for call in message.get("tool_calls", ()):  # lists within a turn are judged one by one
            pydantic.TypeAdapter(types.ChatCompletionMessageToolCallUnionParam).validate_python(call)
        for block in message["content"] if isinstance(message["content"], list) else []:
            if preset == "anthropic":
                pydantic.TypeAdapter(types.ContentBlockParam).validate_python(block)


@pytest.mark.parametrize(
    ("preset", "given", "sent"),
    [("openai", "functions.find:0", "functions.find:0"), ("mistral", "call_abcdefgh", None), ("mistral", "abcDEF123", "abcDEF123"),
     ("anthropic", "functions.find:0", None), ("anthropic", "toolu_1-a", "toolu_1-a")],
)  # fmt: skip
def test_an_id_that_a_vendor_refuses_is_replaced_in_the_call_and_its_result(
    preset: str, given: str, sent: str | None
) -> None:
    after = (
        Message("assistant", "", calls=(ToolCall(given, "f", "{}"),)),
        Message("tool", "x", call_id=given, name="f"),
    )
    call, result = messages(preset, after=after)[1:]
    if preset == "anthropic":
        ids = call["content"][0]["id"], result["content"][0]["tool_use_id"]
    else:
        ids = call["tool_calls"][0]["id"], result["tool_call_id"]

    assert ids[0] == ids[1]
    assert ids[0] == sent if sent else re.fullmatch("[a-z0-9]{9}", ids[0])
