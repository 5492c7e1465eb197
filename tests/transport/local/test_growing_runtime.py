"""A context that grows with what prompts need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.transport.local.embedded import Runtime
from scrimp.transport.local.growing_runtime import CONTEXT_STEPS, GrowingRuntime

LONGEST = CONTEXT_STEPS[-1]


class LlamaServer:
    """Replies as llama.cpp's server does: an error for a prompt that is too long, a cut where the context is full."""

    def __init__(self, context: int) -> None:
        self.context = context

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[Any], None] | None = None) -> Any:
        prompt, says = map(int, body["messages"][0]["content"].split())
        if prompt >= self.context:
            error = {"type": "exceed_context_size_error", "n_prompt_tokens": prompt, "n_ctx": self.context}
            return {"error": {"code": 400, **error}}
        most = body.get("max_tokens")
        said = min(says, self.context - prompt, says if most is None else most)
        if on_chunk is not None:
            on_chunk(said)
        usage = {"prompt_tokens": prompt, "completion_tokens": said}
        return {"choices": [{"finish_reason": "stop" if said == says else "length"}], "usage": usage}


def asked(prompt: int, says: int, most: int | None) -> dict[str, Any]:
    limit = {} if most is None else {"max_tokens": most}
    return {"messages": [{"role": "user", "content": f"{prompt} {says}"}], **limit}


def growing() -> tuple[GrowingRuntime, list[int]]:
    loaded: list[int] = []

    def load(context: int) -> Runtime:
        loaded.append(context)
        return LlamaServer(context)

    return GrowingRuntime(load), loaded


tokens = st.integers(1, LONGEST + 1000)
requests = st.builds(asked, tokens, tokens, st.none() | tokens)


@given(st.lists(requests, max_size=5))
def test_replies_are_those_of_the_longest_context(bodies: list[dict[str, Any]]) -> None:
    runtime, loaded = growing()

    for body in bodies:
        assert _told(runtime.handle_chat_completions(body)) == _told(LlamaServer(LONGEST).handle_chat_completions(body))
    assert loaded == sorted(set(loaded))


@pytest.mark.parametrize(
    ("body", "contexts"),
    [
        (asked(100, 50, 200), [1024]),
        (asked(100, 900, 900), [1024]),  # it just fits
        (asked(1024, 5, 8), [1024, 2048]),
        (asked(3000, 5, None), [1024, 4096]),
        (asked(100, 1500, 1500), [1024, 2048]),
        (asked(100, 3000, None), [1024, 2048, 4096]),
        (asked(9000, 5, 8), [1024, 8192]),
    ],
)
def test_the_context_is_no_longer_than_needed(body: dict[str, Any], contexts: list[int]) -> None:
    runtime, loaded = growing()

    runtime.handle_chat_completions(body)
    runtime.handle_chat_completions(asked(1, 1, 1))
    assert loaded == contexts


def test_what_is_streamed_gets_the_longest_context_as_it_cannot_be_taken_back() -> None:
    runtime, loaded = growing()
    chunks: list[Any] = []

    runtime.handle_chat_completions(asked(10, 5000, None), chunks.append)
    assert (chunks, loaded) == ([5000], [1024, 8192])


def test_a_model_that_could_not_be_loaded_again_is_loaded_at_the_next_request() -> None:
    failures = iter([None, MemoryError(), None])

    def load(context: int) -> Runtime:
        failure = next(failures)
        if failure is not None:
            raise failure
        return LlamaServer(context)

    runtime = GrowingRuntime(load)
    with pytest.raises(MemoryError):
        runtime.handle_chat_completions(asked(1500, 1, 1))
    assert runtime.handle_chat_completions(asked(1500, 1, 1))["usage"]["prompt_tokens"] == 1500


def _told(reply: dict[str, Any]) -> dict[str, Any]:
    return {"error": reply["error"]["n_prompt_tokens"]} if "error" in reply else reply
