"""The Messages dialect: requests, replies and streams (reference 2.4, 2.5, 5)."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.dialect_replies import body, completed, failed, read, request, streamed
from scrimp.failures import is_retryable
from scrimp.values import Message, Parameters, Usage

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "additionalProperties": False}
TURNS = (Message("user", "a"), Message("assistant", "b"))


def test_the_smallest_request_has_the_required_output_cap() -> None:
    assert body("anthropic", model="claude-haiku-5-5") == {
        "model": "claude-haiku-5-5", "max_tokens": 8192, "messages": [{"role": "user", "content": "hi"}],
    }  # fmt: skip


def test_the_system_text_is_apart_and_a_schema_is_in_the_output_config() -> None:
    sent = request(
        "anthropic", model="claude-haiku-5-5", system="Be brief.", history=TURNS, stream=True,
        parameters=Parameters(max_output=800, effort="none", schema=SCHEMA),
    )  # fmt: skip

    assert json.loads(sent.body) == {
        "model": "claude-haiku-5-5", "max_tokens": 800, "system": "Be brief.", "stream": True, "thinking": {"type": "disabled"},
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "hi"}],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }  # fmt: skip


@pytest.mark.parametrize("preset", ["anthropic", "deepseek-anthropic"])
@pytest.mark.parametrize("temperature", [None, 0.0, 1.0])
def test_a_temperature_needs_the_older_version_of_the_api(preset: str, temperature: float | None) -> None:
    sent = request(preset, parameters=Parameters(temperature=temperature))
    newest = "2026-10-21" if preset == "anthropic" else "2023-06-01"

    assert sent.headers["anthropic-version"] == (newest if temperature is None else "2023-06-01")
    assert json.loads(sent.body).get("temperature") == temperature


@pytest.mark.parametrize("parameters", [{"logprobs": True}, {"choices": ("a", "b")}])
def test_what_the_api_does_not_have_is_not_sent(parameters: dict[str, Any]) -> None:
    assert body("anthropic", **parameters) == body("anthropic")


STOP_REASONS = {
    "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "model_context_window_exceeded": "length",
    "tool_use": "tool", "pause_turn": "tool", "refusal": "refused",
}  # fmt: skip


def message(**fields: Any) -> dict[str, Any]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5",
        "content": [{"type": "text", "text": "Hello."}], "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 7, "service_tier": "standard"},
    } | fields  # fmt: skip


@pytest.mark.parametrize(("reason", "expected"), STOP_REASONS.items())
def test_the_stop_reason_is_understood_and_kept(reason: str, expected: str) -> None:
    delta = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 1}}

    for result in (
        completed(read("anthropic", message(stop_reason=reason))), completed(streamed("anthropic", [delta])[0]),
    ):  # fmt: skip
        assert (result.stop_reason, result.finish_reason) == (expected, reason)


@pytest.mark.foreign
def test_the_table_has_every_stop_reason_of_the_sdk() -> None:
    types = pytest.importorskip("anthropic.types", reason="the anthropic SDK is not installed")

    assert set(get_args(types.StopReason)) == set(STOP_REASONS)


def test_only_text_blocks_are_the_answer_in_whatever_order() -> None:
    thinking = {"type": "thinking", "thinking": "hm", "signature": "s"}
    blocks = [
        thinking,
        {"type": "text", "text": "One "},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "new", "text": "no"},
        {"type": "text", "text": "two."},
    ]

    assert completed(read("anthropic", message(content=blocks))).text == "One two."
    assert completed(read("anthropic", message(content=[thinking], stop_reason="max_tokens"))).text == ""


def test_what_a_reply_tells_besides_its_text() -> None:
    result = completed(read("anthropic", message(), headers={"request-id": "req_1"}))

    assert (result.model, result.service_tier, result.request_id) == ("claude-haiku-5-5", "standard", "req_1")
    assert (result.reported_cost, result.logprobs) == (None, ())
    assert completed(read("anthropic", message(model=None), model="asked")).model == "asked"


@pytest.mark.parametrize("reply", [{}, [], b"", b"<html>", {"content": None}, {"content": "Hello."}, {"choices": []}])
def test_a_reply_without_content_is_a_failure(reply: Any) -> None:
    assert is_retryable(failed(read("anthropic", reply)))


# Reference 5.4. The usage of the input is in the first event, that of the output grows, and the last one counts.
USAGE = {
    "input_tokens": 12, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 2048, "output_tokens": 1,
    "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40}, "service_tier": "standard",
}  # fmt: skip
STREAM: list[Any] = [
    {"type": "message_start", "message": message(content=[], stop_reason=None, usage=USAGE)},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "ping"},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Hel"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "lo."}},
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 7, "input_tokens": None, "output_tokens_details": {"thinking_tokens": 4}}},
    {"type": "message_stop"},
]  # fmt: skip
WHOLE = Usage(input=2160, cache_read=2048, cache_write=100, cache_write_long=40, output=7, reasoning=4)


@pytest.mark.parametrize("events", range(len(STREAM) + 1))
def test_a_stream_cut_before_its_last_delta_is_a_failure(events: int) -> None:
    result, shown = streamed("anthropic", STREAM[:events])

    assert "".join(shown) == ("Hello." if events > 8 else "Hel" if events > 7 else "")
    if events < 11:
        assert (failed(result).kind, is_retryable(failed(result)), failed(result).sent) == ("network", True, True)
    else:
        assert (completed(result).text, completed(result).usage) == ("Hello.", WHOLE)
        assert (completed(result).model, completed(result).service_tier) == ("claude-haiku-5-5", "standard")


@pytest.mark.parametrize("place", range(len(STREAM) + 1))
def test_an_unknown_event_changes_nothing_and_an_error_ends_the_stream(place: int) -> None:
    unknown = {
        "type": "content_block_annotated",
        "delta": {"text": "no", "stop_reason": "refusal"},
        "usage": {"output_tokens": 99},
    }
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    assert streamed("anthropic", [*STREAM[:place], unknown, *STREAM[place:]])[0] == streamed("anthropic", STREAM)[0]
    result = failed(streamed("anthropic", [*STREAM[:place], error, *STREAM[place:]])[0])
    assert (result.kind, is_retryable(result)) == ("server", True)


@pytest.mark.foreign
def test_a_stream_is_read_as_the_anthropic_sdk_reads_it() -> None:
    streaming = pytest.importorskip("anthropic.lib.streaming._messages", reason="the anthropic SDK is not installed")
    types, pydantic = pytest.importorskip("anthropic.types"), pytest.importorskip("pydantic")
    events, snapshot = pydantic.TypeAdapter(types.RawMessageStreamEvent), None
    for event in STREAM:
        if event["type"] != "ping":
            parsed = events.validate_python(event)
            snapshot = streaming.accumulate_event(event=parsed, current_snapshot=snapshot, json_bufs={})
    assert snapshot is not None
    ours = completed(streamed("anthropic", STREAM)[0])

    assert ours.text == "".join(block.text for block in snapshot.content if block.type == "text")
    assert (ours.finish_reason, ours.model) == (snapshot.stop_reason, snapshot.model)
    assert ours.usage is not None
    assert ours.usage.output == snapshot.usage.output_tokens
    assert ours.usage.input == 12 + snapshot.usage.cache_read_input_tokens + snapshot.usage.cache_creation_input_tokens


@given(st.text(max_size=30), st.lists(st.integers(1, 29), max_size=5), st.sampled_from(sorted(STOP_REASONS)))
def test_a_stream_is_the_reply_in_pieces(text: str, cuts: list[int], reason: str) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(places)]
    deltas = [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": piece}} for piece in pieces]
    end = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}}
    result, shown = streamed("anthropic", [STREAM[0], *deltas, end])

    assert [piece for piece in shown if piece] == pieces
    assert completed(result) == completed(
        read(
            "anthropic",
            message(content=[{"type": "text", "text": text}], stop_reason=reason, usage=USAGE | {"output_tokens": 9}),
        )
    )
