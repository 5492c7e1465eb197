"""What other threads hand over is called in order, and wakes the loop once for all that came while it worked."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from contextvars import Context, ContextVar
from functools import partial
from typing import Any

import pytest

from raw_server import raw_server
from scrimp.flows.event_loops.coalescing_loop import CoalescingLoop
from scrimp.providers.endpoint import Endpoint, HttpRequest
from scrimp.transport.http.client import HttpClient, build_engine


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


class InterruptedLoop(CoalescingLoop):
    """Ours, into which a signal comes, once, when it calls what was handed over second."""

    interrupted = False

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        if args == (2,) and not self.interrupted:
            self.interrupted = True
            raise KeyboardInterrupt
        return super().call_soon(callback, *args, context=context)


def in_a_thread(do: Callable[[], object]) -> None:
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


class FaultyLoop(CoalescingLoop):
    """Ours, which cannot call what was handed over second."""

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        if args == (2,):
            raise RuntimeError("a fault")
        return super().call_soon(callback, *args, context=context)


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


async def handed_over(loop: asyncio.AbstractEventLoop, callbacks: list[Callable[[], object]]) -> None:
    """Have a thread hand over callbacks while the loop works, and wait until it has called all of them."""
    last = asyncio.Event()

    def hand_over() -> None:
        for callback in [*callbacks, last.set]:
            loop.call_soon_threadsafe(callback)

    in_a_thread(hand_over)
    await last.wait()


def test_where_many_come_the_loop_leaves_the_interpreter_to_threads_and_takes_what_they_hand_over_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen, paused = list[str](), list[float]()

    async def main(loop: asyncio.AbstractEventLoop) -> None:
        def pause(seconds: float) -> None:
            paused.append(seconds)
            in_a_thread(partial(loop.call_soon_threadsafe, seen.append, "meanwhile"))

        monkeypatch.setattr(time, "sleep", pause)
        await handed_over(loop, [partial(seen.append, name) for name in ("first", "second", "third")])
        assert not paused  # nothing had come before
        await handed_over(loop, [])

    assert run(main, CountedLoop) == (None, 2)
    assert (seen, len(paused)) == (["first", "second", "third", "meanwhile"], 1)
    assert 0 < paused[0] < 0.002  # or a call would wait


def test_where_few_come_none_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def pause(seconds: float) -> None:
        raise AssertionError(f"a callback waited for {seconds} s")

    async def main(loop: asyncio.AbstractEventLoop) -> None:
        monkeypatch.setattr(time, "sleep", pause)
        for few in range(3):
            for _ in range(7):
                await handed_over(loop, [int] * few)

    assert run(main, CountedLoop) == (None, 21)


def test_the_thread_of_the_http_engine_is_known_again_at_the_next_reply() -> None:
    """It was not begun by Python: what the interpreter knows of it would be made again for each reply."""
    known, kept, waited_for = list[bool](), threading.local(), threading.Semaphore(0)

    class NotingLoop(CoalescingLoop):
        def call_soon_threadsafe(
            self, callback: Callable[..., object], *args: Any, context: Context | None = None
        ) -> asyncio.Handle:
            known.append(hasattr(kept, "known"))
            kept.known = True
            return super().call_soon_threadsafe(callback, *args, context=context)

    def talk(connection: socket.socket) -> None:
        for _ in range(3):
            connection.recv(65536)
            waited_for.acquire()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async def main(url: str) -> None:
        http = HttpClient(build_engine({}, timeout=60))
        try:
            for _ in range(3):
                known.clear()
                asyncio.get_running_loop().call_soon(waited_for.release)  # once the call waits
                await http.send(
                    HttpRequest(url=url, body=b"{}"), Endpoint(name="acme", dialect="openai", base_url=url), {}
                )
        finally:
            await http.close()

    with raw_server(talk) as port, asyncio.Runner(loop_factory=NotingLoop) as runner:
        runner.run(main(f"http://127.0.0.1:{port}/v1"))

    assert known
    assert all(known)


def test_what_was_handed_over_when_a_signal_came_is_not_lost() -> None:
    """The end of a run waits for calls in flight: one that is never told of would keep it for ever."""
    came: list[int] = []
    with closing(InterruptedLoop()) as loop:
        in_a_thread(lambda: [loop.call_soon_threadsafe(came.append, number) for number in (1, 2, 3)])
        with pytest.raises(KeyboardInterrupt):
            loop.run_forever()
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
        in_a_thread(lambda: loop.call_soon_threadsafe(came.append, 4))
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))

    assert came == [1, 2, 3, 4]


def test_a_pause_that_fails_keeps_nothing_from_being_called(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[float] = []

    def sleep(seconds: float) -> None:
        tried.append(seconds)
        raise OSError(22, "Invalid argument")

    async def main() -> list[int]:
        loop, seen = asyncio.get_running_loop(), list[int]()
        for begin in (0, 10, 20):
            for number in range(begin, begin + 10):
                loop.call_soon_threadsafe(seen.append, number)
            await asyncio.sleep(0.01)
        return seen

    monkeypatch.setattr(time, "sleep", sleep)
    with asyncio.Runner(loop_factory=CoalescingLoop) as runner:
        assert runner.run(main()) == list(range(30))
    assert len(tried) == 1


def test_a_fault_while_it_looks_is_said_once_and_not_without_end() -> None:
    said: list[dict[str, Any]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: said.append(context))
        loop.call_soon_threadsafe(print, 2)
        for _ in range(50):
            await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=FaultyLoop) as runner:
        runner.run(main())
    assert [str(each["exception"]) for each in said] == ["a fault"]
