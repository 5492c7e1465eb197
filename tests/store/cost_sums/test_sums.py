from __future__ import annotations

import json
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import entry
from scrimp.billing.cost_total import CostTotal
from scrimp.errors import UsageError
from scrimp.store.cost_sums.groups import WORDS
from scrimp.store.cost_sums.parts import Part, Threads, refresh_in_parts
from scrimp.store.cost_sums.refresh import refresh
from scrimp.store.cost_sums.sums import CostSums
from scrimp.store.ledger import Ledger
from scrimp.values import Entry, Usage

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
BEGAN = datetime(2026, 10, 24, 21, 59, 59, 750_000, UTC).timestamp()  # clocks are set back the night after
FLAGSHIPS = ("openai/a", "anthropic/b@high")

Row = dict[str, Any]  # of the ledger, as SQLite has it
entries = st.builds(
    Entry,
    call=st.uuids().map(str), run=st.sampled_from(["r1", "r2", "r3"]),
    time=st.sampled_from([0, 1, 899, 900, 3600, 80_000, 100_000]).flatmap(
        lambda seconds: st.integers(0, 4).map(lambda parts: BEGAN + seconds + parts / 4)),
    provider=st.sampled_from(["openai", "anthropic"]), model=st.sampled_from(["a", "b"]),
    status=st.sampled_from(["paid", "paid", "truncated", "failed", "lost"]), seconds=st.floats(0, 3000),
    usage=st.none() | st.builds(Usage, input=st.integers(0, 10**9), output=st.integers(0, 10**6),
                                cache_read=st.integers(0, 9), reasoning=st.integers(0, 9)),
    cost=st.none() | st.integers(0, 10**15).map(lambda pico: Decimal(pico).scaleb(-12)),
    tier=st.sampled_from([None, "simple", "-"]), chain=st.sampled_from([None, "c"]),
    route=st.sampled_from([None, "x", "y"]), user=st.sampled_from([None, "ada", "é'\"%"]),
    tags=st.sampled_from([{}, {"team": "blue"}, {"team": "red", "x": "y"}, {"team": "-"}, {'q"\\': "blue"}]),
    signature=st.sampled_from([None, "s1"]), effort=st.sampled_from([None, "low", "high"]),
    answered_by=st.sampled_from([None, None, "other"]), escalated=st.sampled_from([None, False, True]),
    batch=st.sampled_from([None, None, "b1"]), attempt=st.sampled_from([None, 0, 0, 1]),
    retry=st.sampled_from([None, False, True]),
)  # fmt: skip


def moment(row: Row, pattern: str, zone: tzinfo = UTC) -> str:
    return datetime.fromtimestamp(row["time"], zone).strftime(pattern)


def arm(row: Row) -> str:
    return f"{row['provider']}/{row['model']}" + (f"@{row['effort']}" if row["effort"] else "")


def tag(row: Row, name: str) -> str:
    return str(json.loads(row["tags"]).get(name, "-"))


# The name of a row's group for each word, and of the model that answered in its place.
NAMES: dict[str, Callable[[Row], object]] = {
    "model": lambda row: (f"{row['provider']}/{row['model']}", row["answered_by"]),
    "arm": lambda row: (arm(row), row["answered_by"]),
    "provider": lambda row: row["provider"],
    "flagship": lambda row: "flagship" if row["model"] == {"openai": "a"}.get(row["provider"]) or (
        arm(row) == "anthropic/b@high") else "others",
    "tier": lambda row: row["tier"] or "-",
    "chain": lambda row: row["chain"] or "-",
    "route": lambda row: row["route"] or "-",
    "user": lambda row: row["user"] or "-",
    "task": lambda row: row["signature"] or "-",
    "signature": lambda row: row["signature"] or "-",
    "run": lambda row: row["run"],
    "hour": lambda row: moment(row, "%Y-%m-%d %H:00"),
    "day": lambda row: moment(row, "%Y-%m-%d"),
    "week": lambda row: moment(row, "%G-W%V"),
    "month": lambda row: moment(row, "%Y-%m"),
    "status": lambda row: row["status"],
    "tag:team": lambda row: tag(row, "team"),
    'tag:q"\\': lambda row: tag(row, 'q"\\'),
}  # fmt: skip


