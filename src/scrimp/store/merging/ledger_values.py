"""What another machine's ledger must have in its columns, so that this one can be read with it: what scrimp writes.

SQLite takes any value in any column. A time that is text, or costs beyond what a sum can hold, would break every later
look at the ledger that they came into, for which there is no way back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import get_args

import msgspec

from scrimp.enums import Effort, EntryStatus, RunKind
from scrimp.store.foreign_completion import YEAR_9999
from scrimp.store.schemas.ledger import MIGRATIONS

# The most that a column of whole numbers may add up to: many ledgers of which each has so much have a sum in 64 bits.
_MOST_IN_ALL = 2**56
_PACKED_BYTES = 64  # of ids, at most
_WORDS = {
    "entries": {"status": get_args(EntryStatus), "effort": get_args(Effort)}, "runs": {"kind": get_args(RunKind)},
}  # fmt: skip
_JSON: dict[str, dict[str, Callable[[str], object]]] = {
    "entries": {"tags": msgspec.json.Decoder(dict[str, str]).decode},
    "runs": {"command": msgspec.json.Decoder(list[str]).decode, "document": msgspec.json.Decoder().decode},
}
_PACKED = frozenset(("call", "key"))


def foreign_column(ledger: sqlite3.Connection) -> str | None:
    """Return a column of entries or runs that has what no scrimp writes; None if there is none."""
    with closing(sqlite3.connect(":memory:")) as own:
        for migration in MIGRATIONS:
            migration(own)
        described = {table: own.execute(f"PRAGMA table_info({table})").fetchall() for table in ("entries", "runs")}
    for table, columns in described.items():
        there = {name for _, name, *_ in ledger.execute(f"PRAGMA table_info({table})")}
        if missing := [name for _, name, *_ in columns if name not in there]:
            return f"{table}.{missing[0]}"
        rules = {name: _rule(table, name, kind, required=bool(required)) for _, name, kind, required, *_ in columns}
        if _has_other(ledger, table, " AND ".join(rules.values())):  # all in one look: a ledger may be long
            return next(f"{table}.{name}" for name, rule in rules.items() if _has_other(ledger, table, rule))
        numbers = [name for _, name, kind, *_ in columns if kind == "INTEGER"]
        totals = ledger.execute(f"SELECT {', '.join(map('total({})'.format, numbers))} FROM {table}").fetchone()
        if beyond := [name for name, total in zip(numbers, totals, strict=True) if total > _MOST_IN_ALL]:
            return f"{table}.{beyond[0]}"
        texts = [name for _, name, kind, *_ in columns if kind == "TEXT" and name not in _PACKED]
        if not _is_text(ledger, table, texts):
            return next(f"{table}.{name}" for name in texts if not _is_text(ledger, table, [name]))
        for name, decode in _JSON[table].items():
            if not _is_json(ledger, table, name, decode):
                return f"{table}.{name}"
    return None


def _rule(table: str, name: str, kind: str, *, required: bool) -> str:
    """Return the condition on every value of a column, in SQL."""
    if kind == "INTEGER":
        rule = f"typeof({name}) = 'integer' AND {name} >= 0"
    elif kind == "REAL":
        rule = f"typeof({name}) = 'real' AND {name} >= 0 AND {name} < {YEAR_9999}"
    else:
        rule = f"typeof({name}) = 'text'"
    if name in _PACKED:
        rule = f"({rule} OR typeof({name}) = 'blob') AND length({name}) <= {_PACKED_BYTES}"
    if words := _WORDS[table].get(name):
        rule += f" AND {name} IN {words}"
    return rule if required else f"({name} IS NULL OR {rule})"


def _has_other(ledger: sqlite3.Connection, table: str, rule: str) -> bool:
    found = ledger.execute(f"SELECT 1 FROM {table} WHERE NOT coalesce({rule}, 0) LIMIT 1")
    return found.fetchone() is not None


def _is_text(ledger: sqlite3.Connection, table: str, columns: Sequence[str]) -> bool:
    """Return whether columns have nothing but UTF-8."""
    together = " || char(10) || ".join(f"coalesce({name}, '')" for name in columns)
    try:
        for _ in ledger.execute(f"SELECT {together} FROM {table}"):
            pass
    except sqlite3.OperationalError:  # as Python has it
        return False
    return True


def _is_json(ledger: sqlite3.Connection, table: str, name: str, decode: Callable[[str], object]) -> bool:
    try:
        for (text,) in ledger.execute(f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL"):
            decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True
