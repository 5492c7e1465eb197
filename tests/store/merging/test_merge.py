"""Merging ledgers: each call once, to the picodollar, in whatever order and however often; the others untouched."""

from __future__ import annotations

import itertools
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from scrimp.errors import InputError, StoreError
from scrimp.store.ledger import Ledger
from scrimp.store.merging.merge import MergedLedger, merge_ledger
from scrimp.store.run_log import RunEnd, RunLog, RunRecord
from scrimp.store.schemas.ledger import MIGRATIONS
from scrimp.values import Entry, Usage

OLDER = Path(__file__).parents[1] / "older"
LOST = Entry(
    call="c", run="r1", time=1_700_000_000.0, provider="openai", model="m", status="lost", seconds=0.5, tags={"a": "b"},
    most_input=10, most_output=20,
)  # fmt: skip
PAID = replace(
    LOST, status="paid", usage=Usage(input=10, output=2), cost=Decimal("0.000000000123"), most_input=None,
    most_output=None,
)  # fmt: skip


def ledger_of(folder: Path, entries: Sequence[Entry], runs: Sequence[RunRecord] = ()) -> Path:
    """A home with these entries and runs; return its ledger."""
    folder.mkdir(exist_ok=True)
    with closing(Ledger(folder / "ledger.db")) as ledger, closing(RunLog(folder / "ledger.db")) as log:
        ledger.append(entries)
        for record in runs:
            log.begin(record)
            if record.end is not None:
                log.end(record.run, record.end)
    return folder / "ledger.db"


