"""Signals end a coroutine as signals at any moment: before its first step, within it, where exceptions get lost."""

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from scrimp.flows.event_loops.run_in_loop import SignalledError, raised_signals, run_in_loop


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


def signalled_after(install: Callable[..., Any], *, times: list[int]) -> Callable[..., Any]:
    """Return signal.signal with a SIGINT just after it has installed its first handler."""

    def installed(number: int, handler: Any) -> Any:
        former = install(number, handler)
        if number == signal.SIGINT and not times:
            times.append(number)
            signal.raise_signal(signal.SIGINT)
        return former

    return installed


def test_a_signal_before_the_signals_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(signal, "signal", signalled_after(signal.signal, times=sent))
    with pytest.raises(KeyboardInterrupt):
        run_in_loop(wait_for_ever())
    assert sent


def test_a_signal_before_the_loop_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "Runner", lambda **_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):  # and no warning of a coroutine that was never awaited
        run_in_loop(wait_for_ever())


def test_a_signal_within_it() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        await wait_for_ever()

    with pytest.raises(KeyboardInterrupt):
        run_in_loop(main())


class Collected:
    """What is thrown away just when a signal comes: an exception that is raised in here is dropped."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_where_an_exception_would_be_lost(number: int, status: int) -> None:
    async def main() -> None:
        Collected(number)
        await wait_for_ever()

    for _ in range(2):  # the second loop as the first
        with raised_signals(), pytest.raises(SignalledError) as raised:
            run_in_loop(main())
        assert raised.value.exit_status == status
    assert signal.getsignal(number) == signal.SIG_DFL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancellation_that_comes_with_a_reply_is_repeated(number: int) -> None:
    swallowed: list[str] = []

    async def main() -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, number)
        try:
            await wait_for_ever()
        except asyncio.CancelledError:
            swallowed.append("as if the reply had come first")
        await wait_for_ever()

    with raised_signals(), pytest.raises(KeyboardInterrupt):
        run_in_loop(main())
    assert swallowed
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_in_a_thread_signals_are_left_alone() -> None:
    async def answer() -> int:
        return signal.getsignal(signal.SIGTERM) == signal.SIG_DFL

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(lambda: run_in_loop(answer())).result()


def test_a_signal_between_two_loops_or_after_one_that_handled_it() -> None:
    async def handles_it() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)

    with raised_signals():
        run_in_loop(handles_it())
        with pytest.raises(SignalledError):
            signal.raise_signal(signal.SIGTERM)


def test_a_second_signal_does_not_wait_for_the_end() -> None:
    async def main() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
            await wait_for_ever()
        finally:
            signal.raise_signal(signal.SIGTERM)
            await wait_for_ever()

    with raised_signals(), pytest.raises(SignalledError):
        run_in_loop(main())


def test_a_signal_that_is_ignored_ends_nothing() -> None:
    async def main() -> int:
        signal.raise_signal(signal.SIGHUP)
        return 42

    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with raised_signals():
            assert run_in_loop(main()) == 42
    finally:
        signal.signal(signal.SIGHUP, former)


def test_a_result_and_an_error_come_out() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def answer() -> int:
        return 42

    assert run_in_loop(answer()) == 42
    with pytest.raises(ZeroDivisionError):
        run_in_loop(fail())
