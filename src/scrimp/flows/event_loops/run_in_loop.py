"""The door to asyncio: coroutines that run in an event loop of their own, and what signals do to them.

A handler that raises would be enough if its exception arrived: one that is raised while a destructor, a callback or an
extension's code happens to run is printed or dropped there, and the command waits on. So a signal that comes while a
coroutine runs cancels it, as asyncio does for SIGINT, and is raised where the coroutine has ended. A cancellation gets
lost, too, where what is waited for arrives in the same moment (pyreqwest then returns the reply): it is repeated.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from scrimp.flows.event_loops.coalescing_loop import CoalescingLoop
from scrimp.flows.event_loops.handled_signals import STATUSES, Handler, handled_signals

_Result = TypeVar("_Result")
_RAISED = STATUSES.keys() - {signal.SIGINT}  # as SignalledError; Python raises KeyboardInterrupt for SIGINT
_REPEATED = 0.5  # seconds until a coroutine that has not ended is cancelled again


class SignalledError(KeyboardInterrupt):
    """A signal other than SIGINT asked for the end."""

    def __init__(self, exit_status: int) -> None:
        super().__init__()
        self.exit_status = exit_status


@contextmanager
def raised_signals() -> Iterator[None]:
    """Raise SignalledError at SIGTERM and SIGHUP, unless a signal is ignored."""
    with handled_signals(_RAISED, _raise):
        yield


def run_in_loop(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine in an event loop of its own and return its result.

    Raises KeyboardInterrupt where SIGINT ends it at any moment, and within raised_signals SignalledError. asyncio.run
    counts signals and raises KeyboardInterrupt when it has counted one, but sets the count to zero just after its
    handler is there: a signal between the two comes out as CancelledError (CPython 3.11 to 3.13, asyncio/runners.py).
    """
    signalled: list[int] = []
    raising = _raising_handlers()
    cancelled = _cancelled_by(raising, main, signalled.append)
    try:
        with asyncio.Runner(loop_factory=CoalescingLoop) as runner:
            result = runner.run(cancelled)
    except asyncio.CancelledError:
        # Nothing else can cancel the outermost task: its name never leaves asyncio.run.
        raise _interruption(signalled) from None
    finally:
        cancelled.close()  # if the signal came before it began, it was never awaited
        main.close()
        for number, handler in raising.items():  # a loop that handled it left the system's own
            signal.signal(number, handler)
    if signalled:
        raise _interruption(signalled)
    return result


def _raising_handlers() -> Mapping[int, Handler]:
    """Return the handlers that raise an exception in this thread, by the signal's number."""
    if threading.current_thread() is not threading.main_thread():
        return {}  # signals are for the main thread
    return {
        number: handler
        for number in STATUSES
        for handler in (signal.default_int_handler, _raise)
        if signal.getsignal(number) is handler
    }


async def _cancelled_by(
    raising: Mapping[int, Handler], main: Coroutine[Any, Any, _Result], tell: Callable[[int], None]
) -> _Result:
    """Await a coroutine that the first of these signals cancels until it ends; a second one is raised at once."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def on_signal(number: int, frame: FrameType | None) -> None:
        signal.signal(number, raising[number])
        tell(number)
        loop.call_soon_threadsafe(cancel)  # wakes a loop that sleeps
        del frame

    def cancel() -> None:
        if task is not None and task.cancel():
            loop.call_later(_REPEATED, cancel)

    for number in raising:
        signal.signal(number, on_signal)
    return await main


def _interruption(signalled: list[int]) -> KeyboardInterrupt:
    if signalled and signalled[0] in _RAISED:
        return SignalledError(STATUSES[signalled[0]])
    return KeyboardInterrupt()


def _raise(number: int, frame: FrameType | None) -> None:
    del frame
    raise SignalledError(STATUSES[number])
