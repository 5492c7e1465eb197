"""A runtime whose context grows with what prompts need, and its memory with it.

The runtime reserves the memory of its whole context when it loads: 23 KB a token for the shipped model, 190 MB for
8 192 tokens. So it starts with a short one. A prompt or completion that does not fit has it load the model again with
a longer one, at most three times, half a second each, and the prompt is sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from scrimp.transport.local.embedded import LONGEST_CONTEXT, Runtime
from scrimp.values import Json

CONTEXT_STEPS = (1024, 2048, 4096, LONGEST_CONTEXT)  # tokens


class GrowingRuntime:
    """A `Runtime` that loads its model again with a longer context where a request needs one; one request at a time."""

    def __init__(self, load: Callable[[int], Runtime]) -> None:
        """`load` takes the tokens of the context."""
        self._load, self._context = load, CONTEXT_STEPS[0]
        self._runtime: Runtime | None = load(self._context)
        self._lock = Lock()

    def handle_chat_completions(
        self, body: dict[str, Any], on_chunk: Callable[[Json], None] | None = None
    ) -> dict[str, Any]:
        """Return the reply to a request; with `on_chunk`, stream it in chunks."""
        with self._lock:
            if on_chunk is not None:  # chunks cannot be taken back
                return self._with_context(CONTEXT_STEPS[-1]).handle_chat_completions(body, on_chunk)
            reply = self._with_context(self._context).handle_chat_completions(body)
            while self._context < CONTEXT_STEPS[-1] and (wanted := _tokens_wanted(reply, body, self._context)):
                reply = self._with_context(wanted).handle_chat_completions(body)
            return reply

    def _with_context(self, tokens: int) -> Runtime:
        """Return the runtime with a context of at least so many tokens, or the longest there is."""
        if self._runtime is None or tokens > self._context:
            self._runtime = None  # frees its memory before more is taken
            self._context = next((step for step in CONTEXT_STEPS if step >= tokens), CONTEXT_STEPS[-1])
            self._runtime = self._load(self._context)
        return self._runtime


def _tokens_wanted(reply: dict[str, Any], body: dict[str, Any], context: int) -> int | None:
    """Return how many tokens a request needs that did not fit into the context; None if it did fit."""
    most: int | None = body.get("max_completion_tokens") or body.get("max_tokens")
    error = reply.get("error")
    if error is not None:
        prompt: int | None = error.get("n_prompt_tokens") if isinstance(error, dict) else None
        return None if prompt is None else max(prompt + (most or 1), context + 1)
    prompt_tokens: int = reply["usage"]["prompt_tokens"]
    completion_tokens: int = reply["usage"]["completion_tokens"]
    if prompt_tokens + completion_tokens < context:
        return None
    if most is not None and completion_tokens >= most:  # cut off by its own limit
        return None
    return max(prompt_tokens + (most or 1), context + 1)