def rows_of(ledger: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """All entries but their ids, and all runs."""
    with closing(sqlite3.connect(ledger)) as db:
        entries = [row[1:] for row in db.execute("SELECT * FROM entries ORDER BY call")]
        return entries, db.execute("SELECT * FROM runs ORDER BY run").fetchall()


def state_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def end_of(pico: int) -> RunEnd:
    return RunEnd(
        time=2.0, status=0, stopped=None, rows=1, failed=0, calls=1, cost=Decimal(pico).scaleb(-12), unpriced=0,
        bill="bill", document=Raw(b"{}"),
    )  # fmt: skip


# A call may be in several ledgers, in one as lost and in another with its end; a run with its end or without.
CALLS = st.dictionaries(st.integers(0, 12), st.booleans(), max_size=8)
RUNS = st.dictionaries(st.integers(0, 3), st.booleans(), max_size=3)


def entry(number: int, ended: bool) -> Entry:
    known = replace(PAID, cost=Decimal(10**number + number).scaleb(-12)) if ended else LOST
    return replace(known, call=f"c{number}", run=f"r{number % 4}")


def record(number: int, ended: bool) -> RunRecord:
    return RunRecord(run=f"r{number}", started=1.0, folder="", command=("x",), end=end_of(number) if ended else None)


@settings(max_examples=10)
@given(homes=st.lists(st.tuples(CALLS, RUNS), min_size=2, max_size=3), data=st.data())
def test_order_and_repetition_decide_nothing_and_the_sum_is_exact(
    tmp_path_factory: pytest.TempPathFactory, homes: list[tuple[dict[int, bool], dict[int, bool]]], data: st.DataObject
) -> None:
    place = tmp_path_factory.mktemp("homes")
    ledgers = [
        ledger_of(place / f"h{n}", [entry(*each) for each in calls.items()], [record(*each) for each in runs.items()])
        for n, (calls, runs) in enumerate(homes)
    ]
    orders = list(itertools.permutations(ledgers))
    results = []
    for n, order in enumerate([orders[0], data.draw(st.sampled_from(orders))]):
        own = place / f"own{n}" / "ledger.db"
        repeated = [*order, *data.draw(st.lists(st.sampled_from(ledgers), max_size=2))] if n else order
        brought = [merge_ledger(source, own) for source in repeated]
        results.append((rows_of(own), sum(each.calls for each in brought)))

    known = {number: any(calls.get(number, False) for calls, _ in homes) for calls, _ in homes for number in calls}
    with closing(Ledger(place / "own1" / "ledger.db")) as ledger:
        totals = ledger.totals("status")
    assert results[0] == results[1]
    assert results[0][1] == len(known)
    assert sum((total.cost for total in totals), Decimal(0)) == Decimal(
        sum(10**number + number for number, ended in known.items() if ended)
    ).scaleb(-12)
    assert {total.name: total.calls for total in totals} == {
        name: count for name, ended in (("paid", True), ("lost", False)) if (count := list(known.values()).count(ended))
    }


def test_what_was_brought_is_said_and_only_what_is_new(tmp_path: Path) -> None:
    own = ledger_of(tmp_path / "own", [replace(PAID, call="a"), replace(LOST, call="b")], [record(0, False)])
    other = ledger_of(
        tmp_path / "other",
        [replace(PAID, call="a"), replace(PAID, call="b"), PAID, replace(PAID, call="d", cost=None)],
        [record(0, True), record(1, False)],
    )

    assert merge_ledger(other, own) == MergedLedger(
        calls=2, runs=1, cost=Decimal("0.000000000123"), unpriced=1, known=2, settled=1, unended=1
    )
    assert merge_ledger(other, own) == MergedLedger(known=4, unended=1, cost=Decimal(0))


def test_copies_that_killed_merges_left_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    left = tmp_path / "tmp" / "scrimp-run-killed"
    left.mkdir(parents=True)
    (left / "ledger.db").write_bytes(b"calls of another machine")

    merge_ledger(ledger_of(tmp_path / "theirs", [PAID]), ledger_of(tmp_path / "ours", []))
    assert list((tmp_path / "tmp").iterdir()) == []


def test_of_two_ends_of_a_call_the_more_expensive_stays(tmp_path: Path) -> None:
    cheap, dear = PAID, replace(PAID, cost=Decimal("0.000000000124"))
    for name, first, second in (("one", cheap, dear), ("two", dear, cheap)):
        own = ledger_of(tmp_path / name, [first])
        merge_ledger(ledger_of(tmp_path / f"{name}-other", [second]), own)
        with closing(Ledger(own)) as ledger:
            assert ledger.totals("run")[0].cost == dear.cost


@pytest.mark.parametrize("schema", range(1, len(MIGRATIONS) + 1))
def test_an_older_ledger_is_merged_and_stays_as_it_is(tmp_path: Path, schema: int) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        db.executescript((OLDER / f"ledger_{schema}.sql").read_text(encoding="utf-8"))
    before = state_of(folder)
    own = tmp_path / "own" / "ledger.db"

    assert merge_ledger(folder / "ledger.db", own).calls == 3
    assert state_of(folder) == before
    with closing(Ledger(own)) as ledger:
        assert {total.name: total.cost for total in ledger.totals("status")} == {
            "paid": Decimal("0.0000118"), "failed": Decimal(0), "lost": Decimal(0),
        }  # fmt: skip


def test_of_a_ledger_that_is_being_written_what_is_committed_is_merged_and_the_rest_later(tmp_path: Path) -> None:
    source = ledger_of(tmp_path / "other", [])
    own = tmp_path / "own" / "ledger.db"
    with closing(Ledger(source)) as writer, closing(sqlite3.connect(source, isolation_level=None)) as other:
        writer.append([PAID])
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE entries SET user = 'uncommitted'")
        assert merge_ledger(source, own).calls == 1
        other.execute("ROLLBACK")
        writer.append([replace(PAID, call="later")])
        assert merge_ledger(source, own).calls == 1
    assert [row[0] for row in rows_of(own)[0]] == ["c", "later"]


def test_what_a_killed_process_left_in_the_log_is_merged_and_left_there(tmp_path: Path) -> None:
    source = ledger_of(tmp_path / "other", [])
    if (child := os.fork()) == 0:
        Ledger(source).append([PAID])
        os._exit(0)
    os.waitpid(child, 0)
    before = {name: data for name, data in state_of(source.parent).items() if not name.endswith("-shm")}

    assert before["ledger.db-wal"]
    assert merge_ledger(source, tmp_path / "own" / "ledger.db").calls == 1
    assert {name: data for name, data in state_of(source.parent).items() if not name.endswith("-shm")} == before


def test_only_entries_and_runs_are_touched(tmp_path: Path) -> None:
    own = ledger_of(tmp_path / "own", [])
    other = ledger_of(tmp_path / "other", [PAID])
    with closing(sqlite3.connect(other)) as db, db:
        db.execute("INSERT INTO task_commands VALUES ('s', 'c', 1)")
        db.execute("INSERT INTO route_checks VALUES ('c', 'k', 1, 1)")
    merge_ledger(other, own)

    with closing(sqlite3.connect(own)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    assert {name for name, count in counts.items() if count} == {"entries"}


def test_a_source_that_cannot_be_merged_is_named_with_the_next_move(tmp_path: Path) -> None:
    own = ledger_of(tmp_path / "own", [])
    before = rows_of(own)
    newer, damaged, cache, text = (tmp_path / name for name in ("newer.db", "damaged.db", "cache.db", "text.db"))
    newer.write_bytes(ledger_of(tmp_path / "n", [PAID]).read_bytes())
    with closing(sqlite3.connect(newer)) as db:
        db.execute("PRAGMA user_version = 9999")
    whole = ledger_of(tmp_path / "d", [replace(PAID, call=str(n)) for n in range(500)]).read_bytes()
    damaged.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:])
    with closing(sqlite3.connect(cache)) as db:
        db.execute("CREATE TABLE cache (key)")
    text.write_text("no database\n" * 100)

    for source, says in (
        (newer, "newer scrimp.*upgrade"), (damaged, "damaged.*--repair"), (text, "damaged or not a database"),
        (cache, "not a ledger"), (tmp_path, "not a file"),
    ):  # fmt: skip
        with pytest.raises((StoreError, InputError), match=says) as error:
            merge_ledger(source, own)
        assert str(source) in str(error.value)
    assert rows_of(own) == before


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("time", "soon"), ("time", 1e300), ("time", -1.0), ("cost_nano", 2**62), ("cost_nano", "much"), ("input", -1),
        ("status", "forged"), ("effort", "most"), ("tags", "[1]"), ("tags", "["), ("run", b"\xff"), ("call", "x" * 65),
    ],
)  # fmt: skip
def test_values_that_would_break_every_later_look_are_refused_by_their_column(
    tmp_path: Path, column: str, value: object
) -> None:
    own, theirs = ledger_of(tmp_path / "own", [LOST]), ledger_of(tmp_path / "theirs", [replace(PAID, call="d")])
    before = rows_of(own)
    with closing(sqlite3.connect(theirs)) as db, db:
        db.execute(f"UPDATE entries SET {column} = ?", (value,))

    with pytest.raises(InputError, match=rf"values in entries\.{column} that scrimp does not write"):
        merge_ledger(theirs, own)
    assert rows_of(own) == before


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("entries", "UPDATE entries SET user = CAST(x'ff' AS TEXT)"), ("runs", "UPDATE runs SET command = '{}'"),
        ("runs", "ALTER TABLE runs DROP COLUMN bill"), ("runs", "UPDATE runs SET started = 'then'"),
    ],
)  # fmt: skip
def test_so_are_text_that_is_none_and_tables_of_another_form(tmp_path: Path, table: str, statement: str) -> None:
    record = RunRecord(run="r1", started=1.0, folder="/", command=("a",))
    theirs = ledger_of(tmp_path / "theirs", [PAID], [record])
    with closing(sqlite3.connect(theirs)) as db, db:
        db.execute(statement)

    with pytest.raises(InputError, match=rf"values in {table}\."):
        merge_ledger(theirs, tmp_path / "own" / "ledger.db")


def test_a_ledger_that_nothing_was_written_to_yet_is_empty(tmp_path: Path) -> None:
    source = tmp_path / "ledger.db"
    source.touch()

    assert msgspec.structs.asdict(merge_ledger(source, tmp_path / "own" / "ledger.db"))["calls"] == 0
