"""What other threads hand over is called in order, and wakes the loop once for all that came while it worked."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import Context, ContextVar
from typing import Any

import pytest

from scrimp.flows.event_loops.coalescing_loop import CoalescingLoop


class CountingLoop(asyncio.SelectorEventLoop):
    """asyncio's own, which counts how often a thread woke it."""

    woken = 0

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        self.woken += 1
        return super().call_soon_threadsafe(callback, *args, context=context)


class CountedLoop(CoalescingLoop, CountingLoop):
    """Ours on top of that."""


def in_a_thread(do: Callable[[], None]) -> None:
    thread = threading.Thread(target=do)
    thread.start()
    thread.join()


def run(main: Callable[[asyncio.AbstractEventLoop], Any], factory: type[CountingLoop]) -> tuple[Any, int]:
    """Return what a coroutine returns, and how often its loop was woken until then."""

    async def counted() -> tuple[Any, int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, CountingLoop)
        return await main(loop), loop.woken

    with asyncio.Runner(loop_factory=factory) as runner:
        result: tuple[Any, int] = runner.run(counted())
        return result


async def handed_over_while_it_works(loop: asyncio.AbstractEventLoop) -> list[int]:
    seen: list[int] = []
    for _ in range(2):
        last = asyncio.Event()

        def hand_over(last: asyncio.Event = last) -> None:
            for number in range(100):
                loop.call_soon_threadsafe(seen.append, number)
            loop.call_soon_threadsafe(last.set)

        before = len(seen)
        in_a_thread(hand_over)  # the loop's own thread waits for that: it cannot look in between
        assert len(seen) == before
        await last.wait()
    return seen


def test_what_came_while_the_loop_worked_is_called_in_order_and_woke_it_once() -> None:
    assert run(handed_over_while_it_works, CountedLoop) == ([*range(100)] * 2, 2)
    assert run(handed_over_while_it_works, CountingLoop)[1] == 202


def test_a_loop_that_sleeps_is_woken_by_each_of_many_threads() -> None:
    async def main(loop: asyncio.AbstractEventLoop) -> int:
        came = 0
        all_came = asyncio.Event()

        def arrive() -> None:
            nonlocal came
            came += 1
            if came == 4 * 500:
                all_came.set()

        def hand_over() -> None:
            for _ in range(500):
                loop.call_soon_threadsafe(arrive)

        threads = [threading.Thread(target=hand_over) for _ in range(4)]
        for thread in threads:
            thread.start()
        await all_came.wait()
        for thread in threads:
            thread.join()
        return came

    assert run(main, CountedLoop)[0] == 2000


def test_what_a_callback_of_another_thread_hands_over_wakes_the_loop_again() -> None:
    async def main(loop: asyncio.AbstractEventLoop) -> None:
        done = asyncio.Event()

        def hand_over() -> None:
            loop.call_soon_threadsafe(in_a_thread, hand_over_again)

        def hand_over_again() -> None:
            loop.call_soon_threadsafe(done.set)

        in_a_thread(hand_over)
        await done.wait()

    assert run(main, CountedLoop) == (None, 2)


def test_one_that_was_canceled_before_the_loop_looked_is_not_called() -> None:
    async def main(loop: asyncio.AbstractEventLoop) -> list[str]:
        seen, last = list[str](), asyncio.Event()

        def hand_over() -> None:
            loop.call_soon_threadsafe(seen.append, "canceled").cancel()
            loop.call_soon_threadsafe(seen.append, "kept")
            loop.call_soon_threadsafe(last.set)

        in_a_thread(hand_over)
        await last.wait()
        return seen

    assert run(main, CountedLoop)[0] == ["kept"]


_NAME: ContextVar[str] = ContextVar("_NAME", default="nobody's")


def test_a_callback_runs_in_the_context_of_the_thread_that_hands_it_over_or_in_the_one_it_gives() -> None:
    async def main(loop: asyncio.AbstractEventLoop) -> list[str]:
        seen, last = list[str](), asyncio.Event()
        _NAME.set("the loop's")
        given = Context()
        given.run(_NAME.set, "given")

        def look() -> None:
            seen.append(_NAME.get())

        def hand_over() -> None:
            _NAME.set("the thread's")
            loop.call_soon_threadsafe(look)
            loop.call_soon_threadsafe(look, context=given)
            loop.call_soon_threadsafe(last.set)

        in_a_thread(hand_over)
        await last.wait()
        return seen

    assert run(main, CountedLoop)[0] == ["the thread's", "given"]


def test_a_loop_that_is_closed_takes_nothing() -> None:
    loop = CoalescingLoop()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon_threadsafe(print)
