"""Bodies and replies checked against the vendors' SDK types and OpenAI's own specification."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from typing import Any

import msgspec
import pytest

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Message, Parameters

pytestmark = pytest.mark.foreign
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
TURNS = (Message("user", "hi"), Message("assistant", "hello"))
CALLS = [
    Call(provider="openai", model=model, text="How many?", system=system, history=history, parameters=parameters, stream=stream)
    for model in ("gpt-6-luna", "gpt-4o-mini", "gpt-6.2-sol", "gpt-5-nano")
    for system, history in ((None, ()), ("Be brief.", TURNS))
    for parameters in (
        Parameters(), Parameters(max_output=7, effort="none"), Parameters(effort="max", schema=SCHEMA),
        Parameters(temperature=0.5, logprobs=True), Parameters(choices=("a", "b")),
    )
    for stream in (False, True)
]  # fmt: skip


def body(call: Call, endpoint: str) -> dict[str, Any]:
    request = DIALECTS[PRESETS[endpoint].dialect]().to_request(call, PRESETS[endpoint])
    decoded: dict[str, Any] = json.loads(request.body)
    return decoded


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_chat_body_is_what_the_openai_sdk_would_send(call: Call) -> None:
    chat = pytest.importorskip("openai.types.chat.completion_create_params", reason="the openai SDK is not installed")
    shape = chat.CompletionCreateParamsStreaming if call.stream else chat.CompletionCreateParamsNonStreaming
    sent = body(call, "openai")

    _validator(shape).validate_python(sent)
    assert set(sent) <= set(shape.__annotations__) | set(chat.CompletionCreateParamsBase.__annotations__)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_messages_body_is_what_the_anthropic_sdk_would_send(call: Call) -> None:
    messages = pytest.importorskip("anthropic.types.message_create_params", reason="the anthropic SDK is not installed")
    shape = messages.MessageCreateParamsStreaming if call.stream else messages.MessageCreateParamsNonStreaming
    for model in ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-4-5"):
        sent = body(msgspec.structs.replace(call, model=model), "anthropic")

        _validator(shape).validate_python(sent)
        assert set(sent) - {"temperature"} <= set(shape.__annotations__) | set(
            messages.MessageCreateParamsBase.__annotations__
        )


@cache
def _validator(shape: Any) -> Any:
    """Return the validator of an SDK's type, built once: that takes a tenth of a second."""
    return pytest.importorskip("pydantic").TypeAdapter(shape)


def test_a_chat_reply_is_read_as_the_openai_sdk_reads_it() -> None:
    chat = pytest.importorskip("openai.types.chat", reason="the openai SDK is not installed")
    reply = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1795000000, "model": "gpt-6-luna", "service_tier": "default",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": {"role": "assistant", "content": "Hello.", "refusal": None}}],
        "usage": {"prompt_tokens": 1420, "completion_tokens": 12, "total_tokens": 1432,
                  "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 300},
                  "completion_tokens_details": {"reasoning_tokens": 4}},
    }  # fmt: skip
    theirs = chat.ChatCompletion.model_validate(reply)
    ours = completion_of(reply, "openai", "gpt-6-luna")

    assert (ours.text, ours.model, ours.finish_reason) == (
        theirs.choices[0].message.content, theirs.model, theirs.choices[0].finish_reason,
    )  # fmt: skip
    assert ours.usage is not None
    assert (ours.usage.input, ours.usage.output) == (theirs.usage.prompt_tokens, theirs.usage.completion_tokens)
    assert ours.usage.cache_read == theirs.usage.prompt_tokens_details.cached_tokens
    assert (ours.usage.cache_write, ours.usage.reasoning) == (300, 4)


def test_a_message_is_read_as_the_anthropic_sdk_reads_it() -> None:
    types = pytest.importorskip("anthropic.types", reason="the anthropic SDK is not installed")
    reply = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
        "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "Hello."}],
        "stop_reason": "end_turn", "stop_sequence": None, "stop_details": None,
        "usage": {"input_tokens": 12, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 2048, "output_tokens": 7,
                  "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
                  "service_tier": "standard"},
    }  # fmt: skip
    theirs = types.Message.model_validate(reply)
    ours = completion_of(reply, "anthropic", "claude-haiku-5-5")
    used = theirs.usage

    assert ours.text == "".join(block.text for block in theirs.content if block.type == "text")
    assert ours.usage is not None
    assert ours.usage.input == used.input_tokens + used.cache_creation_input_tokens + used.cache_read_input_tokens
    assert (ours.usage.cache_read, ours.usage.cache_write, ours.usage.cache_write_long) == (2048, 100, 40)
    assert ours.usage.output == used.output_tokens


def completion_of(reply: dict[str, Any], endpoint: str, model: str) -> Completion:
    preset = PRESETS[endpoint]
    call = Call(provider=endpoint, model=model, text="x")
    result = DIALECTS[preset.dialect]().to_completion(
        HttpReply(status=200, body=json.dumps(reply).encode()), call, preset
    )
    assert isinstance(result, Completion)
    return result


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_chat_body_satisfies_openais_own_specification(call: Call) -> None:
    path = os.environ.get("SCRIMP_OPENAPI", "")
    if not os.path.isfile(path):
        pytest.skip("SCRIMP_OPENAPI names no specification")
    schemas = pytest.importorskip("jsonschema_rs")
    with gzip.open(path) as file:
        document = json.load(file)
    schema = document["paths"]["/chat/completions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    checker = _checker(schemas, path, schema, document)

    assert [error.message[:200] for error in checker.iter_errors(body(call, "openai"))] == []


_CHECKERS: dict[str, Any] = {}


def _checker(schemas: Any, path: str, schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """Return the validator of the specification, built once: it is large."""
    if path not in _CHECKERS:
        _CHECKERS[path] = schemas.Draft202012Validator({**schema, "components": document["components"]})
    return _CHECKERS[path]
