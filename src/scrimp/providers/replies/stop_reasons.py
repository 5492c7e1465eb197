"""The words with which providers say why a model stopped, and what each means; only a known word means "finished".

One table serves all dialects, since gateways pass on the words of the vendor behind them. Sources: the providers'
reference, 2.5, and the words that vLLM, SGLang, TGI, Ollama, Bedrock, Cohere, Mistral, DeepSeek and Zhipu document.
"""

from __future__ import annotations

from collections.abc import Mapping

from scrimp.enums import StopReason


def _words(meaning: StopReason, words: str) -> dict[str, StopReason]:
    return dict.fromkeys(words.split(), meaning)


_MEANINGS: Mapping[str, StopReason] = {
    **_words("stop", "stop end_turn stop_sequence eos eos_token complete"),
    **_words("length", "length max_tokens max_length max_output_tokens model_length model_context_window_exceeded "
             "error_limit"),
    **_words("refused", "content_filter content_filtered refusal safety guardrail_intervened prohibited_content "
             "recitation blocklist spii language image_safety error_toxic sensitive"),
    **_words("tool", "tool_calls tool_call tool_use function_call pause_turn malformed_function_call "
             "unexpected_tool_call too_many_tool_calls"),
    **_words("error", "error abort aborted cancelled canceled timeout other malformed_response repetition "
             "insufficient_system_resource network_error"),
}  # fmt: skip


def meaning_of(finish_reason: str) -> StopReason:
    """Return what a finish reason means; `unknown` for an undocumented word or none at all."""
    return _MEANINGS.get(finish_reason.lower().replace("-", "_"), "unknown")
