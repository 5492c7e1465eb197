"""The ledger's totals: from the sums where they go that far, from the entries themselves where they do not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, tzinfo
from heapq import merge as merge_sorted
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from scrimp.billing.cost_total import CostTotal
from scrimp.billing.ranking import Ranking, ranked, ranked_of
from scrimp.errors import DiskFullError, StoreError
from scrimp.store.cost_sums.connection import open_sums, remove_sums
from scrimp.store.cost_sums.group_sums import DEAREST, GroupSums, less, merge, place, total, totals_of
from scrimp.store.cost_sums.groups import ALL, NONE, PERIODS, Group, Name, group_of, in_time, period_of
from scrimp.store.cost_sums.measures import COLUMNS, SECONDS, measured
from scrimp.store.cost_sums.refresh import WORTH_A_STEP, entries_behind, reach_of, refresh, step
from scrimp.store.database import OpenDatabase, store_errors
from scrimp.store.ledger import prepare_ledger
from scrimp.store.write_ahead_log import file_identity

_IN_PARTS = 500_000  # entries that are worth it
_ALL = "time >= :since"
# Entries that no sum has: those that came later, and those of the quarter in which the moment lies.
_LACKING = ("id > :reach AND +time >= :since", "+id <= :reach AND time >= :since AND time < :whole")

_Result = TypeVar("_Result")


class CostSums(OpenDatabase):
    """The sums of a ledger; where they cannot be kept, all of the ledger is read. The ledger has today's schema."""

    def __init__(self, path: Path, ledger: Path, *, in_parts: int = _IN_PARTS) -> None:
        """So many entries to be added, or more, are in parts."""
        self._in_parts = in_parts
        self.path, self.ledger = path, ledger
        self._identity = file_identity(ledger)
        self._db, self.is_kept = open_sums(path, ledger)

    def take_up_ledger(self) -> None:
        """Go on with the ledger that has the path now, where that is another one; not where none has."""
        now = file_identity(self.ledger)
        if now is not None and now != self._identity:
            prepare_ledger(self.ledger)
            self._db.close()
            self._identity = now
            self._db, self.is_kept = open_sums(self.path, self.ledger)

    def refresh(self, progress: Callable[[int], None] = lambda _: None) -> None:
        """Bring the sums up to the ledger, if they can be written; `progress` gets the number of entries added.

        Without room for them they stay as they are: what they lack is read from the ledger.
        """
        with suppress(DiskFullError):
            self._or_anew(lambda: self._refresh(progress))

    def keep_up(self, calls: int) -> None:
        """Add about as many entries as a run has made calls, once enough have come; nothing while others add some.

        So what a look at the sums has to add does not grow with the ledger.
        """
        if not self.is_kept:
            return
        with store_errors(self.path):
            self._db.execute("PRAGMA busy_timeout = 0")
            if entries_behind(self._db) >= WORTH_A_STEP:
                with suppress(sqlite3.OperationalError):  # another process is adding them, or there is no room
                    step(self._db, max(calls, WORTH_A_STEP))

    def _refresh(self, progress: Callable[[int], None]) -> None:
        if self.is_kept:
            with store_errors(self.path):
                if (behind := entries_behind(self._db)) >= self._in_parts:
                    from scrimp.store.cost_sums.parts import refresh_in_parts  # rare, and 10 ms

                    with suppress(OSError, DiskFullError):  # there is no room for files of parts
                        refresh_in_parts(self._db, self.ledger, behind, progress, least=self._in_parts)
                refresh(self._db, progress)

    def _or_anew(self, attempt: Callable[[], _Result]) -> _Result:
        """Do something; where a file is damaged, it may be that of the sums, so try again with new ones."""
        try:
            return attempt()
        except StoreError as error:
            if type(error.__cause__) is not sqlite3.DatabaseError:
                raise
        self._db.close()
        remove_sums(self.path)
        self._db, self.is_kept = open_sums(self.path, self.ledger)
        return attempt()

    def entries_behind(self) -> int:
        """Return about how many entries the sums lack."""
        with store_errors(self.path):
            return entries_behind(self._db)

    def totals(
        self, by: str, *, since: float = 0.0, zone: tzinfo | None = UTC, flagships: Collection[str] = ()
    ) -> list[CostTotal]:
        """Sum the entries since a moment by a word of `groups`: periods in order, else the most expensive first."""
        group = group_of(by, zone, flagships)
        if group.is_value:
            return self._or_anew(lambda: list(self._each(group, since)))
        totals = totals_of(self._or_anew(lambda: self._groups(group, since)))
        return sorted(totals, key=lambda total: in_time(total.name)) if by in PERIODS else sorted(totals, key=place)

    def each(
        self, by: str, *, since: float = 0.0, zone: tzinfo | None = UTC, flagships: Collection[str] = ()
    ) -> Generator[CostTotal, None, None]:
        """Yield what `totals` returns; however many groups there are, memory does not grow with them.

        It is to be closed before the sums are.
        """
        group = group_of(by, zone, flagships)
        if not group.is_value:
            yield from self.totals(by, since=since, zone=zone, flagships=flagships)
        else:
            yield from self._each(group, since)

    def ranking(
        self, by: str, most: int, *, since: float = 0.0, zone: tzinfo | None = UTC, flagships: Collection[str] = ()
    ) -> Ranking:
        """Return the first `most` of what `totals` returns, and the sum of the rest."""
        group = group_of(by, zone, flagships)
        if not group.is_value:
            return ranked(self.totals(by, since=since, zone=zone, flagships=flagships), most)
        return self._or_anew(lambda: self._ranking(group, most, since))

    def _each(self, group: Group, since: float) -> Iterator[CostTotal]:
        with store_errors(self.ledger), _one_view(self._db):
            yield from self._in_order(group, since)

    def _ranking(self, group: Group, most: int, since: float) -> Ranking:
        with store_errors(self.ledger), _one_view(self._db):
            first = list(islice(self._in_order(group, since), most))
            others = self._number(group, since) - len(first)
            return ranked_of(total((ALL, None), self._whole(since)), first, others)

    def _in_order(self, group: Group, since: float) -> Iterator[CostTotal]:
        """Yield the groups that are values, the most expensive first; those without the tag among them."""
        ordered = f"WHERE calls ORDER BY {DEAREST}, {group.columns[0]}"
        found = (total((value, None), sums) for value, sums in self._rows(group, group.columns, since, ordered))
        if group.tag is None:
            return found
        rest = total((NONE, None), self._untagged(group, since))
        return merge_sorted(found, [rest] if rest.calls else [], key=place)

    def _groups(self, group: Group, since: float) -> dict[Name, GroupSums]:
        found: dict[Name, GroupSums] = {}
        with store_errors(self.ledger), _one_view(self._db):
            for *values, sums in self._rows(group, group.columns, since):
                merge(found, group.name(*values), sums, {str(values[2])} if group.dimension == "arm" else set())
        return found

    def series(
        self, by: str, period: str, *, since: float = 0.0, zone: tzinfo | None = UTC, flagships: Collection[str] = ()
    ) -> dict[str, dict[str, CostTotal]]:
        """Sum the entries by period, and in each by a word of `groups`; only periods and groups that have any."""
        group = group_of(by, zone, flagships)
        found: dict[str, dict[Name, GroupSums]] = {}
        with store_errors(self.ledger), _one_view(self._db):
            for quarter, *values, sums in self._rows(group, ("quarter", *group.columns), since):
                merge(found.setdefault(period_of(period, quarter, zone), {}), group.name(*values), sums, set())
        return {name: {total.label: total for total in totals_of(found[name])} for name in sorted(found, key=in_time)}

    def of_run(self, run: str, by: str, *, flagships: Collection[str] = ()) -> list[CostTotal]:
        """Sum the entries of one run, which an index finds, by a word of `groups`; the most expensive first."""
        group = group_of(by, UTC, flagships)
        query = measured(group.dimension, group.columns, "run = :run")
        found: dict[Name, GroupSums] = {}
        with store_errors(self.ledger):
            for row in self._db.execute(query, {"run": run}):
                values = row[: len(group.columns)]
                merge(found, group.name(*values), list(row[len(group.columns) :]), set())
        return sorted(totals_of(found), key=place)

    def first_time(self) -> float | None:
        """Return when the first call was sent; None if there is none."""
        with store_errors(self.ledger):
            ((first,),) = self._db.execute("SELECT min(time) FROM ledger.entries").fetchall()
        return None if first is None else float(first)

    def _whole(self, since: float) -> list[int]:
        """Return the sums of all entries."""
        return next((sums for (sums,) in self._rows(group_of(ALL), (), since)), [0] * len(COLUMNS))

    def _untagged(self, group: Group, since: float) -> list[int]:
        """Return the sums of the entries that lack a tag: all, less those that have it."""
        return less(self._whole(since), (sums for (sums,) in self._rows(group, (), since)))

    def _number(self, group: Group, since: float) -> int:
        """Return how many groups there are that are values."""
        query, named = self._query(group, group.columns, since, names=("calls",))
        ((number,),) = self._db.execute(f"SELECT count(*) FROM ({query})", named).fetchall()
        return int(number) + (group.tag is not None and self._untagged(group, since)[0] > 0)

    def _rows(self, group: Group, columns: Sequence[str], since: float, ordered: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield the values of these columns, and the sums of the entries that have them."""
        query, named = self._query(group, columns, since)
        if ordered:
            query = f"SELECT * FROM ({query}) {ordered}"
        for row in self._db.execute(query, named):
            yield (*row[: len(columns)], list(row[len(columns) :]))

    def _query(
        self, group: Group, columns: Sequence[str], since: float, names: Sequence[str] = COLUMNS
    ) -> tuple[str, Mapping[str, object]]:
        """Return a query for the values of columns and these sums, and the values that it names."""
        first = -int(-since // SECONDS)  # the first whole quarter
        reach = reach_of(self._db, group.dimension)
        values: Mapping[str, object] = {
            "dimension": group.dimension, "first": first, "reach": reach, "since": since,
            "whole": first * SECONDS, "tag": group.tag, "none": NONE,
        }  # fmt: skip
        only = "true" if group.tag is None else "a = :tag AND b <> :none"
        if not reach:
            return measured(group.dimension, columns, _ALL, only=only, names=names), values
        lacking = (measured(group.dimension, columns, where, only=only, names=names) for where in _LACKING)
        kept = f"SELECT {', '.join((*columns, *names))} FROM sums WHERE dimension = :dimension AND quarter >= :first"
        parts = " UNION ALL ".join((f"{kept} AND {only}", *lacking))
        summed = ", ".join((*columns, *(f"sum({name}) AS {name}" for name in names)))
        return f"SELECT {summed} FROM ({parts}) GROUP BY {', '.join(columns or ('NULL',))}", values


@contextmanager
def _one_view(db: sqlite3.Connection) -> Iterator[None]:
    """Run all queries of the block on one snapshot of both files."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")
