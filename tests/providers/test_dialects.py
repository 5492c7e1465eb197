"""Completions in the three dialects and their variants: text, tokens, cost, streams."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.dialect_replies import chat, completed, failed, read
from scrimp.failures import is_retryable
from scrimp.providers import DIALECTS
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Failure, Parameters, Usage


def test_gemini_thoughts_count_as_output_and_are_not_in_the_text() -> None:
    body = {
        "candidates": [{"content": {"parts": [{"text": "hm", "thought": True}, {"text": "Hello."}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1200, "cachedContentTokenCount": 1024, "candidatesTokenCount": 5, "thoughtsTokenCount": 40},
        "modelVersion": "gemini-3.8-flash",
    }  # fmt: skip
    result = completed(read("gemini", body))

    assert result.text == "Hello."
    assert result.usage == Usage(input=1200, cache_read=1024, output=45, reasoning=40)


def test_a_prompt_blocked_by_gemini_is_a_billed_refusal() -> None:
    result = completed(
        read("gemini", {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 7}})
    )

    assert (result.stop_reason, result.usage) == ("refused", Usage(input=7))


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


def test_the_cost_a_gateway_reports_is_used() -> None:
    openrouter = chat({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.00095, "is_byok": False})
    byok = chat({"cost": 0.0001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.002}})

    assert str(completed(read("openrouter", openrouter)).reported_cost) == "0.00095"
    assert str(completed(read("openrouter", byok)).reported_cost) == "0.0021"
    assert (
        str(completed(read("litellm", chat({}), headers={"x-litellm-response-cost": "1.5e-05"})).reported_cost)
        == "0.000015"
    )


def test_blank_lines_before_a_reply_are_skipped() -> None:
    assert completed(read("deepseek", b"\n\n\n" + json.dumps(chat({})).encode())).text == "hi"


def test_mistrals_text_chunks_and_a_refusal_are_read() -> None:
    chunks = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Hi"}]

    assert completed(read("mistral", chat({}, content=chunks))).text == "Hi"
    assert completed(read("openai", chat({}, content=None, refusal="No."))).stop_reason == "refused"


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
def test_no_reply_raises_an_exception(preset: str, body: Any, status: int) -> None:
    assert isinstance(read(preset, body, status=status), Completion | Failure)


@given(st.lists(st.text(max_size=20), max_size=10), st.sampled_from(["openai", "anthropic", "gemini"]))
def test_a_stream_gives_the_text_of_its_events_and_fails_if_cut_off(pieces: list[str], preset: str) -> None:
    reader = DIALECTS[PRESETS[preset].dialect]().stream_reader(
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
