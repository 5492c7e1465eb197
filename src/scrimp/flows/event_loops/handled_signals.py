"""Signals handled in another way for a while; apart from event loops, which take a tenth of a start to import."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeAlias

Handler: TypeAlias = Callable[[int, FrameType | None], Any]


@contextmanager
def handled_signals(numbers: Iterable[int], handle: Handler) -> Iterator[None]:
    """Have signals handled in another way for the block, but those that are ignored, as nohup has it."""
    former = {number: signal.getsignal(number) for number in numbers}
    for number, handler in former.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
