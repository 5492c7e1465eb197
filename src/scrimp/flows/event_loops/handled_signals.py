"""Signals that end a run, handled in another way for a while; event loops take a tenth of a start to import."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeAlias

from scrimp.errors import HUNG_UP, INTERRUPTED, TERMINATED

Handler: TypeAlias = Callable[[int, FrameType | None], Any]
# The signals that end a run, with the exit status of each.
STATUSES: Mapping[int, int] = {
    signal.SIGINT: INTERRUPTED,
    signal.SIGTERM: TERMINATED,
    signal.SIGHUP: HUNG_UP,
}


@contextmanager
def handled_signals(numbers: Iterable[int], handle: Handler) -> Iterator[None]:
    """Handle signals in another way within the block, except those that are ignored, as under nohup."""
    former = {number: signal.getsignal(number) for number in numbers}
    for number, handler in former.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
