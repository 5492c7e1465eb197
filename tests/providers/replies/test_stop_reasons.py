"""Why a model stopped: only a word that is documented to mean it makes a completion whole."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from anthropic.types import StopReason as AnthropicStopReason
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.chat_completion import Choice

from providers.dialect_replies import completed, read, streamed
from scrimp.providers.replies.stop_reasons import meaning_of

FINISHED = {"stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "STOP", "COMPLETE"}
# Words that gateways and servers pass on from the vendor behind them.
NOT_FINISHED = [
    ("model_length", "length"), ("max_tokens", "length"), ("MAX_TOKENS", "length"), ("MAX_LENGTH", "length"),
    ("SAFETY", "refused"), ("content-filter", "refused"), ("CONTENT_FILTER", "refused"), ("guardrail_intervened", "refused"),
    ("pause_turn", "tool"), ("tool_use", "tool"), ("MALFORMED_FUNCTION_CALL", "tool"),
    ("abort", "error"), ("insufficient_system_resource", "error"), ("OTHER", "error"),
    ("", "unknown"), ("FINISH_REASON_UNSPECIFIED", "unknown"), ("never_seen_before", "unknown"), ("stopped", "unknown"),
]  # fmt: skip


def replies_in_each_dialect(reason: str | None) -> list[Any]:
    chat = {
        "choices": [{"finish_reason": reason, "message": {"content": "text"}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1},
    }
    message = {
        "stop_reason": reason,
        "content": [{"type": "text", "text": "text"}],
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    content = {
        "candidates": [{"finishReason": reason, "content": {"parts": [{"text": "text"}]}}],
        "usageMetadata": {"promptTokenCount": 1},
    }
    return [read("litellm", chat), read("anthropic", message), read("gemini", content)]  # fmt: skip


@pytest.mark.parametrize(("reason", "meaning"), NOT_FINISHED)
def test_a_completion_is_not_whole_unless_its_finish_reason_says_so(reason: str, meaning: str) -> None:
    for reply in replies_in_each_dialect(reason):
        if reason == "error":
            continue
        result = completed(reply)
        assert (result.stop_reason, result.finish_reason, result.text) == (meaning, reason, "text")


def test_a_reply_without_a_finish_reason_is_not_whole() -> None:
    for reply in replies_in_each_dialect(None):
        assert completed(reply).stop_reason == "unknown"


@given(st.text(max_size=20))
def test_a_word_that_nobody_listed_never_means_finished(word: str) -> None:
    assert (meaning_of(word) == "stop") == (word.lower().replace("-", "_") in {each.lower() for each in FINISHED})


def test_every_word_of_the_official_sdks_is_known() -> None:
    words = [*get_args(AnthropicStopReason), *get_args(Choice.model_fields["finish_reason"].annotation)]

    assert words
    assert [word for word in words if meaning_of(word) == "unknown"] == []


def test_text_before_a_tool_call_is_not_a_completion() -> None:
    events = [
        {"choices": [{"delta": {"content": "Let me look."}}]},
        {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
        "[DONE]",
    ]

    assert completed(streamed("openai", events)[0]).stop_reason == "tool"


def test_a_billed_reply_without_a_choice_is_kept_with_its_usage() -> None:
    result = completed(read("openai", {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 0}}))

    assert (result.text, result.stop_reason) == ("", "unknown")
    assert result.usage is not None
    assert result.usage.input == 9