def facts(rows: list[Row]) -> dict[str, object]:
    """What is true of a group, by the rows themselves."""
    counted = [row for row in rows if row["attempt"] is not None]
    in_time = [row["seconds"] for row in rows if row["status"] in ("paid", "truncated") and row["batch"] is None]
    return {
        "calls": len(rows),
        **{status: sum(row["status"] == status for row in rows) for status in ("failed", "lost", "truncated")},
        **{name: sum(row[name] or 0 for row in rows) for name in ("input", "output", "cache_read", "reasoning")},
        "cost": sum((dollars(row) for row in rows), Decimal(0)),
        "unpriced": sum(row["cost_nano"] is None and row["status"] in ("paid", "truncated") for row in rows),
        "chained": sum(row["escalated"] is not None for row in rows),
        "escalated": sum(row["escalated"] == 1 for row in rows),
        "rows": sum(row["attempt"] == 0 for row in rows), "numbered": len(counted),
        "retries": sum(row["retry"] == 1 for row in rows),
        "numbered_cost": sum((dollars(row) for row in counted), Decimal(0)),
        "numbered_unknown": sum(row["status"] == "lost" or (row["cost_nano"] is None and row["status"] != "failed")
                                for row in counted),
        "median": float(np.percentile(in_time, 50, method="inverted_cdf")) if in_time else None,
        "p95": float(np.percentile(in_time, 95, method="inverted_cdf")) if in_time else None,
    }  # fmt: skip


def dollars(row: Row) -> Decimal:
    return Decimal((row["cost_nano"] or 0) * 1000 + row["cost_pico"]) / 10**12


def agree(total: CostTotal, true: dict[str, object]) -> None:
    told = {name: getattr(total, name) for name in true if name not in ("median", "p95")}
    assert told == {name: value for name, value in true.items() if name in told}
    for share, name in ((0.5, "median"), (0.95, "p95")):
        measured, exact = total.seconds(share), true[name]
        assert (measured is None) == (exact is None)
        if measured is not None and isinstance(exact, float) and 0.02 <= exact <= 1000:
            assert 1 / 1.13 < measured / exact < 1.13


def rows_of(ledger: Path) -> list[Row]:
    with closing(sqlite3.connect(ledger)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute("SELECT * FROM entries")]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Ledger(tmp_path / "ledger.db").close()
    return tmp_path


def opened(home: Path) -> CostSums:
    return CostSums(home / "cost-sums.db", home / "ledger.db")


def append(home: Path, given: list[Entry]) -> None:
    with closing(Ledger(home / "ledger.db")) as ledger:
        ledger.append(given)


def test_every_word_there_is_has_its_groups_below() -> None:
    assert {word for word in NAMES if ":" not in word} == set(WORDS)


@settings(max_examples=25)
@given(data=st.data())
def test_totals_are_those_of_the_rows_however_far_the_sums_go_and_whatever_was_changed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    home = tmp_path_factory.mktemp("home")
    Ledger(home / "ledger.db").close()
    with closing(opened(home)) as sums:
        for given in data.draw(st.lists(st.lists(entries, max_size=12), min_size=1, max_size=3)):
            append(home, given)
            if data.draw(st.booleans()):
                refresh(sums._db, group=data.draw(st.integers(1, 9)))
            elif data.draw(st.booleans()):
                in_parts(sums, data.draw(st.integers(3, 9)))
            if data.draw(st.booleans()):
                change(home, data)
    with closing(opened(home)) as sums:
        if data.draw(st.booleans()):
            sums.refresh()
            assert sums.entries_behind() == 0
        rows = rows_of(home / "ledger.db")
        since = data.draw(
            st.sampled_from([0.0, BEGAN, BEGAN + 0.25, BEGAN + 0.5, BEGAN + 900.25, BEGAN + 100_000.5, BEGAN + 900_000])
        )
        within = [row for row in rows if row["time"] >= since]
        check(sums, within, since)


def in_parts(sums: CostSums, least: int, progress: Callable[[int], None] = lambda _: None) -> None:
    refresh_in_parts(sums._db, sums.ledger, sums.entries_behind(), progress, threads=2, least=least)


