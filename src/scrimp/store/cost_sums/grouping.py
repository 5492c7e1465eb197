"""Grouping entries by what several dimensions are made of at once, into a temporary table that each is summed from."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from scrimp.billing.latency import BINS
from scrimp.store.cost_sums.measures import (
    BOUNDED,
    LATENCIES,
    MEASURED,
    MEASURES,
    QUARTER,
    bin_of,
    grouped,
    measures_of,
    number_of_groups,
    sources_of,
)

TABLE = "temp.grouped"
_JUDGED, _FEW = 20_000, 1_000  # entries that are looked at, and groups of them that are few
_PLACES = 1 << BINS.bit_length()  # for the bins of a group, and for its entries without one


def grouped_together(db: sqlite3.Connection, kept: Sequence[str], after: int) -> tuple[list[str], bool]:
    """Return by which dimensions the entries after an id are grouped at once, and whether these are few groups.

    Others vary by themselves: of users, routes and tasks in every combination there are as many groups as entries.
    """
    chosen = [dimension for dimension in kept if dimension in BOUNDED]
    are_few = _are_few(db, chosen, after)
    for dimension in kept:
        if dimension not in BOUNDED and _are_few(db, [*chosen, dimension], after):
            chosen.append(dimension)
    return chosen, are_few


def _are_few(db: sqlite3.Connection, dimensions: Sequence[str], after: int) -> bool:
    ((groups,),) = db.execute(number_of_groups(dimensions), (after, _JUDGED)).fetchall()
    return bool(groups <= _FEW)


def make_groups(db: sqlite3.Connection, dimensions: Sequence[str], where: str, values: Sequence[object]) -> None:
    """Make the table of entries grouped by these dimensions, by quarter and with their sums."""
    db.execute(f"CREATE TEMP TABLE grouped AS {grouped(dimensions, where)}", values)


def make_few_groups(db: sqlite3.Connection, dimensions: Sequence[str], where: str, values: Sequence[object]) -> None:
    """Make the same table where its groups are few, in two thirds of the time.

    They are numbered first, and the entries are sorted by that number: to sort them by all of their texts takes longer
    than anything else. Their bin is part of the number, and no comparison for each bin and entry.
    """
    sources = sources_of(dimensions)
    keys = ", ".join(("quarter", *sources))
    db.execute(f"CREATE TEMP TABLE numbered (number INTEGER PRIMARY KEY, {keys})")
    db.execute(
        f"INSERT INTO temp.numbered ({keys}) SELECT DISTINCT {', '.join((QUARTER, *sources))} FROM ledger.entries"
        f" WHERE {where}",
        values,
    )
    db.execute(f"CREATE UNIQUE INDEX temp.numbered_keys ON numbered ({keys})")
    same = " AND ".join((f"numbered.quarter = {QUARTER}", *(f"numbered.{key} IS entries.{key}" for key in sources)))
    place = f"number * {_PLACES} + coalesce({bin_of('entries.status')}, {BINS}) AS place"
    read = ", ".join(f"entries.{name} AS {name}" for name in MEASURED)
    db.execute(
        f"CREATE TEMP TABLE placed AS SELECT place, {', '.join(measures_of(tuple(MEASURES)))} FROM ("
        f"SELECT {place}, {read} FROM ledger.entries CROSS JOIN temp.numbered ON {same} WHERE {where}) GROUP BY place",
        values,
    )
    sums = [f"sum({name}) AS {name}" for name in MEASURES]
    sums += [
        f"coalesce(sum(calls) FILTER (WHERE place % {_PLACES} = {number}), 0) AS {name}"
        for number, name in enumerate(LATENCIES)
    ]
    db.execute(
        f"CREATE TEMP TABLE grouped AS SELECT {keys}, {', '.join(sums)} FROM temp.placed"
        f" JOIN temp.numbered ON number = place / {_PLACES} GROUP BY number"
    )
    for table in ("placed", "numbered"):
        db.execute(f"DROP TABLE temp.{table}")
