from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.failures import is_retryable, policy_of
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.error_replies import retry_after
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Failure, Parameters, Usage


def read(
    preset: str, body: Any, *, status: int = 200, headers: dict[str, str] | None = None, model: str = "m"
) -> Completion | Failure:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    call = Call(provider=preset, model=model, text="x")
    return DIALECTS[PRESETS[preset].dialect]().to_completion(
        HttpReply(status=status, body=data, headers=headers or {}), call, PRESETS[preset]
    )


def chat(usage: dict[str, Any], **message: Any) -> dict[str, Any]:
    return {
        "model": "m",
        "choices": [{"finish_reason": "stop", "message": {"content": "hi"} | message}],
        "usage": usage,
    }


def failed(found: Completion | Failure) -> Failure:
    assert isinstance(found, Failure)
    return found


def completed(found: Completion | Failure) -> Completion:
    assert isinstance(found, Completion)
    return found


def test_gemini_counts_thoughts_as_output_and_does_not_show_them() -> None:
    body = {
        "candidates": [{"content": {"parts": [{"text": "hm", "thought": True}, {"text": "Hello."}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1200, "cachedContentTokenCount": 1024, "candidatesTokenCount": 5, "thoughtsTokenCount": 40},
        "modelVersion": "gemini-3.8-flash",
    }  # fmt: skip
    found = completed(read("gemini", body))

    assert found.text == "Hello."
    assert found.usage == Usage(input=1200, cache_read=1024, output=45, reasoning=40)


def test_a_prompt_gemini_blocks_is_a_refusal_that_was_billed() -> None:
    found = completed(
        read("gemini", {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 7}})
    )

    assert (found.stop_reason, found.usage) == ("refused", Usage(input=7))


@pytest.mark.parametrize(
    ("preset", "usage", "read_"),
    [
        (
            "deepseek",
            {"prompt_tokens": 10, "prompt_cache_hit_tokens": 6, "prompt_cache_miss_tokens": 4, "completion_tokens": 2},
            6,
        ),
        ("mistral", {"prompt_tokens": 10, "num_cached_tokens": 5, "completion_tokens": 2}, 5),
        ("openai", {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": None}, 0),
    ],
)
def test_cached_tokens_are_found_where_each_provider_puts_them(preset: str, usage: dict[str, Any], read_: int) -> None:
    assert completed(read(preset, chat(usage))).usage == Usage(input=10, output=2, cache_read=read_)


def test_what_a_gateway_reports_is_taken_as_the_cost() -> None:
    openrouter = chat({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.00095, "is_byok": False})
    byok = chat({"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}})

    assert str(completed(read("openrouter", openrouter)).reported_cost) == "0.00095"
    assert str(completed(read("openrouter", byok)).reported_cost) == "0.0021"
    assert (
        str(completed(read("litellm", chat({}), headers={"x-litellm-response-cost": "1.5e-05"})).reported_cost)
        == "0.000015"
    )


def test_blank_lines_before_a_reply_are_patience_and_not_a_fault() -> None:
    assert completed(read("deepseek", b"\n\n\n" + json.dumps(chat({})).encode())).text == "hi"


def test_mistrals_chunks_and_a_refusal_are_read_as_what_they_are() -> None:
    chunks = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Hi"}]

    assert completed(read("mistral", chat({}, content=chunks))).text == "Hi"
    assert completed(read("openai", chat({}, content=None, refusal="No."))).stop_reason == "refused"


@pytest.mark.parametrize(
    ("preset", "status", "body", "kind", "retryable", "final"),
    [
        ("openai", 401, {"error": {"code": "invalid_api_key"}}, "auth", False, True),
        ("openai", 429, {"error": {"code": "rate_limit_exceeded"}}, "rate_limit", True, False),
        ("openai", 429, {"error": {"code": "insufficient_quota"}}, "quota", False, True),
        ("openai", 400, {"error": {"code": "context_length_exceeded"}}, "too_long", False, False),
        ("openai", 404, {"error": {"code": "model_not_found"}}, "not_found", False, False),
        ("deepseek", 402, {"error": {"message": "Insufficient Balance"}}, "quota", False, True),
        ("mistral", 401, {"detail": "Unauthorized"}, "auth", False, True),
        ("mistral", 422, {"detail": [{"loc": ["body"], "msg": "bad"}]}, "invalid", False, False),
        ("anthropic", 529, {"type": "error", "error": {"type": "overloaded_error"}}, "server", True, False),
        ("anthropic", 429, {"type": "error", "error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}}, "quota", False, True),
        ("gemini", 429, {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"violations": [{"quotaId": "RequestsPerDayPerProject"}]}]}}, "quota", False, True),
        ("gemini", 429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, "rate_limit", True, False),
        ("openrouter", 200, {"error": {"code": 502, "message": "provider failed"}}, "server", True, False),
        ("qwen", 400, {"error": {"code": "data_inspection_failed"}}, "refused", False, False),
        ("openai", 500, b"<html>", "server", True, False),
    ],
)  # fmt: skip
def test_an_error_is_what_it_means_and_not_what_its_status_is(
    preset: str, status: int, body: Any, kind: str, retryable: bool, final: bool
) -> None:
    found = failed(read(preset, body, status=status))

    assert (found.kind, is_retryable(found), policy_of(found).ends_provider) == (kind, retryable, final)
    assert preset in found.message


def test_a_provider_may_overrule_what_its_status_says() -> None:
    assert not is_retryable(failed(read("openai", {}, status=500, headers={"x-should-retry": "false"})))
    assert is_retryable(failed(read("openai", {}, status=400, headers={"x-should-retry": "true"})))


@pytest.mark.parametrize(
    ("headers", "error", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, {}, 1.5),
        ({"retry-after": "2.5"}, {}, 2.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, {}, 40.0),
        ({}, {"details": [{"retryDelay": "34s"}]}, 34.0),
        ({"retry-after": "soon"}, {}, None),
    ],
)
def test_the_wait_asked_for_is_found_wherever_it_is(headers: dict[str, str], error: Any, seconds: float | None) -> None:
    assert retry_after(headers, error, now=60.0) == seconds


def test_a_retired_model_is_named_with_its_replacement() -> None:
    assert "gpt-6-luna" in failed(read("openai", {}, status=404, model="gpt-5-nano")).message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "usage", "error", "candidates", "parts", "code"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(["openai", "anthropic", "gemini", "mistral", "openrouter"]), json_values | st.binary(max_size=40),
    st.sampled_from([200, 400, 429, 500]),
)  # fmt: skip
def test_no_reply_is_so_strange_that_it_raises(preset: str, body: Any, status: int) -> None:
    assert isinstance(read(preset, body, status=status), Completion | Failure)


@given(st.lists(st.text(max_size=20), max_size=10), st.sampled_from(["openai", "anthropic", "gemini"]))
def test_a_stream_gives_what_its_pieces_say_and_one_cut_short_fails(pieces: list[str], preset: str) -> None:
    reader = DIALECTS[PRESETS[preset].dialect]().stream(
        Call(provider=preset, model="m", text="x", stream=True, parameters=Parameters()), PRESETS[preset]
    )
    deltas = {
        "openai": lambda text: {"choices": [{"delta": {"content": text}}]},
        "anthropic": lambda text: {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}},
        "gemini": lambda text: {"candidates": [{"content": {"parts": [{"text": text}]}}]},
    }
    ends = {
        "openai": {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        "anthropic": {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        "gemini": {
            "candidates": [{"content": {"parts": []}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 1},
        },
    }
    shown = [reader.feed(json.dumps(deltas[preset](piece))) for piece in pieces]

    assert shown == pieces
    assert is_retryable(failed(reader.completion()))
    reader.feed(json.dumps(ends[preset]))
    assert completed(reader.completion()).text == "".join(pieces)
