"""Outcomes on their way out: in order of input, or as they come; a row leaves the window when it is printed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from scrimp.values import Outcome


class ReorderBuffer:
    """A bounded reorder buffer in front of the sink."""

    def __init__(self, sink: Callable[[Sequence[Outcome]], None], *, in_order: bool, window: int) -> None:
        self._sink, self._in_order = sink, in_order
        self._waiting: dict[int, Outcome] = {}
        self._next = 0
        self._room = window
        self._roomy = asyncio.Event()
        self._over = False

    async def admit(self) -> None:
        """Wait until one more row fits between the oldest unprinted one and the newest."""
        while self._room <= 0 and not self._over:
            self._roomy.clear()
            await self._roomy.wait()
        self._room -= 1

    def let_go(self) -> None:
        """Keep nobody waiting for room: rows that were dropped will never be printed."""
        self._over = True
        self._roomy.set()

    def put(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Print what may be printed, each with its place in the input."""
        if not self._in_order:
            self._release([outcome for _, outcome in outcomes])
            return
        self._waiting.update(outcomes)
        ready = []
        while (outcome := self._waiting.pop(self._next, None)) is not None:
            ready.append(outcome)
            self._next += 1
        self._release(ready)

    def flush(self) -> None:
        """Print what waits behind rows that will never come."""
        left = [outcome for _, outcome in sorted(self._waiting.items(), key=lambda item: item[0])]
        self._waiting.clear()
        self._release(left)

    def _release(self, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            self._room += len(outcomes)
            self._roomy.set()
            self._sink(outcomes)
