"""Outcomes on their way out, in order of input or as they come; a row leaves the window when it is printed.

A row takes the room of one, a long one that of several.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from scrimp.values import Outcome, OutcomeSink

ROWS_PER_CALL = 4  # rows per call in flight, however long they are
_NO_MORE: Mapping[int, int] = {}


class ReorderBuffer:
    """A bounded reorder buffer in front of the sink."""

    def __init__(self, sink: OutcomeSink, *, in_order: bool, window: int) -> None:
        self._sink, self._in_order = sink, in_order
        self._held: dict[int, Outcome] = {}  # by position in the input
        self._more: dict[int, int] = {}  # by position, too: the room that a long row takes beyond that of one
        self._next = 0
        self.window = self._room = window
        self._has_room = asyncio.Event()
        self._stopped = False

    async def admit(self, rows: int = 1, more: Mapping[int, int] = _NO_MORE) -> None:
        """Wait until this many more rows fit between the oldest unprinted one and the newest.

        `more` is the room that some of them take beyond that of one, by position; together at most `window`.
        """
        wanted = rows + sum(more.values())
        while self._room < wanted and not self._stopped:
            self._has_room.clear()
            await self._has_room.wait()
        self._room -= wanted
        self._more.update(more)

    def stop_waiting(self) -> None:
        """Make `admit` return at once from now on: rows that were dropped will never be printed."""
        self._stopped = True
        self._has_room.set()

    def put(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Add outcomes with their positions in the input, and print those whose turn it is."""
        if not self._in_order:
            self._print(outcomes)
            return
        self._held.update(outcomes)
        ready = []
        while (outcome := self._held.pop(self._next, None)) is not None:
            ready.append((self._next, outcome))
            self._next += 1
        self._print(ready)

    def flush(self) -> None:
        """Print outcomes that wait behind rows that will never come."""
        left = sorted(self._held.items(), key=lambda item: item[0])
        self._held.clear()
        self._print(left)

    def _print(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        if outcomes:
            self._room += len(outcomes)
            if self._more:
                self._room += sum(self._more.pop(position, 0) for position, _ in outcomes)
            self._has_room.set()
            self._sink([outcome for _, outcome in outcomes])
