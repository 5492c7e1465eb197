"""A runtime whose context grows with what prompts need, and its memory with it.

The runtime reserves the memory of its whole context when it loads: 23 KB a token for the shipped model, 190 MB for
8 192 tokens. So it starts with a short one. A prompt or completion that does not fit has it load the model again with
a longer one, at most three times, half a second each, and the prompt is sent again. What is streamed cannot be taken
back: it gets the longest.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from scrimp.transport.local.runtime import LONGEST_CONTEXT, Runtime
from scrimp.transport.local.whole_reply import whole_reply

CONTEXT_STEPS = (1024, 2048, 4096, LONGEST_CONTEXT)  # tokens
# llama.cpp's server ends a request only where it has a chunk to give: with these there is one after each piece of the
# prompt and after each token of the completion.
_IN_CHUNKS = {"stream": True, "stream_options": {"include_usage": True}, "return_progress": True}


class GrowingRuntime:
    """Loads its model when it is first needed, and with a longer context where a request needs one.

    It takes one request at a time.
    """

    def __init__(self, load: Callable[[int], Runtime]) -> None:
        """`load` takes the tokens of the context."""
        self._load, self._context = load, CONTEXT_STEPS[0]
        self._runtime: Runtime | None = None
        self._lock = Lock()

    def open(self, *, stream: bool) -> None:
        """Load the model, with the context of what is streamed or not."""
        with self._lock:
            self._with_context(CONTEXT_STEPS[-1] if stream else self._context)

    def reply(self, body: dict[str, Any], ended: Callable[[], bool]) -> dict[str, Any]:
        """Return the reply to a request; a part of it once `ended` tells that nothing waits for it any more."""
        with self._lock:
            reply = self._reply(self._context, body, ended)
            while (
                not ended()
                and self._context < CONTEXT_STEPS[-1]
                and (wanted := _tokens_wanted(reply, body, self._context))
            ):
                reply = self._reply(wanted, body, ended)
            return reply

    def stream(self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> None:
        """Give `on_chunk` each chunk of the reply to a request, or of its error, until it returns True."""
        with self._lock:
            runtime = self._with_context(CONTEXT_STEPS[-1])
            runtime.handle_chat_completions(body | _IN_CHUNKS, on_chunk)

    def _reply(self, context: int, body: dict[str, Any], ended: Callable[[], bool]) -> dict[str, Any]:
        chunks: list[dict[str, Any]] = []

        def on_chunk(chunk: dict[str, Any]) -> bool:
            chunks.append(chunk)
            return ended()

        runtime = self._with_context(context)
        if body.get("logprobs"):  # those in chunks lack that of the end; such completions are labels, and short
            runtime.handle_chat_completions(body, on_chunk)
            return chunks[0]
        runtime.handle_chat_completions(body | _IN_CHUNKS, on_chunk)
        return whole_reply(chunks)

    def _with_context(self, tokens: int) -> Runtime:
        """Return the runtime with a context of at least this many tokens, or the longest there is."""
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
