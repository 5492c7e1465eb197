"""Rows that another run is calling for: their completions are waited for, not paid for a second time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.units import pluralize
from scrimp.values import Answered

if TYPE_CHECKING:
    from scrimp.flows.plan.cache_lookup import CacheLookup
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.shared.claims import SharedClaims
    from scrimp.store.claims import Claims, NoClaims

# Seconds between two looks: at first, and at most while none of the rows comes free; meanwhile a share of the time that
# this has taken, so that no run waits much longer than the other run did.
_FIRST_LOOK, _LONGEST_PAUSE, _SHARE = 0.05, 0.5, 0.1
# Most looks are at the first rows in the input, which are printed next; after the longest pause, at all.
_FEW = 256
# Seconds after which a person is told what the run waits for.
_PATIENCE = 2.0


class RowAtPosition(Struct, frozen=True):
    """A row that is to be called for, and its position in the input."""

    row: PlannedRow
    position: int


class ClaimedRows:
    """Waits outside the queues of calls, so that two runs waiting for each other's rows can go on with their own."""

    def __init__(
        self, claims: Claims | SharedClaims | NoClaims, lookup: CacheLookup, *, longest: float,
        recover: Callable[[AbstractSet[bytes]], object],
        found: Callable[[Sequence[tuple[RowAtPosition, Answered]]], None],
        free: Callable[[Sequence[RowAtPosition]], None], ended: Callable[[BaseException | None], None],
        warn: Callable[[str], None] | None, among_workers: bool = False,
    ) -> None:  # fmt: skip
        """`found` gets rows that the other run has answered, `free` rows that this run may call for now.

        That is so when it failed, or has died: `recover` brings in what it had answered. A process that lets go of
        nothing for the `longest` time, in seconds, may be suspended: its rows are called anyway. `ended` is
        told when there is nothing left to wait for, or what went wrong. Among workers of one run it may wait for
        another of them; without `warn` it cannot wait for another run.
        """
        self._claims, self._lookup, self._longest, self._recover = claims, lookup, longest, recover
        self._found, self._free, self._ended, self._warn = found, free, ended, warn
        self._who, self._hint = "another run", "; --cache refresh does not wait"
        if among_workers:
            self._who, self._hint = "another worker or another run", ""
        self._rows: list[RowAtPosition] = []
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, rows: Sequence[RowAtPosition]) -> None:
        """Wait for these rows as well."""
        self._rows += rows
        if self._rows and self._task is None:
            self._task = asyncio.create_task(self._wait())
            self._task.add_done_callback(self._done)

    def drop(self) -> None:
        """Stop waiting."""
        self._rows = []
        if self._task is not None:
            self._task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if self._rows:  # added since its last look
            self.add([])
        self._ended(None if task.cancelled() else task.exception())

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        began = progress = looked = loop.time()
        told = False
        while self._rows:
            await asyncio.sleep(min(max(_FIRST_LOOK, _SHARE * (loop.time() - progress)), _LONGEST_PAUSE))
            now = loop.time()
            overdue = now - progress > self._longest
            whole = overdue or now - looked >= _LONGEST_PAUSE
            if whole:
                looked = now
            if self._look(self._rows if whole else self._rows[:_FEW], even_claimed=overdue):
                progress = now
            if self._rows and self._warn is not None and not told and now - began > _PATIENCE:
                told = True
                waits = f"{pluralize(len(self._rows), 'row')} that {self._who} is calling for"
                self._warn(f"waiting for {waits}, so that nothing is paid twice{self._hint}")

    def _look(self, rows: Sequence[RowAtPosition], *, even_claimed: bool) -> bool:
        """Take over the first rows whose claim is gone, or all of these; return whether there was any."""
        claimed = self._claims.claim(each.row.key for each in rows)
        ready = [each for each in rows if even_claimed or each.row.key not in claimed]
        if not ready:
            return False
        others = [] if even_claimed else [each for each in rows if each.row.key in claimed]
        self._rows = others + self._rows[len(rows) :]
        cached = self._lookup.find([each.row for each in ready])
        if len(cached) < len(ready):
            self._recover({each.row.key for each in ready})
            cached = self._lookup.find([each.row for each in ready])
        hits = [(ready[place], answered) for place, answered in cached.items()]
        self._claims.release(each.row.key for each, _ in hits)
        self._found(hits)
        self._free([each for place, each in enumerate(ready) if place not in cached])
        return True