def change(home: Path, data: st.DataObject) -> None:
    """Change entries as whoever closes lost calls might."""
    with closing(sqlite3.connect(home / "ledger.db")) as db, db:
        sql = data.draw(st.sampled_from([
            "UPDATE entries SET cost_nano = 5, cost_pico = 7, status = 'paid' WHERE status = 'lost'",
            "UPDATE entries SET time = time + 86400, user = 'eve' WHERE id % 3 = 0",
            "DELETE FROM entries WHERE id % 4 = 1",
            "DELETE FROM entries WHERE id = (SELECT max(id) FROM entries)",
        ]))  # fmt: skip
        db.execute(sql)


def check(sums: CostSums, rows: list[Row], since: float) -> None:
    for word, name_of in NAMES.items():
        groups: dict[object, list[Row]] = {}
        for row in rows:
            groups.setdefault(name_of(row), []).append(row)
        totals = sums.totals(word, since=since, flagships=FLAGSHIPS)
        named = {(total.name, total.answered_by) if word in ("model", "arm") else total.name: total for total in totals}

        assert named.keys() == groups.keys()
        for name, group in groups.items():
            agree(named[name], facts(group))
        keys = [total.name if word in ("hour", "day", "week", "month") else -total.cost for total in totals]
        assert keys == sorted(keys)
        assert list(sums.each(word, since=since, flagships=FLAGSHIPS)) == totals
        ranking = sums.ranking(word, 2, since=since, flagships=FLAGSHIPS)
        assert ranking.totals == totals[:2]
        others = {name: group for name, group in groups.items() if named[name] not in totals[:2]}
        assert (ranking.rest is None) == (not others)
        if ranking.rest is not None:
            assert ranking.rest.name == f"{len(others)} other{'s' * (len(others) > 1)}"
            agree(ranking.rest, facts([row for group in others.values() for row in group]))


@given(given=st.lists(entries, max_size=20))
@settings(max_examples=20)
def test_periods_are_those_of_the_zone_even_where_clocks_are_set_back(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry]
) -> None:
    home = tmp_path_factory.mktemp("home")
    Ledger(home / "ledger.db").close()
    append(home, given)
    with closing(opened(home)) as sums:
        sums.refresh()
        for zone in (BERLIN, KATHMANDU):
            for word, pattern in (("hour", "%Y-%m-%d %H:00%z"), ("day", "%Y-%m-%d"), ("week", "%G-W%V")):
                counts: dict[str, int] = {}
                for row in rows_of(home / "ledger.db"):
                    name = moment(row, pattern, zone)
                    counts[name] = counts.get(name, 0) + 1

                assert {total.name: total.calls for total in sums.totals(word, zone=zone)} == counts
                by_model = sums.series("model", word, zone=zone)
                assert {name: sum(part.calls for part in parts.values()) for name, parts in by_model.items()} == counts


def test_a_model_says_at_which_efforts_its_calls_were_made(home: Path) -> None:
    calls = [replace(entry("openai/a"), call=str(number)) for number in range(3)]
    append(home, [calls[0], replace(calls[1], effort="low"), replace(calls[2], effort="high")])
    with closing(opened(home)) as sums:
        (total,) = sums.totals("model")
    assert (total.calls, total.efforts) == (3, ("", "high", "low"))


def test_sums_of_another_ledger_are_made_again(home: Path) -> None:
    append(home, [replace(entry(), call=str(number)) for number in range(3)])
    with closing(opened(home)) as sums:
        sums.refresh()
    (home / "ledger.db").unlink()
    Ledger(home / "ledger.db").close()
    append(home, [replace(entry(cost="1"), call=f"new {number}") for number in range(5)])
    with closing(opened(home)) as sums:
        assert sums.entries_behind()
        sums.refresh()
        assert [(total.calls, total.cost) for total in sums.totals("model")] == [(5, 5)]


