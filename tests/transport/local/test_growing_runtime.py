"""A context that grows with what prompts need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.transport.local.growing_runtime import CONTEXT_STEPS, GrowingRuntime
from scrimp.transport.local.runtime import Runtime

LONGEST = CONTEXT_STEPS[-1]


class LlamaServer:
    """Replies as llama.cpp's server does: an error for a prompt that is too long, a cut where the context is full.

    It says "a" for each token, and ends at a chunk for which it gets True.
    """

    def __init__(self, context: int) -> None:
        self.context = context

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> None:
        prompt, says = map(int, body["messages"][0]["content"].split())
        if prompt >= self.context:
            error = {"type": "exceed_context_size_error", "n_prompt_tokens": prompt, "n_ctx": self.context}
            on_chunk({"error": {"code": 400, **error}})
            return
        most = body.get("max_tokens")
        said = min(says, self.context - prompt, says if most is None else most)
        usage = {"prompt_tokens": prompt, "completion_tokens": said}
        end = "stop" if said == says else "length"
        if not body.get("stream"):
            on_chunk({"choices": [{"finish_reason": end, "message": {"content": "a" * said}}], "usage": usage})
            return
        deltas = [{"role": "assistant", "content": None}, {"content": "a" * (said - 1)}, {"content": "a"}]
        choices = [*({"finish_reason": None, "delta": delta} for delta in deltas), {"finish_reason": end, "delta": {}}]
        chunks = [*({"choices": [choice]} for choice in choices), {"choices": [], "usage": usage}]
        any(map(on_chunk, chunks))


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
        assert _told(runtime.reply(body, never)) == _told(whole(body))
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

    runtime.open(stream=False)
    runtime.reply(body, never)
    runtime.reply(asked(1, 1, 1), never)
    assert loaded == contexts


def test_what_is_streamed_gets_the_longest_context_as_it_cannot_be_taken_back() -> None:
    runtime, loaded = growing()
    chunks: list[dict[str, Any]] = []

    runtime.open(stream=True)
    runtime.stream(asked(10, 5000, None), lambda chunk: bool(chunks.append(chunk)))
    assert chunks[-1]["usage"]["completion_tokens"] == 5000
    assert loaded == [8192]


def test_log_probabilities_are_not_asked_for_in_chunks_which_lack_that_of_the_end() -> None:
    runtime, _ = growing()

    reply = runtime.reply(asked(10, 2, 8) | {"logprobs": True}, never)
    assert reply["choices"] == [{"finish_reason": "stop", "message": {"content": "aa"}}]


def test_a_reply_that_nothing_waits_for_ends_and_has_no_longer_context_loaded() -> None:
    runtime, loaded = growing()
    waits = iter([False, True])

    reply = runtime.reply(asked(10, 5000, None), lambda: next(waits, True))
    assert reply["choices"][0]["message"]["content"] == "a" * 1013
    assert loaded == [1024]


def test_a_model_that_could_not_be_loaded_again_is_loaded_at_the_next_request() -> None:
    failures = iter([MemoryError(), None, MemoryError(), None])

    def load(context: int) -> Runtime:
        failure = next(failures)
        if failure is not None:
            raise failure
        return LlamaServer(context)

    runtime = GrowingRuntime(load)
    for _ in range(2):
        with pytest.raises(MemoryError):
            runtime.reply(asked(1500, 1, 1), never)
    assert runtime.reply(asked(1500, 1, 1), never)["usage"]["prompt_tokens"] == 1500


def never() -> bool:
    return False


def whole(body: dict[str, Any]) -> dict[str, Any]:
    replies: list[dict[str, Any]] = []
    LlamaServer(LONGEST).handle_chat_completions(body, lambda reply: bool(replies.append(reply)))
    return replies[0]


def _told(reply: dict[str, Any]) -> object:
    if "error" in reply:
        return reply["error"]["n_prompt_tokens"]
    choice = reply["choices"][0]
    return choice["message"]["content"], choice["finish_reason"], reply["usage"]
