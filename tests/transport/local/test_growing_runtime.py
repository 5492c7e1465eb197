"""The context of the embedded model: small until a prompt or an answer needs more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scrimp.transport.local.embedded import LARGEST_CONTEXT
from scrimp.transport.local.growing_runtime import GrowingRuntime


class Loader:
    """Loads runtimes that answer with their context, cut off where that is small and `cuts` is set."""

    def __init__(self, *, cuts: bool = False) -> None:
        self.contexts: list[int] = []
        self._cuts = cuts

    def __call__(self, context: int) -> Loader:
        self.contexts.append(context)
        return self

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[Any], None] | None = None) -> Any:
        cut = self._cuts and self.contexts[-1] < LARGEST_CONTEXT
        return {"choices": [{"finish_reason": "length" if cut else "stop"}], "context": self.contexts[-1]}


def request(characters: int, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "a" * characters}], **more}


def test_short_prompts_need_a_small_context_and_long_ones_the_largest() -> None:
    load = Loader()
    runtime = GrowingRuntime(load)
    small = runtime.handle_chat_completions(request(100, max_tokens=50))["context"]
    runtime.handle_chat_completions(request(100))

    assert load.contexts == [small]
    assert small < LARGEST_CONTEXT
    assert runtime.handle_chat_completions(request(small, max_tokens=50))["context"] == LARGEST_CONTEXT
    runtime.handle_chat_completions(request(100))
    assert load.contexts == [small, LARGEST_CONTEXT]


@pytest.mark.parametrize("more", [{"max_tokens": 5000}, {"max_completion_tokens": 5000}])
def test_room_for_the_longest_answer_counts(more: dict[str, int]) -> None:
    assert GrowingRuntime(Loader()).handle_chat_completions(request(10, **more))["context"] == LARGEST_CONTEXT


def test_an_answer_that_the_small_context_cuts_off_is_given_again() -> None:
    load = Loader(cuts=True)

    assert GrowingRuntime(load).handle_chat_completions(request(10))["choices"][0]["finish_reason"] == "stop"
    assert len(load.contexts) == 2
    capped = Loader(cuts=True)
    GrowingRuntime(capped).handle_chat_completions(request(10, max_tokens=5))
    assert len(capped.contexts) == 1  # the cap cut it off


def test_what_is_streamed_without_a_cap_has_the_largest_context() -> None:
    assert GrowingRuntime(Loader()).handle_chat_completions(request(10), print)["context"] == LARGEST_CONTEXT


def test_every_byte_may_be_a_token() -> None:
    load = Loader()
    GrowingRuntime(load).handle_chat_completions({"messages": [{"role": "user", "content": "\u4e0d" * 1400}]})

    assert load.contexts[-1] == LARGEST_CONTEXT