@pytest.mark.parametrize("damage", [b"", b"not a database, but some text", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_of_sums_costs_nothing_but_time(home: Path, damage: bytes) -> None:
    append(home, [entry()])
    (home / "cost-sums.db").write_bytes(damage)
    with closing(opened(home)) as sums:
        sums.refresh()
        assert [total.calls for total in sums.totals("model")] == [1]


def test_where_the_sums_cannot_be_kept_the_ledger_is_read(home: Path) -> None:
    append(home, [entry()])
    (home / "cost-sums.db").mkdir()
    with closing(opened(home)) as sums:
        sums.refresh()
        assert not sums.is_kept
        assert [total.calls for total in sums.totals("model")] == [1]


def test_the_sums_are_brought_up_while_a_run_holds_the_ledger(home: Path) -> None:
    append(home, [entry()])
    with closing(sqlite3.connect(home / "ledger.db", isolation_level=None)) as run, closing(opened(home)) as sums:
        run.execute("BEGIN IMMEDIATE")
        run.execute("DELETE FROM entries")
        sums.refresh()
        assert [total.calls for total in sums.totals("model")] == [1]
        run.execute("COMMIT")
        assert sums.totals("model") == []  # read from the ledger, for the sums are not brought up
        sums.refresh()
        assert sums.totals("model") == []


def test_the_sums_keep_up_with_runs_by_as_much_as_these_add(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("refresh", "sums"):
        monkeypatch.setattr(f"scrimp.store.cost_sums.{module}.WORTH_A_STEP", 50)
    calls = [replace(entry("p/a"), call=str(n)) for n in range(300)]
    append(home, calls[:49])
    behind, found = list[int](), list[int]()
    with closing(opened(home)) as sums:
        for more in ([], calls[49:150], [], calls[150:]):
            append(home, more)
            sums.keep_up(80)
            behind.append(sums.entries_behind())
            found += [total.calls for total in sums.totals("model")]

    assert behind == [49, 70, 0, 70]  # of fewer than 50 none are added, and no more than 80 at once
    assert found == [49, 150, 150, 300]


def test_the_sums_do_not_wait_for_another_process_to_keep_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrimp.store.cost_sums.sums.WORTH_A_STEP", 1)
    append(home, [entry()])
    opened(home).close()
    with closing(sqlite3.connect(home / "cost-sums.db", isolation_level=None)) as other, closing(opened(home)) as sums:
        other.execute("BEGIN IMMEDIATE")
        sums.keep_up(1)
        assert sums.entries_behind() == 1
        other.execute("ROLLBACK")
        sums.keep_up(1)
        assert sums.entries_behind() == 0


def test_a_word_that_is_not_a_group_is_refused(home: Path) -> None:
    with closing(opened(home)) as sums, pytest.raises(UsageError, match="cannot group by 'tag:'"):
        sums.totals("tag:")


def test_a_label_that_every_call_has_of_its_own_is_read_from_the_ledger(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrimp.store.cost_sums.refresh._JUDGED", 50)
    calls = [replace(entry("p/a"), call=str(n), run=f"r{n}", user=f"u{n % 5}", tags={"id": str(n)}) for n in range(100)]
    append(home, calls)
    with closing(opened(home)) as sums:
        sums.refresh()
        append(home, [replace(calls[0], call="later"), replace(calls[1], call="later still", time=9_000.0)])
        sums.refresh()
        kept = {dimension for (dimension,) in sums._db.execute("SELECT DISTINCT dimension FROM sums")}

        assert kept == {"arm", "status", "tier", "chain", "route", "user", "task"}
        for word, since, groups in (("run", 0, 100), ("tag:id", 0, 100), ("user", 0, 5), ("run", 5_000, 1)):
            totals = sums.totals(word, since=since)
            assert (len(totals), sum(total.calls for total in totals)) == (groups, 1 if since else 102)


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_file_of_sums_that_is_damaged_in_its_middle_is_made_again(home: Path, refreshed: bool) -> None:
    calls = [replace(entry("p/a"), call=str(n), time=900.0 * n, user=f"u{n}") for n in range(400)]
    append(home, calls)
    with closing(opened(home)) as sums:
        sums.refresh()
    with closing(sqlite3.connect(home / "cost-sums.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = (home / "cost-sums.db").read_bytes()
    assert len(content) > 20 * 4096
    (home / "cost-sums.db").write_bytes(content[: 5 * 4096] + b"\xa5" * (len(content) - 5 * 4096))
    append(home, [replace(calls[0], call="later")])
    with closing(opened(home)) as sums:
        if refreshed:
            sums.refresh()
        assert sum(total.calls for total in sums.totals("user")) == 401
        assert sum(total.calls for total in sums.totals("model")) == 401


def test_sums_without_room_on_the_disk_are_passed_over(home: Path) -> None:
    append(home, [replace(entry("p/a"), call=str(n)) for n in range(3)])
    with closing(opened(home)) as sums:
        sums.refresh()
        append(home, [replace(entry("p/a"), call=str(n), time=900.0 * n) for n in range(3, 2000)])
        ((pages,),) = sums._db.execute("PRAGMA page_count").fetchall()
        sums._db.execute(f"PRAGMA max_page_count = {pages}")
        sums.refresh()
        assert sums.entries_behind() == 1997
        assert [total.calls for total in sums.totals("model")] == [2000]


def test_what_changes_while_parts_are_made_is_in_the_sums(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submit = Threads.submit

    def submit_and_wait(self: Threads, part: Part, left_out: frozenset[str]) -> Future[int]:
        made = submit(self, part, left_out)
        made.result()  # however slow the threads are, the parts that are ahead are made before the change
        return made

    monkeypatch.setattr(Threads, "submit", submit_and_wait)
    calls = [replace(entry("p/a", "1"), call=f"{n:03}", time=900.0 * n, status="lost") for n in range(60)]
    append(home, calls)

    def change_once(_: int) -> None:
        with closing(sqlite3.connect(home / "ledger.db")) as db, db:
            db.execute("UPDATE entries SET status = 'paid' WHERE id % 2 = 0 AND status = 'lost'")

    with closing(opened(home)) as sums:
        in_parts(sums, 10, change_once)
        assert sums.entries_behind() == 45  # a part was added; those ahead were of what is no more
        sums.refresh()
        totals = {total.name: total.calls for total in sums.totals("status")}
    assert totals == {"paid": 30, "lost": 30}


def test_a_stop_keeps_the_parts_that_were_added_and_leaves_no_thread_and_no_file(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(home, [replace(entry("p/a"), call=f"{n:03}", time=900.0 * n) for n in range(40)])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "parts"))
    (tmp_path / "parts" / "scrimp-run-killed").mkdir(parents=True)
    before = set(threading.enumerate())  # some of them may end meanwhile

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with closing(opened(home)) as sums:
        with pytest.raises(KeyboardInterrupt):
            in_parts(sums, 10, stop)
        assert sums.entries_behind() == 30
        assert (set(threading.enumerate()) - before, list((tmp_path / "parts").iterdir())) == (set(), [])
        sums.refresh()
        assert [total.calls for total in sums.totals("model")] == [40]


def test_a_long_ledger_is_added_up_in_parts_and_without_room_for_them_in_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(home, [replace(entry("p/a"), call=f"{n:03}", time=900.0 * n) for n in range(50)])
    added: list[int] = []
    with closing(CostSums(home / "one.db", home / "ledger.db", in_parts=20)) as sums:
        sums.refresh(added.append)
        assert sums.entries_behind() == 0
    assert (sum(added), len(added) > 2) == (50, True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with closing(CostSums(home / "two.db", home / "ledger.db", in_parts=20)) as sums:
        sums.refresh()
        assert [total.calls for total in sums.totals("model")] == [50]


def test_a_stop_breaks_off_what_a_thread_is_at_and_does_not_wait_for_parts_that_none_has_begun(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(home, [replace(entry("p/a"), call=f"{n:03}", time=900.0 * n) for n in range(40)])
    begun = threading.Event()

    def endless(db: sqlite3.Connection, *_: object) -> int:
        begun.set()
        db.execute("WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n").fetchall()
        return 0

    monkeypatch.setattr("scrimp.store.cost_sums.parts.sum_part", endless)
    threads = Threads(home / "ledger.db", 1)
    parts = [Part(first=n, last=n + 1, entries=1, path=home / f"{n}.db") for n in range(3)]
    futures = [threads.submit(part, frozenset()) for part in parts]
    assert begun.wait(100)
    threads.stop()

    assert [future.cancelled() for future in futures] == [False, True, True]
    assert "interrupted" in str(futures[0].exception())
