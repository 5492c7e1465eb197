"""Adding the entries and runs of another machine's ledger, each once, however often and in whatever order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from scrimp.store.database import transaction
from scrimp.store.encoding.dollars import dollars
from scrimp.store.ledger_connection import opened_ledger
from scrimp.store.merging.ledger_copy import ledger_copy
from scrimp.store.write_ahead_log import trim_log

_GROUP = 10_000  # entries in one transaction: runs that live here must not wait long
_OF_GROUP = "theirs.id > :after AND theirs.id <= :last"
_IS_NEW = "NOT EXISTS (SELECT 1 FROM main.entries AS ours WHERE ours.call = theirs.call)"
_COSTS = (
    "coalesce(sum(cost_nano), 0), coalesce(sum(cost_pico), 0),"
    " coalesce(sum(cost_nano IS NULL AND status <> 'failed'), 0)"
)


class MergedLedger(Struct, frozen=True, kw_only=True):
    """What a ledger had that was not here, and how much was."""

    calls: int = 0
    runs: int = 0
    cost: Decimal = Decimal(0)  # dollars of the new calls whose cost is known
    unpriced: int = 0  # new calls that were or may have been billed, at an unknown cost
    known: int = 0  # calls that were here
    settled: int = 0  # known calls that were lost here, and whose outcome the source has
    unended: int = 0  # runs there without an end: they go on, or were killed


def merge_ledger(source: Path, ledger: Path) -> MergedLedger:
    """Add to a ledger what the source has and it lacks; the source stays as it is.

    Raise InputError or StoreError if the source cannot be read.
    """
    with ledger_copy(source) as copy, opened_ledger(ledger) as db:
        db.execute("ATTACH ? AS source", (str(copy),))
        sums = [0] * 6
        for group in _add_entries(db):
            sums = [total + number for total, number in zip(sums, group, strict=True)]
        with transaction(db):
            runs = _add_runs(db)
        ((unended,),) = db.execute("SELECT count(*) FROM source.runs WHERE ended IS NULL").fetchall()
        trim_log(db, ledger)
    calls, nano, pico, unpriced, known, settled = sums
    return MergedLedger(
        calls=calls, runs=runs, cost=dollars(nano, pico), unpriced=unpriced, known=known, settled=settled,
        unended=unended,
    )  # fmt: skip


def _add_entries(db: sqlite3.Connection) -> Iterator[tuple[int, ...]]:
    """Add the source's entries group by group; yield of each the counts and sums of `merge_ledger`.

    Two entries of a call differ where one ledger has it as lost and another knows its end: that end stays, and of two
    the more expensive, so that the order of merges decides nothing.
    """
    columns = _columns(db, "entries", without="id")
    names, values = ", ".join(columns), ", ".join(f"theirs.{name}" for name in columns)
    settle = ", ".join(f"{name} = excluded.{name}" for name in columns)
    add = (
        f"INSERT INTO main.entries ({names}) SELECT {values} FROM source.entries AS theirs WHERE {_OF_GROUP}"
        f" ORDER BY theirs.id ON CONFLICT (call) DO UPDATE SET {settle} WHERE {_rank('excluded')} > {_rank('entries')}"
    )
    sum_new = f"SELECT count(*), {_COSTS} FROM source.entries AS theirs WHERE {_OF_GROUP} AND {_IS_NEW}"
    count_known = (
        f"SELECT count(*), coalesce(sum({_rank('theirs')} > {_rank('ours')}), 0)"
        f" FROM source.entries AS theirs JOIN main.entries AS ours USING (call) WHERE {_OF_GROUP}"
    )
    after = 0
    while last := _last_of_group(db, after):
        group = {"after": after, "last": last}
        with transaction(db):
            ((calls, *costs),) = db.execute(sum_new, group).fetchall()
            ((known, settled),) = db.execute(count_known, group).fetchall()
            db.execute(add, group)
        yield calls, *costs, known, settled
        after = last


def _last_of_group(db: sqlite3.Connection, after: int) -> int | None:
    ((last,),) = db.execute(
        "SELECT max(id) FROM (SELECT id FROM source.entries WHERE id > ? ORDER BY id LIMIT ?)", (after, _GROUP)
    ).fetchall()
    return None if last is None else int(last)


def _rank(entry: str) -> str:
    return f"({entry}.status <> 'lost', coalesce({entry}.cost_nano, -1), {entry}.cost_pico)"


def _add_runs(db: sqlite3.Connection) -> int:
    """Add the records of runs, and the end of those that had none here; return how many runs are new."""
    columns = _columns(db, "runs", without="run")
    names, complete = ", ".join(("run", *columns)), ", ".join(f"{name} = excluded.{name}" for name in columns)
    ((new,),) = db.execute("SELECT count(*) FROM source.runs WHERE run NOT IN (SELECT run FROM main.runs)").fetchall()
    db.execute(
        f"INSERT INTO main.runs ({names}) SELECT {names} FROM source.runs WHERE true"
        f" ON CONFLICT (run) DO UPDATE SET {complete} WHERE runs.ended IS NULL AND excluded.ended IS NOT NULL"
    )
    return int(new)


def _columns(db: sqlite3.Connection, table: str, *, without: str) -> list[str]:
    found = [name for _, name, *_ in db.execute(f"PRAGMA main.table_info({table})")]
    return [name for name in found if name != without]
