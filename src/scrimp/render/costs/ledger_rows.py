"""Entries of the ledger for other programs: JSON lines, CSV or Parquet, with the same names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain

from msgspec.structs import asdict

from scrimp.enums import LedgerFormat
from scrimp.render.costs.csv_lines import csv_lines
from scrimp.render.decimal_json import encode_json
from scrimp.values import Entry

_TOKENS = ("input", "output", "cache_read", "cache_write", "cache_write_long", "reasoning")
# The fields of an entry that are written under their own name, in two parts: the tokens stand between them.
_BEFORE = (
    "run", "call", "provider", "model", "effort", "answered_by", "status", "seconds", "http", "error",
)  # fmt: skip
_AFTER = (
    "price", "estimated", "tier", "chain", "step", "attempt", "retry", "escalated", "unread", "batch", "route", "user",
    "tags", "signature", "key", "most_input", "most_output", "reply_id",
)  # fmt: skip
COLUMNS = ("time", *_BEFORE, *_TOKENS, "cost_usd", *_AFTER)


def ledger_parts(entries: Iterable[Entry], file_format: LedgerFormat) -> Iterator[bytes]:
    """Yield a file in parts, lines but for Parquet: times are of UTC, dollars exact, what is unknown is null or empty.

    Raise UsageError at once where a format needs what is not installed.
    """
    if file_format == "parquet":
        from scrimp.render.costs.parquet import parquet_parts  # only for this format

        return parquet_parts(entries, COLUMNS)
    rows = map(_row, entries)
    return (encode_json(row) + b"\n" for row in rows) if file_format == "jsonl" else _csv_lines(rows)


def _row(entry: Entry) -> dict[str, object]:
    fields = asdict(entry)
    return {
        "time": datetime.fromtimestamp(entry.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **{name: fields[name] for name in _BEFORE},
        **{name: getattr(entry.usage, name, None) for name in _TOKENS}, "cost_usd": entry.cost,
        **{name: fields[name] for name in _AFTER},
    }  # fmt: skip


def _csv_lines(rows: Iterable[dict[str, object]]) -> Iterator[bytes]:
    cells = ([row[name] for name in COLUMNS] for row in rows)
    return (line.encode("utf-8", "backslashreplace") for line in csv_lines(chain([COLUMNS], cells)))
