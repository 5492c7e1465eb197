"""Bringing the sums up to the ledger: entries that came since, in groups, and quarters in which any has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection

from scrimp.store.cost_sums.grouping import TABLE, grouped_together, make_few_groups, make_groups
from scrimp.store.cost_sums.measures import (
    BOUNDED,
    COLUMNS,
    DIMENSIONS,
    KEYS,
    SECONDS,
    by_dimension,
    kept_alone,
    share_of_values,
)
from scrimp.store.database import transaction

# Entries in one transaction. More at once are fewer sums to add to where their times are in no order.
_GROUP = 1_000_000
# A dimension is left out once it has this many sums for an entry, among this many entries: the ledger is read as fast.
_MOST_SUMS, _JUDGED = 0.2, 20_000
# Entries that a run adds after those before it: judging the dimensions takes as long as adding this many. A look at the
# sums has at most this many to add, which takes less than half a second.
WORTH_A_STEP = 5 * _JUDGED
_OF_IDS = "id > ? AND id <= ?"
_NEXT = "SELECT max(id), count(*) FROM (SELECT id FROM ledger.entries WHERE id > ? ORDER BY id LIMIT ?)"
_ADD = ", ".join(f"{column} = {column} + excluded.{column}" for column in COLUMNS)
_CONFLICT = f" ON CONFLICT (dimension, quarter, {', '.join(KEYS)}) DO UPDATE SET {_ADD}"


def refresh(db: sqlite3.Connection, progress: Callable[[int], None] = lambda _: None, group: int = _GROUP) -> None:
    """Add what the sums lack; `progress` is called with the number of entries after each group of them."""
    behind = True
    while behind:
        with transaction(db):
            _follow_changes(db)
            added, behind = _add_group(db, group)
        progress(added)


def step(db: sqlite3.Connection, most: int) -> None:
    """Add the next entries that the sums lack, up to this many."""
    with transaction(db):
        _follow_changes(db)
        _add_group(db, min(most, _GROUP))


def next_ids(db: sqlite3.Connection, after: int | None, size: int) -> tuple[int, int, int]:
    """Return the ids between which the next entries lie, the first one left out, and their number, up to `size`.

    They follow an id, None for the newest entry in the sums.
    """
    if after is None:
        with transaction(db):
            _follow_changes(db)
        ((after,),) = db.execute("SELECT entry FROM reach").fetchall()
    ((last, entries),) = db.execute(_NEXT, (after, size)).fetchall()
    return after, last, entries


def sum_part(db: sqlite3.Connection, first: int, last: int, left_out: Collection[str]) -> int:
    """Make the sums of some entries alone in an empty file; return the newest change of entries that they follow.

    Without those of the dimensions that are left out, and of more where these have too many values.
    """
    with transaction(db):
        db.executemany("INSERT INTO left_out VALUES (?)", [(dimension,) for dimension in left_out])
        ((change,),) = db.execute("SELECT coalesce(max(id), 0) FROM ledger.entry_changes").fetchall()
        _leave_out(db, first)
        _add(db, _OF_IDS, (first, last))
    return int(change)


def add_part(db: sqlite3.Connection, first: int, last: int, change: int) -> bool:
    """Add the sums of an attached `part`; return False if they are not the next ones, or entries changed since."""
    with transaction(db):
        _follow_changes(db)
        if db.execute("SELECT entry, change FROM reach").fetchone() != (first, change):
            return False
        found = db.execute("SELECT dimension FROM part.left_out WHERE dimension NOT IN (SELECT * FROM main.left_out)")
        for (dimension,) in found.fetchall():
            _omit(db, dimension)
        columns = ", ".join(("dimension", "quarter", *KEYS, *COLUMNS))
        db.execute(
            f"INSERT INTO main.sums ({columns}) SELECT {columns} FROM part.sums"
            f" WHERE dimension NOT IN (SELECT * FROM main.left_out) {_CONFLICT}"
        )
        _reach(db, last)
    return True


def entries_behind(db: sqlite3.Connection) -> int:
    """Return about how many entries the sums lack; 1 where only changes are to be followed."""
    ((entry, change, newest, changed),) = db.execute(
        "SELECT entry, change, (SELECT coalesce(max(id), 0) FROM ledger.entries),"
        " (SELECT coalesce(max(id), 0) FROM ledger.entry_changes) FROM reach"
    ).fetchall()
    return abs(int(newest) - int(entry)) or int(change != changed) or int(not _is_of_this_ledger(db))


def reach_of(db: sqlite3.Connection, dimension: str) -> int:
    """Return the newest entry in the sums of a dimension, by its id; 0 where these cannot be used."""
    ((entry, behind),) = db.execute(
        "SELECT entry, change <> (SELECT coalesce(max(id), 0) FROM ledger.entry_changes)"
        " OR EXISTS (SELECT 1 FROM left_out WHERE dimension = ?) FROM reach",
        (dimension,),
    ).fetchall()
    return 0 if behind or not _is_of_this_ledger(db) else int(entry)


def _follow_changes(db: sqlite3.Connection) -> None:
    """Rebuild the sums of quarters whose entries were changed, and all where they are those of another ledger."""
    ((entry, change),) = db.execute("SELECT entry, change FROM reach").fetchall()
    ((newest,),) = db.execute("SELECT coalesce(max(id), 0) FROM ledger.entry_changes").fetchall()
    if newest < change or not _is_of_this_ledger(db):
        db.execute("DELETE FROM sums")
        db.execute("DELETE FROM left_out")
        db.execute("UPDATE reach SET entry = 0, call = '', change = ?", (newest,))
        return
    if newest == change:
        return
    quarters = db.execute(
        f"SELECT DISTINCT CAST(time AS INTEGER) / {SECONDS} FROM ledger.entry_changes WHERE id > ?",
        (change,),
    ).fetchall()
    for (quarter,) in quarters:
        for dimension in DIMENSIONS:
            db.execute("DELETE FROM sums WHERE dimension = ? AND quarter = ?", (dimension, quarter))
        began = quarter * SECONDS
        _add(db, "time >= ? AND time < ? AND id <= ?", (began, began + SECONDS, entry))
    db.execute("UPDATE reach SET change = ?", (newest,))


def _is_of_this_ledger(db: sqlite3.Connection) -> bool:
    """Return whether the newest entry in the sums is the ledger's: it may have been replaced by another one."""
    ((entry, call),) = db.execute("SELECT entry, call FROM reach").fetchall()
    found = db.execute("SELECT call FROM ledger.entries WHERE id = ?", (entry,)).fetchone()
    return not entry or found == (call,)


