"""The ledger's totals: from the sums where they go that far, from the entries themselves where they do not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from scrimp.billing.cost_total import CostTotal
from scrimp.errors import DiskFullError, StoreError
from scrimp.store.cost_sums.connection import open_sums, remove_sums
from scrimp.store.cost_sums.groups import ALL, NONE, PERIODS, Group, Name, group_of, period_of
from scrimp.store.cost_sums.measures import COLUMNS, LATENCIES, MEASURES, SECONDS, by_dimension, grouped
from scrimp.store.cost_sums.refresh import entries_behind, reach_of, refresh
from scrimp.store.database import store_errors
from scrimp.store.encoding.dollars import dollars

_SUMS = ", ".join(f"sum({column})" for column in COLUMNS)
_IN_PARTS = 500_000  # entries that are worth it
# Entries that no sum has: those that came later, and those of the quarter in which the moment lies.
_LATER = "id > :reach AND +time >= :since"
_ALL = "time >= :since"
_IN_FIRST_QUARTER = "+id <= :reach AND time >= :since AND time < :whole"

_Result = TypeVar("_Result")


class _Group(Struct):
    """The sums of a group as they are added up, and the efforts of its calls."""

    sums: list[int]
    efforts: set[str]


class CostSums:
    """The sums of a ledger; where they cannot be kept, all of the ledger is read. The ledger has today's schema."""

    def __init__(self, path: Path, ledger: Path, *, in_parts: int = _IN_PARTS) -> None:
        """So many entries to be added, or more, are in parts."""
        self._in_parts = in_parts
        self.path, self.ledger = path, ledger
        self._db, self.is_kept = open_sums(path, ledger)

    def close(self) -> None:
        """Close both files."""
        self._db.close()

    def refresh(self, progress: Callable[[int], None] = lambda _: None) -> None:
        """Bring the sums up to the ledger, if they can be written; `progress` is told of entries as they are added.

        Without room for them they stay as they are: what they lack is read from the ledger.
        """
        with suppress(DiskFullError):
            self._or_anew(lambda: self._refresh(progress))

    def _refresh(self, progress: Callable[[int], None]) -> None:
        if self.is_kept:
            with store_errors(self.path):
                if (behind := entries_behind(self._db)) >= self._in_parts:
                    from scrimp.store.cost_sums.parts import refresh_in_parts  # noqa: PLC0415 - rare, and 10 ms

                    with suppress(OSError, DiskFullError):  # there is no room for files of parts
                        refresh_in_parts(self._db, self.ledger, behind, progress, least=self._in_parts)
                refresh(self._db, progress)

    def _or_anew(self, step: Callable[[], _Result]) -> _Result:
        """Take a step; where a file is damaged, it may be that of the sums, so take it once more with new ones."""
        try:
            return step()
        except StoreError as error:
            if type(error.__cause__) is not sqlite3.DatabaseError:
                raise
        self._db.close()
        remove_sums(self.path)
        self._db, self.is_kept = open_sums(self.path, self.ledger)
        return step()

    def entries_behind(self) -> int:
        """Return about how many entries the sums lack."""
        with store_errors(self.path):
            return entries_behind(self._db)

    def totals(
        self, by: str, *, since: float = 0.0, zone: tzinfo | None = UTC, flagships: Collection[str] = ()
    ) -> list[CostTotal]:
        """Sum the entries since a moment by a word of `groups`: periods in their order, else the dearest first."""
        group = group_of(by, zone, flagships)
        found = self._or_anew(lambda: self._groups(group, since))
        totals = [_total(name, each) for name, each in found.items() if each.sums[0]]
        if by in PERIODS:
            return sorted(totals, key=lambda total: total.name)
        return sorted(totals, key=lambda total: (-total.cost, -total.calls, total.name, total.answered_by or ""))

    def _groups(self, group: Group, since: float) -> dict[Name, _Group]:
        found: dict[Name, _Group] = {}
        with store_errors(self.ledger), _one_view(self._db):
            for *values, sums in self._rows(group, group.columns, since):
                _merge(found, group.name(*values), sums, {str(values[2])} if group.dimension == "arm" else set())
            if group.tag is not None:
                _merge(found, (NONE, None), self._untagged(found.values(), since), set())
        return found

    def series(
        self, by: str, period: str, *, since: float = 0.0, zone: tzinfo | None = UTC, flagships: Collection[str] = ()
    ) -> dict[str, dict[str, CostTotal]]:
        """Sum the entries by period, and in each by a word of `groups`; only periods and groups that have any."""
        group = group_of(by, zone, flagships)
        found: dict[str, dict[Name, _Group]] = {}
        with store_errors(self.ledger), _one_view(self._db):
            for quarter, *values, sums in self._rows(group, ("quarter", *group.columns), since):
                _merge(found.setdefault(period_of(period, quarter, zone), {}), group.name(*values), sums, set())
        return {
            name: {total.label: total for total in (_total(part, each) for part, each in found[name].items())}
            for name in sorted(found)
        }

    def of_run(self, run: str, by: str, *, flagships: Collection[str] = ()) -> list[CostTotal]:
        """Sum the entries of one run, which an index finds, by a word of `groups`; the dearest first."""
        group = group_of(by, UTC, flagships)
        columns = ", ".join(group.columns or ("dimension",))
        sums = by_dimension(group.dimension, f"({grouped((group.dimension,), 'run = :run')})")
        query = f"SELECT {columns}, {_SUMS} FROM ({sums}) GROUP BY {columns}"  # noqa: S608 - the constants
        found: dict[Name, _Group] = {}
        with store_errors(self.ledger):
            for row in self._db.execute(query, {"run": run}):
                values = row[: len(group.columns)]
                _merge(found, group.name(*values), list(row[-len(COLUMNS) :]), set())
        totals = [_total(name, each) for name, each in found.items()]
        return sorted(totals, key=lambda total: (-total.cost, -total.calls, total.name, total.answered_by or ""))

    def first_time(self) -> float | None:
        """Return when the first call was sent; None where there is none."""
        with store_errors(self.ledger):
            ((first,),) = self._db.execute("SELECT min(time) FROM ledger.entries").fetchall()
        return None if first is None else float(first)

    def _untagged(self, tagged: Iterable[_Group], since: float) -> list[int]:
        """Return the sums of the entries that lack a tag: all, less those that have it."""
        rest = [0] * len(COLUMNS)
        for (sums,) in self._rows(group_of(ALL), (), since):
            rest = sums
        for each in tagged:
            rest = [whole - part for whole, part in zip(rest, each.sums, strict=True)]
        return rest

    def _rows(self, group: Group, columns: Sequence[str], since: float) -> Iterator[tuple[Any, ...]]:
        """Yield the values of these columns, and the sums of the entries that have them."""
        first = -int(-since // SECONDS)  # the first whole quarter
        reach = reach_of(self._db, group.dimension)
        lacking = (_LATER, _IN_FIRST_QUARTER) if reach else (_ALL,)
        dimensions, by_quarter = (group.dimension,), "quarter" in columns
        parts = " UNION ALL ".join(grouped(dimensions, where, by_quarter=by_quarter) for where in lacking)
        query = (
            f"SELECT {', '.join((*columns, _SUMS))} FROM (SELECT * FROM sums WHERE :reach AND dimension = :dimension"  # noqa: S608 - the constants
            f" AND quarter >= :first UNION ALL {by_dimension(group.dimension, f'({parts})')})"
            f" WHERE {'true' if group.tag is None else 'a = :tag'}"
            f" GROUP BY {', '.join(columns or ('dimension',))}"
        )
        named = {
            "dimension": group.dimension, "first": first, "reach": reach, "since": since,
            "whole": first * SECONDS, "tag": group.tag,
        }  # fmt: skip
        for row in self._db.execute(query, named):
            yield (*row[: len(columns)], list(row[len(columns) :]))


@contextmanager
def _one_view(db: sqlite3.Connection) -> Iterator[None]:
    """Let all queries of the block see one state of both files."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def _merge(groups: dict[Name, _Group], name: Name, sums: list[int], efforts: set[str]) -> None:
    known = groups.get(name)
    if known is None:
        groups[name] = _Group(sums, efforts)
        return
    known.sums = [one + other for one, other in zip(known.sums, sums, strict=True)]
    known.efforts |= efforts


def _total(name: Name, group: _Group) -> CostTotal:
    sums = dict(zip(COLUMNS, group.sums, strict=True))
    return CostTotal(
        name=name[0], answered_by=name[1], efforts=tuple(sorted(group.efforts)),
        cost=dollars(sums["nano"], sums["pico"]), numbered_cost=dollars(sums["numbered_nano"], sums["numbered_pico"]),
        latencies=tuple(sums[latency] for latency in LATENCIES),
        **{measure: sums[measure] for measure in MEASURES if not measure.endswith(("nano", "pico"))},
    )  # fmt: skip
