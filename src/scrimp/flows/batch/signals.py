"""Signals while batches are waited for: SIGTERM and SIGHUP end the wait as Ctrl-C does, with statuses of their own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

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


def _raise(number: int, frame: FrameType | None) -> None:
    del frame
    raise SignalledError(_STATUSES[signal.Signals(number)])