def _add_group(db: sqlite3.Connection, group: int) -> tuple[int, bool]:
    """Add the entries that follow; return how many, and whether there may be more."""
    ((entry,),) = db.execute("SELECT entry FROM reach").fetchall()
    ((last, added),) = db.execute(_NEXT, (entry, group)).fetchall()
    if not added:
        return 0, False
    _leave_out(db, entry)
    _add(db, _OF_IDS, (entry, last))
    _reach(db, last)
    return added, added == group


def _reach(db: sqlite3.Connection, last: int) -> None:
    db.execute("UPDATE reach SET entry = ?, call = (SELECT call FROM ledger.entries WHERE id = ?)", (last, last))


def _kept(db: sqlite3.Connection) -> list[str]:
    left_out = {dimension for (dimension,) in db.execute("SELECT dimension FROM left_out")}
    return [dimension for dimension in DIMENSIONS if dimension not in left_out]


def _leave_out(db: sqlite3.Connection, entry: int) -> None:
    """Leave out the dimensions of which nearly every one of the next entries has a value of its own."""
    for dimension in _kept(db):
        if dimension in BOUNDED:
            continue
        ((entries, sums),) = db.execute(share_of_values(dimension), (entry, _JUDGED)).fetchall()
        if entries >= _JUDGED and sums > entries * _MOST_SUMS:
            _omit(db, dimension)


def _omit(db: sqlite3.Connection, dimension: str) -> None:
    db.execute("DELETE FROM main.sums WHERE dimension = ?", (dimension,))
    db.execute("INSERT INTO main.left_out VALUES (?)", (dimension,))


def _add(db: sqlite3.Connection, where: str, parameters: tuple[int, ...]) -> None:
    kept, columns = _kept(db), ", ".join(("dimension", "quarter", *KEYS, *COLUMNS))
    chosen, are_few = grouped_together(db, kept, parameters[0]) if where == _OF_IDS else (kept, False)
    (make_few_groups if are_few else make_groups)(db, chosen, where, parameters)
    for dimension in kept:
        is_alone = dimension not in chosen
        added = kept_alone(dimension, where) if is_alone else by_dimension(dimension, TABLE)
        # The condition, which is met, tells the parser that ON CONFLICT is not part of a join.
        db.execute(
            f"INSERT INTO sums ({columns}) SELECT {columns} FROM ({added}) WHERE true {_CONFLICT}",
            parameters if is_alone else (),
        )
    db.execute(f"DROP TABLE {TABLE}")
