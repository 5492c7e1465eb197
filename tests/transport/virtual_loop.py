"""An event loop whose clock jumps to the next timer as soon as no task is ready: hours pass in no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StuckError(AssertionError):
    """All tasks wait, and no timer is left to wake one."""


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # which one depends on the system
    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise StuckError("all tasks wait and no timer is set")
        if not ready and timeout is not None:
            self.loop.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only while all tasks wait."""

    def __init__(self) -> None:
        self.now = 1000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time; raise StuckError if the end cannot be reached."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def now() -> float:
    """Return the virtual time."""
    return asyncio.get_running_loop().time()


async def settled() -> None:
    """Let every task that is ready run, without time passing."""
    for _ in range(20):
        await asyncio.sleep(0)
