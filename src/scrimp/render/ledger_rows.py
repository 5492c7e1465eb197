"""Entries of the ledger as rows for other programs: JSON lines or CSV, with the same names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

from msgspec.structs import asdict

from scrimp.enums import LedgerFormat
from scrimp.render.decimal_json import decimal_number, encode_json
from scrimp.values import Entry

_TOKENS = ("input", "output", "cache_read", "cache_write", "cache_write_long", "reasoning")
# The fields of an entry that are written under their own name, in two parts: the tokens stand between them.
_BEFORE = (
    "run", "call", "provider", "model", "effort", "answered_by", "status", "seconds", "http", "error",
)  # fmt: skip
_AFTER = (
    "price", "estimated", "tier", "chain", "step", "attempt", "retry", "escalated", "unread", "batch", "route", "user",
    "tags", "signature", "key",
)  # fmt: skip
COLUMNS = ("time", *_BEFORE, *_TOKENS, "cost_usd", *_AFTER)


def ledger_lines(entries: Iterable[Entry], file_format: LedgerFormat) -> Iterator[bytes]:
    """Yield the lines of a file: times are of UTC, dollars are exact, and what is unknown is null or empty."""
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
    line = StringIO()
    # csv quotes the characters of its line end, and readers end a line at a lone \r too: so name both.
    writer = csv.writer(line, lineterminator="\r\n")
    for cells in _with_header(rows):
        writer.writerow(cells)
        yield (line.getvalue().removesuffix("\r\n") + "\n").encode("utf-8", "backslashreplace")
        line.seek(0)
        line.truncate()


def _with_header(rows: Iterable[dict[str, object]]) -> Iterator[Iterable[str]]:
    yield COLUMNS
    for row in rows:
        yield [_cell(row[name]) for name in COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return bytes(decimal_number(value)).decode()
    if isinstance(value, bool):
        return str(value).lower()
    return encode_json(value).decode() if isinstance(value, dict) else str(value)
