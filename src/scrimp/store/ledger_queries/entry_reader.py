"""Entries of the ledger read back one by one, in the order in which they were appended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from scrimp.store.encoding.dollars import dollars
from scrimp.store.encoding.packed_ids import unpacked_call, unpacked_key
from scrimp.store.ledger_connection import opened_ledger
from scrimp.values import Entry, Usage

_COLUMNS = (
    "call", "run", "time", "provider", "model", "status", "seconds", "price", "estimated", "tier", "chain", "step",
    "http", "error", "key", "route", "user", "signature", "answered_by", "effort", "escalated", "unread", "batch",
    "attempt", "retry", "most_input", "most_output", "reply_id",
)  # fmt: skip
_COUNTS = ("input", "output", "cache_read", "cache_write", "cache_write_long", "reasoning")
_SELECT = (
    f"SELECT {', '.join(_COLUMNS)}, tags, cost_nano, cost_pico, {', '.join(_COUNTS)} FROM entries"
    " WHERE time >= ? ORDER BY id"
)
_FLAGS = ("estimated", "escalated", "unread", "retry")  # SQLite has them as numbers


def entries_since(ledger: Path, since: float) -> Iterator[Entry]:
    """Yield the entries of calls that were sent since a moment; memory does not grow with their number."""
    with opened_ledger(ledger) as db:
        for row in db.execute(_SELECT, (since,)):
            yield _entry(row)


def _entry(row: tuple[Any, ...]) -> Entry:
    named = dict(zip(_COLUMNS, row, strict=False))
    named["call"], named["key"] = unpacked_call(named["call"]), unpacked_key(named["key"])
    tags, nano, pico, *counts = row[len(_COLUMNS) :]
    for flag in _FLAGS:
        named[flag] = None if named[flag] is None else bool(named[flag])
    return Entry(
        **named, tags=msgspec.json.decode(tags, type=dict[str, str]),
        cost=None if nano is None else dollars(nano, pico),
        usage=None if counts[0] is None else Usage(**dict(zip(_COUNTS, counts, strict=True))),
    )  # fmt: skip
