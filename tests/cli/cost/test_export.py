from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from command import Scrimp
from fake_provider import FakeProvider
from outcomes import entry
from scrimp.store.ledger import Ledger
from scrimp.values import Entry, Usage
from terminal import at_terminal

HOSTILE = 'a "quoted", name\nof two lines\r=1+1'
USAGE = Usage(input=1_000_000, output=7, cache_read=5, cache_write=3, cache_write_long=2, reasoning=4)
CALLS = (
    replace(
        entry("fake/m@x", "0.000000000001"), call="c1", time=1_764_000_000.25, usage=USAGE, tags={"team": HOSTILE},
        user="ada", effort="low", escalated=False,
    ),
    replace(entry("fake/other", None, "lost"), call="c2", time=1_764_000_001.0),
    replace(entry(f"fake/{HOSTILE}", "1234.5"), call="c3", time=1_764_000_002.0, error="é\u2028", unread=True),
    replace(entry("fake/m", "0", "failed"), call="c4", time=1_764_000_003.0, http=429, error="slow down"),
)  # fmt: skip


def keep(scrimp: Scrimp, calls: Sequence[Entry] = CALLS) -> None:
    with closing(Ledger(scrimp.home / "ledger.db")) as ledger:
        ledger.append(calls)


def columns(scrimp: Scrimp, *names: str) -> list[tuple[object, ...]]:
    """What the ledger has, read by SQLite alone."""
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        return db.execute(f"SELECT {', '.join(names)} FROM entries ORDER BY id").fetchall()


def test_json_lines_have_what_the_ledger_has_and_null_for_what_is_unknown(scrimp: Scrimp) -> None:
    keep(scrimp)
    ran = scrimp("cost", "export")
    rows = [json.loads(line, parse_float=Decimal) for line in ran.out.split("\n")[:-1]]

    assert (ran.status, ran.err, len(rows)) == (0, "", len(CALLS))
    names = ("call", "provider", "model", "status", "input", "reasoning", "user", "http", "error", "effort", "price")
    assert [tuple(row[name] for name in names) for row in rows] == columns(scrimp, *names)
    assert [row["cost_usd"] for row in rows] == [Decimal("0.000000000001"), None, Decimal("1234.5"), 0]
    assert [row["tags"] for row in rows] == [{"team": HOSTILE}, {}, {}, {}]
    assert [(row["escalated"], row["unread"], row["estimated"]) for row in rows] == [
        (False, None, False), (None, None, False), (None, True, False), (None, None, False),
    ]  # fmt: skip
    assert rows[0]["time"] == "2025-11-24T16:00:00.250Z"


def test_every_column_of_the_ledger_is_exported(scrimp: Scrimp) -> None:
    keep(scrimp)
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        kept = {name for _, name, *_ in db.execute("PRAGMA table_info(entries)")}

    assert set(json.loads(scrimp("cost", "export").out.split("\n")[0])) == (
        kept - {"id", "cost_nano", "cost_pico"} | {"cost_usd"}
    )


def test_a_csv_has_the_same_rows_whatever_is_in_their_texts(scrimp: Scrimp) -> None:
    keep(scrimp)
    as_json = [json.loads(line, parse_float=str) for line in scrimp("cost", "export").out.split("\n")[:-1]]
    ran = scrimp("cost", "export", "-o", "calls.csv")  # whose extension says csv
    with (scrimp.cwd / "calls.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert (ran.status, ran.out) == (0, "")
    for row, expected in zip(rows, as_json, strict=True):
        for name, value in expected.items():
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            assert row[name] == ("" if value is None else value if isinstance(value, str) else text)


def test_since_leaves_out_the_older_calls(scrimp: Scrimp) -> None:
    keep(scrimp)
    assert scrimp("cost", "export", "--since", "1h").out == ""
    header = scrimp("cost", "export", "--since", "1h", "--format", "csv").out
    assert list(csv.reader(io.StringIO(header))) == [list(json.loads(scrimp("cost", "export").out.split("\n")[0]))]


def test_since_a_day_counts_what_was_sent_from_its_midnight_on(scrimp: Scrimp) -> None:
    late, early = (
        replace(CALLS[0], call=name, time=datetime.fromisoformat(moment).timestamp())
        for name, moment in (("late", "2026-11-01T00:00:00.001Z"), ("early", "2026-10-31T23:59:59.999Z"))
    )
    keep(scrimp, [early, late])
    in_winter = ("--since", "2026-11-01", "--zone", "Europe/Berlin", "--json")  # begins an hour earlier there

    rows = scrimp("cost", "export", "--since", "2026-11-01").out.splitlines()
    assert [json.loads(row)["call"] for row in rows] == ["late"]
    assert [
        json.loads(scrimp("cost", *words).out)[0]["calls"] for words in (in_winter[:2] + in_winter[-1:], in_winter)
    ] == [1, 2]


def test_an_export_replaces_no_file_of_scrimp(scrimp: Scrimp) -> None:
    keep(scrimp)
    ran = scrimp("cost", "export", "-o", str(scrimp.home / "ledger.db"))

    assert ran.status == 2
    assert "ledger.db is one of scrimp's own files" in ran.err
    assert len(columns(scrimp, "call")) == len(CALLS)


def test_what_runs_leave_is_exported(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", "".join(f'{{"text": "hello {number}"}}\n' for number in range(3)))
    scrimp("run", "rows.jsonl", "--user", "ada")
    rows = [json.loads(line) for line in scrimp("cost", "export").out.splitlines()]

    assert [(row["user"], row["status"], row["input"] > 0, row["cost_usd"] > 0) for row in rows] == (
        [("ada", "paid", True, True)] * 3
    )
    assert len({row["key"] for row in rows}) == 3


@pytest.mark.parametrize("option", [["--since", "3d"], ["--by", "user"], ["--json"]])
def test_an_option_before_a_subcommand_is_refused_with_where_it_goes(scrimp: Scrimp, option: list[str]) -> None:
    ran = scrimp("cost", *option, "export")

    assert (ran.status, ran.out) == (2, "")
    assert f"{option[0]} before export has no effect" in ran.err
    assert "after its name" in ran.err


def test_parquet_goes_to_a_file_or_a_pipe_and_not_to_a_terminal(scrimp: Scrimp) -> None:
    duckdb = pytest.importorskip("duckdb")
    keep(scrimp)
    assert scrimp("cost", "export", "-o", "calls.parquet").status == 0
    with duckdb.connect() as db:
        rows = db.sql(f"SELECT call, cost_usd FROM '{scrimp.cwd}/calls.parquet'").fetchall()

    assert rows == [("c1", Decimal("0.000000000001")), ("c2", None), ("c3", Decimal("1234.5")), ("c4", 0)]
    assert "PAR1" not in at_terminal(scrimp, "cost", "export", "--format", "parquet")
    assert "name a file with -o" in at_terminal(scrimp, "cost", "export", "--format", "parquet")
