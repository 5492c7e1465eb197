"""Which rows are called for: those neither cached, nor equal to one in flight, nor being called for by another run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.flows.engine.claimed_rows import ClaimedRows, RowAtPosition
from scrimp.flows.engine.single_flight import SingleFlight
from scrimp.values import Answered, Outcome

if TYPE_CHECKING:
    from scrimp.flows.engine.wiring import EngineParts
    from scrimp.flows.plan.cache_lookup import CacheLookup
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions


class FinishedRow(Struct, frozen=True):
    """A row that was called for, its position in the input, and its outcome."""

    row: PlannedRow
    position: int
    outcome: Outcome


class Deduplication:
    """Keeps a run from paying for a row twice, and two runs at once from paying for the same row."""

    def __init__(
        self, options: RunOptions, lookup: CacheLookup, parts: EngineParts,
        recover: Callable[[AbstractSet[bytes]], bool], *, begin: Callable[[Sequence[RowAtPosition]], None],
        emit: Callable[[Sequence[tuple[int, Outcome]]], None], ended: Callable[[BaseException | None], None],
        warn: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`begin` gets rows to call for, `emit` outcomes of rows that need no call, with their positions.

        `recover` imports completions of dead runs under these keys; it returns whether there may be some. `ended` is
        told when no row waits for another run, or what went wrong.
        """
        self._lookup, self._claims, self._recover = lookup, parts.claims, recover
        self._begin, self._emit = begin, emit
        self._flights = SingleFlight()
        self._claimed_elsewhere = ClaimedRows(
            parts.claims, lookup, longest=options.timeout, recover=recover, found=self._found_elsewhere, free=begin,
            ended=ended, warn=warn if options.cache == "on" else None, among_workers=parts.among_workers,
        )  # fmt: skip

    @property
    def waits_for_others(self) -> bool:
        """Whether rows wait for another run."""
        return len(self._claimed_elsewhere) > 0

    def admit(self, rows: Sequence[PlannedRow], start: int) -> None:
        """Claim the rows of a group, look them up, emit those that are cached, and begin the calls of the others.

        In this order, and nothing may be awaited in between: of two runs, the one that claims a key after the other
        has let go of it finds its completion; and a call of this run that ended in between would be made again.
        """
        new = [row.key for row in rows if row.key not in self._flights]
        claimed_elsewhere = self._claims.claim(new)
        cached = self._lookup.find(rows)
        # A run that was killed has let go of its claims, and its completions may be in its journal alone.
        if len(cached) < len(rows) and self._recover(set(new)):
            cached = self._lookup.find(rows)
        self._claims.release(rows[place].key for place in cached if rows[place].key not in self._flights)
        leaders = self._flights.join(rows, cached, start)
        self._begin([each for each in leaders if each.row.key not in claimed_elsewhere])
        self._claimed_elsewhere.add([each for each in leaders if each.row.key in claimed_elsewhere])
        self._emit([(start + place, answered) for place, answered in cached.items()])

    def end(self, finished: Sequence[FinishedRow]) -> None:
        """Let other runs have the keys of rows that are durable; emit these rows, and the equal ones that waited."""
        self._claims.release(each.row.key for each in finished)
        outcomes: list[tuple[int, Outcome]] = []
        for each in finished:
            outcomes += self._flights.end(each.row.key, each.position, each.outcome)
        self._emit(outcomes)

    def doubts(self, key: bytes) -> bool:
        """Return whether another run may have a key, or its completion, which could not be told when it was claimed."""
        return self._claims.doubts(key)

    def look_again(self, each: RowAtPosition) -> None:
        """Claim and look up a row in doubt once more before it is called for."""
        self._claimed_elsewhere.add([each])

    def give_up(self, row: PlannedRow) -> None:
        """Let other runs have the key of a row that is not called for after all."""
        self._claims.release([row.key])

    def stop_waiting(self) -> None:
        """Stop waiting for other runs."""
        self._claimed_elsewhere.drop()

    def _found_elsewhere(self, found: Sequence[tuple[RowAtPosition, Answered]]) -> None:
        """Emit rows that another run has answered, and the equal ones that waited for them."""
        outcomes: list[tuple[int, Outcome]] = []
        for each, answered in found:
            outcomes += self._flights.end(each.row.key, each.position, answered)
        self._emit(outcomes)
