"""Ctrl-C ends a coroutine as Ctrl-C at any moment: before its first step, within it, after it."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import pytest

from scrimp.flows.event_loops import run_in_loop


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
    monkeypatch.setattr(asyncio, "run", lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):  # and no warning of a coroutine that was never awaited
        run_in_loop(wait_for_ever())


def test_a_signal_within_it() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        await wait_for_ever()

    with pytest.raises(KeyboardInterrupt):
        run_in_loop(main())


def test_a_result_and_an_error_come_out() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def answer() -> int:
        return 42

    assert run_in_loop(answer()) == 42
    with pytest.raises(ZeroDivisionError):
        run_in_loop(fail())
