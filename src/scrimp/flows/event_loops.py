"""The door to asyncio: coroutines that run in an event loop of their own, and what signals do to them.

A handler that raises would be enough if its exception arrived: one that is raised while a destructor, a callback or an
extension's code happens to run is printed or dropped there, and the command waits on. So a signal that comes while a
coroutine runs cancels it, as asyncio does for SIGINT, and is raised where the coroutine has ended.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_STATUSES = {signal.SIGTERM: 143, signal.SIGHUP: 129}


class SignalledError(KeyboardInterrupt):
    """A signal other than SIGINT asked for the end."""

    def __init__(self, exit_status: int) -> None:
        super().__init__()
        self.exit_status = exit_status


@contextmanager
def raised_signals() -> Iterator[None]:
    """Raise SignalledError at SIGTERM and SIGHUP, unless a signal is ignored, as nohup has it."""
    former = {number: signal.getsignal(number) for number in _STATUSES}
    for number, handler in former.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, _raise)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def run_in_loop(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine in an event loop of its own and return its result.

    Raises KeyboardInterrupt where SIGINT ends it at any moment, and within raised_signals SignalledError. asyncio.run
    counts signals and raises KeyboardInterrupt when it has counted one, but sets the count to zero just after its
    handler is there: a signal between the two comes out as CancelledError (CPython 3.11 to 3.13, asyncio/runners.py).
    """
    signalled: list[int] = []
    raised = [number for number in _STATUSES if signal.getsignal(number) is _raise]
    cancelled = _cancelled_by(raised, main, signalled.append)
    try:
        result = asyncio.run(cancelled)
    except asyncio.CancelledError:
        # Nobody else can cancel the outermost task: its name never leaves asyncio.run.
        raise _interruption(signalled) from None
    finally:
        cancelled.close()  # where the signal came before it began, it was never awaited
        main.close()
        for number in raised:  # a loop that handled it left the system's own
            signal.signal(number, _raise)
    if signalled:
        raise _interruption(signalled)
    return result


async def _cancelled_by(
    numbers: list[signal.Signals], main: Coroutine[Any, Any, _Result], tell: Callable[[int], None]
) -> _Result:
    """Await a coroutine that the first of these signals cancels; a second one is raised at once."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def cancel(number: int, frame: FrameType | None) -> None:
        signal.signal(number, _raise)
        tell(number)
        if task is not None and task.cancel():
            loop.call_soon_threadsafe(lambda: None)  # wakes a loop that sleeps
        del frame

    for number in numbers:
        signal.signal(number, cancel)
    return await main


def _interruption(signalled: list[int]) -> KeyboardInterrupt:
    return SignalledError(_STATUSES[signal.Signals(signalled[0])]) if signalled else KeyboardInterrupt()


def _raise(number: int, frame: FrameType | None) -> None:
    del frame
    raise SignalledError(_STATUSES[signal.Signals(number)])
