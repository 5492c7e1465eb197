"""Replies that break anywhere on the wire: a completion that lacks some of its text is never a whole one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.endpoint import HttpReply
from scrimp.providers.presets import PRESETS
from scrimp.transport.exchange import Exchange
from scrimp.values import Call, Completion, Entry, Failure, Usage

TEXT = "One \u2028 two \U0001f600 three."
Words = list[str]


def chat_stream(words: Words) -> list[Any]:
    deltas = [{"model": "m", "choices": [{"delta": {"content": word}, "finish_reason": None}]} for word in words]
    end = {"model": "m", "choices": [{"delta": {}, "finish_reason": "stop"}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
    return [*deltas, end, usage, "[DONE]"]


def message_stream(words: Words) -> list[Any]:
    start = {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}}
    deltas = [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": word}} for word in words]
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
    return [start, *deltas, end, {"type": "message_stop"}]


def content_stream(words: Words) -> list[Any]:
    *first, last = [{"candidates": [{"content": {"parts": [{"text": word}]}}]} for word in words]
    last["candidates"][0]["finishReason"] = "STOP"
    return [*first, last | {"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5}}]


def chat(text: str) -> dict[str, Any]:
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    return {"model": "m", "choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}


def message(text: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"content": content, "stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 5}}


def content(text: str) -> dict[str, Any]:
    candidate = {"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}
    return {"candidates": [candidate], "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5}}


WHOLE: dict[str, Callable[[str], dict[str, Any]]] = {"openai": chat, "anthropic": message, "gemini": content}
STREAMS: dict[str, Callable[[Words], list[Any]]] = {
    "openai": chat_stream,
    "anthropic": message_stream,
    "gemini": content_stream,
}


class Nobody:
    """An observer that notes nothing."""

    async def begin(self, call: Call) -> str | Failure:
        return call.model

    def end(self, call_id: str, result: Completion | Failure) -> Entry | None:
        return None


def read(preset: str, body: bytes, status: int = 200) -> Completion | Failure:
    exchange = Exchange(Call(provider=preset, model="m", text="x"), PRESETS[preset], Nobody(), None)
    return exchange.completion(HttpReply(status=status, body=body))


def wire(preset: str, *, streamed: bool, end: str) -> bytes:
    if not streamed:
        return json.dumps(WHOLE[preset](TEXT)).encode()
    events = STREAMS[preset]([TEXT[at : at + 3] for at in range(0, len(TEXT), 3)])
    lines = (event if isinstance(event, str) else json.dumps(event, ensure_ascii=False) for event in events)
    return "".join(f"data: {line}{end}{end}" for line in lines).encode()


replies = st.builds(
    lambda preset, streamed, end: (preset, wire(preset, streamed=streamed, end=end)),
    st.sampled_from(sorted(WHOLE)), st.booleans(), st.sampled_from(["\n", "\r\n", "\r"]),
)  # fmt: skip


@given(replies)
def test_an_unbroken_reply_is_a_whole_completion(reply: tuple[str, bytes]) -> None:
    result = read(*reply)

    assert isinstance(result, Completion)
    assert (result.text, result.stop_reason) == (TEXT, "stop")
    assert result.usage is not None
    assert (result.usage.input, result.usage.output) == (9, 5)


@given(replies, st.integers(200, 599))
def test_a_whole_completion_is_kept_with_any_status_of_success_and_with_no_other(
    reply: tuple[str, bytes], status: int
) -> None:
    assert isinstance(read(*reply, status), Completion) is (200 <= status < 300)


@given(replies, st.integers(0, 2000))
def test_a_reply_that_is_cut_off_anywhere_is_never_a_whole_completion(reply: tuple[str, bytes], at: int) -> None:
    preset, body = reply
    result = read(preset, body[: at % len(body)])

    assert isinstance(result, Failure) or result.stop_reason != "stop" or result.text == TEXT


@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 10), st.sampled_from(['{"choices": [', "<html>", '{"a"}', "bye"]))
def test_an_event_that_cannot_be_read_fails_the_whole_stream(preset: str, at: int, broken: str) -> None:
    events = wire(preset, streamed=True, end="\n").split(b"\n\n")[:-1]
    at %= len(events)
    result = read(preset, b"\n\n".join([*events[:at], f"data: {broken}".encode(), *events[at:], b""]))

    assert isinstance(result, Failure)


@pytest.mark.parametrize("preset", sorted(WHOLE))
def test_an_error_in_the_middle_of_a_stream_is_the_end_of_it(preset: str) -> None:
    events = STREAMS[preset](["One ", "two"])
    events.insert(2, {"type": "error", "error": {"type": "overloaded_error", "message": "why"}})
    body = "".join(f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n" for event in events).encode()
    result = read(preset, body)

    assert isinstance(result, Failure)
    assert "why" in result.message


@pytest.mark.parametrize("preset", sorted(WHOLE))
@pytest.mark.parametrize(
    "data", ['{"message": "why"}', '{"error": "why"}', '{"code": 500, "detail": "why"}', '"why"', "why"]
)
def test_an_event_whose_type_alone_is_error_ends_the_stream_with_its_words(preset: str, data: str) -> None:
    events = wire(preset, streamed=True, end="\n").split(b"\n\n")
    result = read(preset, b"\n\n".join([*events[:2], f"event: error\ndata: {data}".encode(), *events[2:]]))

    assert isinstance(result, Failure)
    assert "why" in result.message


@pytest.mark.parametrize(
    ("preset", "part", "empty"),
    [("anthropic", "content", None), ("gemini", "candidates", []), ("gemini", "candidates", None)],
)
def test_a_reply_without_a_completion_is_billed_where_it_counts_tokens(preset: str, part: str, empty: Any) -> None:
    result = read(preset, json.dumps(WHOLE[preset]("hi") | {part: empty}).encode())

    assert isinstance(result, Failure)
    assert "not a completion" in result.message
    assert result.billed is not None
    assert result.billed.usage == Usage(input=9, output=5)
    without = {
        name: value for name, value in WHOLE[preset]("hi").items() if name not in (part, "usage", "usageMetadata")
    }
    lost = read(preset, json.dumps(without).encode())
    assert isinstance(lost, Failure)
    assert lost.billed is None
