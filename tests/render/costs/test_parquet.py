"""What pyarrow wrote, read back by DuckDB."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from outcomes import entry
from scrimp.errors import UsageError
from scrimp.render.costs.ledger_rows import COLUMNS, ledger_parts
from scrimp.render.costs.parquet import _GROUP
from scrimp.values import Entry, Usage

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

HOSTILE = 'a "quoted", näme\nof two lines\r=1+1\0'
FULL = replace(
    entry("fake/m@x", "0.000000000001"), call="c1", time=1_764_000_000.123456, seconds=0.1, effort="low", http=200,
    usage=Usage(input=2**40, output=7, cache_read=5, cache_write=3, cache_write_long=2, reasoning=4), tier="high",
    tags={"team": HOSTILE, "": "x"}, user="ada", escalated=False, unread=True, retry=False, attempt=0, step=2,
    most_input=2**40, most_output=9, reply_id="r", key="ab", route="t", signature="s", chain="c", batch="b",
    answered_by="m-2026", error=HOSTILE,
)  # fmt: skip
ENTRIES = (
    FULL, replace(entry("fake/other", None, "lost"), call="c2"),
    replace(entry("fake/é", "9223372036.854775807999"), call="c3", time=1_764_000_002.0),
)  # fmt: skip


def read(tmp_path: Path, query: str) -> list[tuple[Any, ...]]:
    (tmp_path / "calls.parquet").write_bytes(b"".join(ledger_parts(ENTRIES, "parquet")))
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        rows: list[tuple[Any, ...]] = db.sql(query.replace("calls", f"'{tmp_path}/calls.parquet'")).fetchall()
    return rows


def test_all_columns_have_the_values_of_json_lines(tmp_path: Path) -> None:
    expected = [json.loads(line, parse_float=Decimal) for line in ledger_parts(ENTRIES, "jsonl")]
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in read(tmp_path, "SELECT * FROM calls")]

    for row, other in zip(rows, expected, strict=True):
        assert list(row) == list(other)
        assert row.pop("time").isoformat(timespec="milliseconds").replace("+00:00", "Z") == other.pop("time")
        assert Decimal(repr(row.pop("seconds"))) == Decimal(other.pop("seconds"))
        assert row == other


def test_types_are_those_one_reckons_with(tmp_path: Path) -> None:
    types = {name: kind for name, kind, *_ in read(tmp_path, "DESCRIBE SELECT * FROM calls")}

    assert types["cost_usd"] == "DECIMAL(28,12)"
    assert types["time"] == "TIMESTAMP WITH TIME ZONE"
    assert types["tags"] == "MAP(VARCHAR, VARCHAR)"
    assert {types[name] for name in ("input", "output", "cache_write_long", "most_input")} == {"BIGINT"}
    assert {types[name] for name in ("step", "attempt", "http")} == {"INTEGER"}
    assert {types[name] for name in ("estimated", "escalated", "unread", "retry")} == {"BOOLEAN"}
    assert types["seconds"] == "DOUBLE"
    ((cost, moment, calls),) = read(tmp_path, "SELECT sum(cost_usd), min(time), count(*) FROM calls WHERE user = 'ada'")
    assert (cost, calls) == (Decimal("0.000000000001"), 1)
    assert moment == datetime(2025, 11, 24, 16, 0, 0, 123456, tzinfo=UTC)


def test_a_file_is_written_while_entries_are_read(tmp_path: Path) -> None:
    seen = 0

    def many() -> Iterator[Entry]:
        nonlocal seen
        for number in range(2 * _GROUP + 5):
            seen += 1
            yield replace(FULL, call=f"c{number}")

    parts = ledger_parts(many(), "parquet")
    first = next(parts)
    assert (first[:4], seen) == (b"PAR1", _GROUP)
    (tmp_path / "calls.parquet").write_bytes(first + b"".join(parts))
    with duckdb.connect() as db:
        counted = db.sql(f"SELECT count(DISTINCT call), count(*) FROM '{tmp_path}/calls.parquet'").fetchall()
    assert counted == [(seen, 2 * _GROUP + 5)]


def test_without_calls_it_is_a_file_with_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "none.parquet").write_bytes(b"".join(ledger_parts((), "parquet")))
    with duckdb.connect() as db:
        empty = db.sql(f"SELECT * FROM '{tmp_path}/none.parquet'")
        assert (tuple(empty.columns), empty.fetchall()) == (COLUMNS, [])


def test_without_pyarrow_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(
        UsageError, match=r"needs pyarrow: `pip install 'scrimp\[parquet\]'` brings it; `--format jsonl`"
    ):
        ledger_parts((), "parquet")
