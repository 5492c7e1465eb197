"""The embedded runtime with a small context, and a larger one once a prompt needs it.

The runtime holds memory for its whole context from the start, for a model of 135M as much as its weights take twice
over at 8,192 tokens; most prompts need a fraction of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from scrimp.transport.local.embedded import LARGEST_CONTEXT, Runtime

_SMALL_CONTEXT = 4096  # tokens
_TEMPLATE_TOKENS = 256  # that a chat template adds to the messages


class GrowingRuntime:
    """A runtime that is loaded again, with the largest context, before the first prompt that may not fit."""

    def __init__(self, load: Callable[[int], Runtime]) -> None:
        self._load = load
        self._context = _SMALL_CONTEXT
        self._runtime: Runtime | None = load(_SMALL_CONTEXT)

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[Any], None] | None = None) -> Any:  # noqa: ANN401 - parsed JSON
        """Return the reply to a request; with `on_chunk`, stream it in chunks."""
        cap = body.get("max_completion_tokens") or body.get("max_tokens")
        # What is streamed cannot be taken back: without a cap it gets all the context there is.
        room = cap or (0 if on_chunk is None else LARGEST_CONTEXT)
        if _most_tokens(body) + room > self._context:
            self._grow()
        if on_chunk is not None:
            return self._in_use.handle_chat_completions(body, on_chunk)
        answer = self._in_use.handle_chat_completions(body)
        if cap is None and self._context < LARGEST_CONTEXT and _was_cut(answer):
            self._grow()
            answer = self._in_use.handle_chat_completions(body)
        return answer

    @property
    def _in_use(self) -> Runtime:
        if self._runtime is None:  # it could not be loaded again
            self._runtime = self._load(self._context)
        return self._runtime

    def _grow(self) -> None:
        if self._context < LARGEST_CONTEXT:
            self._context, self._runtime = LARGEST_CONTEXT, None  # the old one is freed first


def _most_tokens(body: dict[str, Any]) -> int:
    """Return more tokens than a prompt can have: no token is shorter than a byte."""
    return len(msgspec.json.encode(body)) + _TEMPLATE_TOKENS


def _was_cut(answer: Any) -> bool:  # noqa: ANN401 - parsed JSON
    choices = answer.get("choices") if isinstance(answer, dict) else None
    return any(choice.get("finish_reason") == "length" for choice in choices or ())
