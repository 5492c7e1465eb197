"""The generateContent dialect: requests, replies and streams (reference 2.4, 2.5, 7)."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.dialect_replies import body, completed, failed, read, request, streamed
from scrimp.failures import is_retryable
from scrimp.values import Message, Parameters, Usage

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}


def test_the_smallest_request_has_the_prompt_and_no_settings() -> None:
    assert body("gemini") == {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


def test_the_request_of_the_reference() -> None:
    sent = request(
        "gemini", model="gemini-3.8-flash", text="Hi", system="Be brief.",
        history=(Message("user", "a"), Message("assistant", "b")),
        parameters=Parameters(max_output=800, schema=SCHEMA, effort="low", temperature=0.0),
    )  # fmt: skip

    assert sent.url == "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent"
    assert json.loads(sent.body) == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}, {"role": "user", "parts": [{"text": "Hi"}]}],
        "generationConfig": {"maxOutputTokens": 800, "responseMimeType": "application/json", "responseJsonSchema": SCHEMA,
                             "thinkingConfig": {"thinkingLevel": "low"}, "temperature": 0.0},
    }  # fmt: skip


def test_a_stream_has_its_own_address_and_the_same_body() -> None:
    whole, stream = request("gemini"), request("gemini", stream=True)

    assert stream.url == "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse"
    assert stream.body == whole.body


@pytest.mark.parametrize("parameters", [{"logprobs": True}, {"choices": ("a", "b")}])
def test_what_the_api_answers_with_a_400_is_not_sent(parameters: dict[str, Any]) -> None:
    assert body("gemini", **parameters) == body("gemini")


def reply(text: str = "Hello.", reason: str | None = "STOP", **fields: Any) -> dict[str, Any]:
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": reason, "index": 0}],
        "usageMetadata": {"promptTokenCount": 1200, "cachedContentTokenCount": 1024, "candidatesTokenCount": 5,
                          "thoughtsTokenCount": 40, "totalTokenCount": 1245},
        "modelVersion": "gemini-3.8-flash", "responseId": "r1",
    } | fields  # fmt: skip


def test_the_reply_of_the_reference() -> None:
    result = completed(read("gemini", reply()))

    assert (result.text, result.model, result.request_id) == ("Hello.", "gemini-3.8-flash", "r1")
    assert result.usage == Usage(input=1200, cache_read=1024, output=45, reasoning=40)
    assert result.usage.input + result.usage.output == 1245  # totalTokenCount
    assert completed(read("gemini", reply(modelVersion=None), model="asked")).model == "asked"


# 2.5; a reason that nobody listed must not pass for a finished answer, which would be cached.
STOP_REASONS = {
    "STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "refused", "PROHIBITED_CONTENT": "refused", "RECITATION": "refused",
    "BLOCKLIST": "refused", "SPII": "refused", "OTHER": "error", "MALFORMED_RESPONSE": "error", "NEVER_SEEN_BEFORE": "unknown",
}  # fmt: skip


@pytest.mark.parametrize(("reason", "expected"), STOP_REASONS.items())
def test_the_finish_reason_is_understood_and_kept(reason: str, expected: str) -> None:
    for result in (
        completed(read("gemini", reply(reason=reason))),
        completed(streamed("gemini", [reply(reason=reason)])[0]),
    ):
        assert (result.stop_reason, result.finish_reason, result.text) == (expected, reason, "Hello.")


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "OTHER"])
def test_a_blocked_prompt_is_a_refusal_or_an_error_and_was_billed(reason: str) -> None:
    blocked = {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 7}}

    for result in (completed(read("gemini", blocked)), completed(streamed("gemini", [blocked])[0])):
        assert result.stop_reason in ("refused", "error")
        assert (result.text, result.finish_reason, result.usage) == ("", reason, Usage(input=7))


def test_a_block_without_a_reason_is_a_refusal() -> None:
    result = completed(read("gemini", {"promptFeedback": {"safetyRatings": []}}))

    assert (result.stop_reason, result.text, result.usage) == ("refused", "", None)


@pytest.mark.parametrize(
    "body",
    [{}, [], b"", b"<html>", {"candidates": []}, {"candidates": None, "promptFeedback": {}}, {"usageMetadata": {}}],
)
def test_a_reply_without_candidates_or_reason_is_a_failure(body: Any) -> None:
    assert is_retryable(failed(read("gemini", body)))


@pytest.mark.parametrize(
    "candidate",
    [{}, {"content": None}, {"content": {"parts": None}}, {"content": {"parts": [3, {"functionCall": {}}]}}],
)
def test_a_candidate_without_text_is_an_empty_completion(candidate: Any) -> None:
    assert completed(read("gemini", {"candidates": [candidate]})).text == ""


def chunk(text: str, **fields: Any) -> dict[str, Any]:
    """Return an event as Gemini sends it: no finish reason but in the last, usage so far in each."""
    counts = {"promptTokenCount": 9, "candidatesTokenCount": 1, "totalTokenCount": 10}
    return {
        "candidates": [{"content": {"parts": [{"text": text}]}}],
        "usageMetadata": counts,
        "modelVersion": "gemini-3.8-flash",
    } | fields


STREAM: list[Any] = [
    {"candidates": [{"content": {"parts": [{"text": "hm", "thought": True}]}}], "modelVersion": "gemini-3.8-flash"},
    chunk("Hel"), chunk("lo."),
    {"candidates": [{"content": {"parts": [{"text": ""}]}, "finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 3, "thoughtsTokenCount": 4}},
    {"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 3, "thoughtsTokenCount": 5}, "responseId": "r1"},
]  # fmt: skip


@pytest.mark.parametrize("events", range(len(STREAM) + 1))
def test_a_stream_cut_before_its_finish_reason_is_a_failure(events: int) -> None:
    result, shown = streamed("gemini", STREAM[:events])

    assert "".join(shown) == ("Hello." if events > 2 else "Hel" if events > 1 else "")
    if events < 4:
        assert (failed(result).kind, is_retryable(failed(result)), failed(result).sent) == ("network", True, True)
    else:
        hidden = 5 if events > 4 else 4
        assert (completed(result).text, completed(result).stop_reason) == ("Hello.", "stop")
        assert completed(result).usage == Usage(input=9, output=3 + hidden, reasoning=hidden)
        assert completed(result).model == "gemini-3.8-flash"


@pytest.mark.parametrize("place", range(len(STREAM) + 1))
def test_an_unknown_event_changes_nothing_and_an_error_ends_the_stream(place: int) -> None:
    error = {"error": {"code": 503, "message": "Overloaded", "status": "UNAVAILABLE"}}

    assert streamed("gemini", [*STREAM[:place], {"note": "hm"}, *STREAM[place:]])[0] == streamed("gemini", STREAM)[0]
    result = failed(streamed("gemini", [*STREAM[:place], error, *STREAM[place:]])[0])
    assert (result.kind, is_retryable(result)) == ("server", True)


@given(st.text(max_size=30), st.lists(st.integers(1, 29), max_size=5), st.sampled_from(sorted(STOP_REASONS)))
def test_a_stream_is_the_reply_in_pieces(text: str, cuts: list[int], reason: str) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(places)]
    result, shown = streamed("gemini", [*map(chunk, pieces), reply("", reason)])

    assert [piece for piece in shown if piece] == pieces
    assert completed(result) == completed(read("gemini", reply(text, reason)))
