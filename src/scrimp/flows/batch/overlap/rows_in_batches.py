"""Which rows of a live run are in batches of jobs whose rows were not printed yet, and what is said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrimp.errors import StoreError
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.store.batches.records import StoredCall
    from scrimp.store.batches.store import BatchStore


class RowsInBatches:
    """Looks rows up in the store of batches, and counts those that are called live all the same."""

    def __init__(self, store: BatchStore, began: float, cannot_tell: Callable[[StoreError], None]) -> None:
        """`began` is the moment at which the run did; `cannot_tell` is told once that the store is not read any more.

        StoreError if it cannot be read from the outset.
        """
        self._store, self._began, self._cannot_tell = store, began, cannot_tell
        self._is_lost = False
        self._changes = store.changes()
        self._jobs = store.unprinted(began)
        self.asked = 0  # rows about to be called, of the whole run, until the warning
        self.called = 0  # rows that were called live while a batch has them
        self.said: int | None = None  # how many the warning named; None before it
        self.taken = 0  # completions that had come back

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def look_again(self) -> None:
        """Take note of what other processes have submitted since the last look."""
        with self._reading():
            if not self._is_lost and (changes := self._store.changes()) != self._changes:
                self._changes = changes
                self._jobs.update(self._store.unprinted(self._began))

    def calls(self, keys: Sequence[bytes]) -> dict[bytes, list[StoredCall]]:
        """Return the calls of rows that such jobs wait, or waited, for, those submitted by now included."""
        self.look_again()
        known: Mapping[bytes, list[StoredCall]] = {}
        with self._reading():
            if not self._is_lost:
                known = self._store.calls_for(keys)
        found = {key: [call for call in calls if call.shard in self._jobs] for key, calls in known.items()}
        return {key: calls for key, calls in found.items() if calls}

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Give the store up where it cannot be read: the run does without it."""
        try:
            yield
        except StoreError as error:
            self._is_lost = True
            self._jobs.clear()
            self._cannot_tell(error)

    def expect(self, rows: Sequence[PlannedRow]) -> str | None:
        """Return what is to be said of rows that are about to be called, the first of which some are in batches."""
        if self.said is not None:
            return None
        self.asked += len(rows)
        of_job = Counter(
            self._jobs[calls[-1].shard]
            for calls in self.calls([row.key for row in rows]).values()
            if calls[-1].state == "waiting"
        )
        return self._warning(of_job) if of_job else None

    def call_live(self, waiting: StoredCall) -> str | None:
        """Count a row that is called live though it waits in a batch; return what is to be said of the first."""
        self.called += 1
        if self.said is not None:
            return None
        self.said = 1
        job = self._jobs[waiting.shard]
        return (
            f"rows of this run were submitted in job {job} while it runs, and are paid again where called live: "
            f"scrimp batch fetch {job} prints them"
        )

    def _warning(self, of_job: Counter[str]) -> str:
        (job, _), *others = of_job.most_common()
        self.said = of_job.total()
        more = f" and {pluralize(len(others), 'other job')}" if others else ""
        if self.asked == 1:
            fetch = f"scrimp batch fetch {job} prints its rows"
            return f"this prompt is in a batch of job {job}, and is paid again now: {fetch}"
        are = "is" if self.said == 1 else "are"
        return (
            f"{self.said:,} of the first {pluralize(self.asked, 'row')} {are} in batches of job {job}{more}, and paid "
            f"again where called live now: scrimp batch fetch {job} prints its rows, with --batch this command waits"
        )
