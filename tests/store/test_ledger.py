from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import asdict, replace

from scrimp.errors import StoreError, UsageError
from scrimp.store.database import connect
from scrimp.store.ledger import GROUPS, ClimbCount, EndedRow, Ledger, LedgerTotal, TaskTotal
from scrimp.store.ledger_queries.entry_reader import entries_since
from scrimp.store.schemas.ledger import MIGRATIONS
from scrimp.values import Entry, Usage

ENTRY = Entry(
    call="c1", run="r1", time=1_700_000_000.0, provider="openai", model="gpt-6-luna", status="paid", seconds=0.5,
    usage=Usage(input=10, output=2), cost=Decimal("0.000000123"), price="2026-11-09", tier="simple",
    user="ada", tags={"team": "a b"},
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.db")


def test_entries_are_added_up_to_the_last_digit(ledger: Ledger) -> None:
    ledger.append([replace(ENTRY, call=str(number)) for number in range(1000)])

    (total,) = ledger.totals("model")
    assert (total.name, total.calls, total.cost) == ("openai/gpt-6-luna", 1000, Decimal("0.000123"))


@given(costs=st.lists(st.integers(0, 10**15), max_size=20))
def test_the_sum_is_exact_for_any_costs(tmp_path_factory: pytest.TempPathFactory, costs: list[int]) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.db")
    entries = [replace(ENTRY, call=str(n), cost=Decimal(pico).scaleb(-12)) for n, pico in enumerate(costs)]
    ledger.append(entries)

    assert sum((total.cost for total in ledger.totals("run")), Decimal(0)) == Decimal(sum(costs)).scaleb(-12)
    ledger.close()


DAY = 86_400.0
entries = st.builds(
    Entry,
    call=st.uuids().map(str), run=st.sampled_from(["r1", "r2"]),
    time=st.integers(0, 3 * 86_400).map(lambda seconds: 1_700_000_000.0 + seconds),
    provider=st.sampled_from(["openai", "anthropic"]), model=st.sampled_from(["a", "b"]),
    status=st.sampled_from(["paid", "truncated", "failed", "lost"]), seconds=st.just(0.5),
    usage=st.none() | st.builds(Usage, input=st.integers(0, 10**6), output=st.integers(0, 10**6)),
    cost=st.none() | st.integers(0, 10**15).map(lambda pico: Decimal(pico).scaleb(-12)),
    tier=st.sampled_from([None, "simple"]), chain=st.sampled_from([None, "c"]), route=st.sampled_from([None, "x"]),
    user=st.sampled_from([None, "ada"]), tags=st.sampled_from([{}, {"team": "blue"}, {"team": "red", "x": "y"}]),
    signature=st.sampled_from([None, "s1"]), effort=st.sampled_from([None, "low", "high"]),
    escalated=st.sampled_from([None, False, True]), unread=st.sampled_from([None, None, False, True]),
)  # fmt: skip
NAMES: dict[str, Callable[[Entry], str]] = {
    "model": lambda entry: f"{entry.provider}/{entry.model}",
    "arm": lambda entry: f"{entry.provider}/{entry.model}" + (f"@{entry.effort}" if entry.effort else ""),
    "provider": lambda entry: entry.provider,
    "tier": lambda entry: entry.tier or "-",
    "chain": lambda entry: entry.chain or "-",
    "route": lambda entry: entry.route or "-",
    "user": lambda entry: entry.user or "-",
    "task": lambda entry: entry.signature or "-",
    "signature": lambda entry: entry.signature or "-",
    "run": lambda entry: entry.run,
    "day": lambda entry: f"{datetime.fromtimestamp(entry.time, UTC):%Y-%m-%d}",
    "status": lambda entry: entry.status,
    "tag:team": lambda entry: entry.tags.get("team", "-"),
}


def test_every_group_there_is_has_its_sum_below() -> None:
    assert set(NAMES) - {"tag:team"} == set(GROUPS)


@settings(max_examples=40)
@given(given=st.lists(entries, max_size=30), days=st.integers(0, 3))
def test_totals_are_the_sums_of_their_entries_by_whatever_they_are_grouped(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry], days: int
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.db")
    ledger.append(given)
    since = 1_700_000_000.0 + days * DAY
    for by, name_of in NAMES.items():
        parts: dict[str, list[Entry]] = {}
        for entry in given:
            if entry.time >= since:
                parts.setdefault(name_of(entry), []).append(entry)
        totals = ledger.totals(by, since=since)

        assert {total.name: total for total in totals} == {
            name: LedgerTotal(
                name,
                calls=len(part),
                failed=sum(each.status == "failed" for each in part),
                lost=sum(each.status == "lost" for each in part),
                input=sum(each.usage.input for each in part if each.usage),
                output=sum(each.usage.output for each in part if each.usage),
                cost=sum((each.cost for each in part if each.cost is not None), Decimal(0)),
                unpriced=sum(each.cost is None and each.status in ("paid", "truncated") for each in part),
                chained=sum(each.escalated is not None for each in part),
                escalated=sum(each.escalated is True for each in part),
            )
            for name, part in parts.items()
        }
        assert [total.cost for total in totals] == sorted((total.cost for total in totals), reverse=True)
    ledger.close()


@settings(max_examples=40)
@given(given=st.lists(entries, max_size=20), days=st.integers(0, 3))
def test_what_was_spent_on_a_route_counts_unknown_costs_as_the_most_expensive_known_one(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry], days: int
) -> None:
    since = 1_700_000_000.0 + days * DAY
    costs = [entry.cost for entry in given if entry.route == "x" and entry.time >= since]
    known = [cost for cost in costs if cost is not None]
    with closing(Ledger(tmp_path_factory.mktemp("ledger") / "ledger.db")) as ledger:
        ledger.append(given)
        spent = ledger.spent_on("x", since=since)

    if costs and not known:
        assert spent is None
    else:
        least = sum(known, Decimal(0)) + max(known, default=Decimal(0)) * (len(costs) - len(known))
        assert spent is not None
        assert least <= spent <= least + Decimal("0.000000001") * len(costs)


@settings(max_examples=40)
@given(given=st.lists(entries, max_size=20), rows=st.integers(1, 5))
def test_rows_of_a_route_of_one_model_are_told_from_either_end(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry], rows: int
) -> None:
    ended = [
        EndedRow(entry.unread, None if entry.usage is None else entry.usage.output)
        for entry in given
        if entry.chain == "c" and entry.unread is not None and entry.status in ("paid", "truncated")
    ]
    with closing(Ledger(tmp_path_factory.mktemp("ledger") / "ledger.db")) as ledger:
        ledger.append(given)

        assert ledger.ended_rows("c", rows, newest=False) == ended[:rows]
        assert ledger.ended_rows("c", rows, newest=True) == ended[::-1][:rows]


def test_an_entry_appended_twice_is_recorded_once(ledger: Ledger) -> None:
    ledger.append([ENTRY, ENTRY])
    ledger.append([ENTRY])

    assert ledger.totals("model")[0].calls == 1


def test_an_unknown_cost_is_counted_as_unknown_and_never_as_zero(ledger: Ledger) -> None:
    ledger.append([ENTRY, replace(ENTRY, call="c2", cost=None)])

    (total,) = ledger.totals("model")
    assert (total.cost, total.unpriced) == (ENTRY.cost, 1)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("provider", "openai"),
        ("tier", "simple"),
        ("user", "ada"),
        ("day", "2023-11-14"),
        ("tag:team", "a b"),
        ("tag:x", "-"),
    ],
)
def test_it_groups_by_what_the_user_knows(ledger: Ledger, by: str, name: str) -> None:
    ledger.append([ENTRY])

    assert [total.name for total in ledger.totals(by)] == [name]


def test_an_unknown_group_is_refused_with_the_known_ones(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="model, arm, provider"):
        ledger.totals("color")


def test_only_what_is_since_a_moment_counts(ledger: Ledger) -> None:
    ledger.append([ENTRY, replace(ENTRY, call="c2", time=ENTRY.time + 10)])

    assert ledger.totals("model", since=ENTRY.time + 5)[0].calls == 1


def test_amounts_below_a_nanodollar_add_up(ledger: Ledger) -> None:
    ledger.append(
        [replace(ENTRY, call=str(number), cost=Decimal("0.0000003625"), signature="s") for number in range(1000)]
    )

    assert [total.cost for total in (*ledger.totals("run"), *ledger.tasks())] == [Decimal("0.0003625")] * 2


def test_the_ledger_knows_which_calls_it_holds(ledger: Ledger) -> None:
    ledger.append([replace(ENTRY, call=str(number)) for number in range(300)])

    assert ledger.recorded_calls([str(number) for number in range(200, 400)]) == {
        str(number) for number in range(200, 300)
    }


def test_what_an_older_ledger_held_in_flight_is_recorded_as_lost(tmp_path: Path) -> None:
    old = connect(tmp_path / "ledger.db", MIGRATIONS[:1])
    lost = replace(ENTRY, status="lost", cost=None, usage=None)
    old.execute("INSERT INTO in_flight VALUES ('c1', 1, ?)", (msgspec.json.encode(lost),))
    old.close()

    (total,) = Ledger(tmp_path / "ledger.db").totals("model")
    assert (total.calls, total.lost) == (1, 1)


def test_every_field_of_an_entry_has_its_column(ledger: Ledger) -> None:
    whole = replace(
        ENTRY, usage=Usage(input=10, output=2, cache_read=3, cache_write=4, cache_write_long=1, reasoning=1),
        estimated=True, chain="c", step=2, http=200, error="late", key="ab", route="support", signature="s1",
    )  # fmt: skip
    ledger.append([whole, replace(ENTRY, call="c2", usage=None, cost=None, tier=None, user=None, tags={})])
    with closing(sqlite3.connect(ledger.path)) as db:
        db.row_factory = sqlite3.Row
        full, bare = [dict(row) for row in db.execute("SELECT * FROM entries ORDER BY id")]

    expected = asdict(whole) | msgspec.to_builtins(whole.usage)
    del expected["usage"], expected["cost"]
    assert json.loads(full.pop("tags")) == expected.pop("tags")
    assert (full.pop("id"), full.pop("estimated")) == (1, expected.pop("estimated"))
    assert (full.pop("cost_nano"), full.pop("cost_pico")) == (123, 0)
    assert full == expected
    counts = ("input", "output", "cache_read", "cache_write", "cache_write_long", "reasoning", "cost_nano")
    assert {bare[name] for name in (*counts, "tier", "user", "signature")} == {None}


@pytest.mark.parametrize("name", ["a b", 'a"b', "a\\b", "a.b", "a[0]", "$", "é", "a\nb", "key", "%", "a:b"])
def test_a_tag_of_any_name_can_be_grouped_by(ledger: Ledger, name: str) -> None:
    ledger.append([replace(ENTRY, tags={name: "blue", "other": "red"}), replace(ENTRY, call="c2")])

    assert {total.name: total.calls for total in ledger.totals(f"tag:{name}")} == {"blue": 1, "-": 1}


@pytest.mark.parametrize("by", ["", "tag", "tag:", "tags:team", "Model", "cost_nano", "1; DROP TABLE entries"])
def test_words_that_are_no_group_are_refused(ledger: Ledger, by: str) -> None:
    ledger.append([ENTRY])

    with pytest.raises(UsageError, match="cannot group by"):
        ledger.totals(by)


def test_one_wrong_cost_keeps_its_whole_group_out(ledger: Ledger) -> None:
    good = [replace(ENTRY, call=str(number)) for number in range(200)]
    with pytest.raises(StoreError):
        ledger.append([*good, replace(ENTRY, cost=Decimal("1E-13"))])

    assert ledger.totals("run") == []
    ledger.append(good)
    assert ledger.totals("run")[0].calls == 200


def test_the_most_expensive_comes_first_then_the_most_called_then_by_name(ledger: Ledger) -> None:
    def spend(model: str, *nanos: float) -> list[Entry]:
        return [
            replace(ENTRY, call=f"{model}{n}", model=model, cost=Decimal(str(nano)).scaleb(-9))
            for n, nano in enumerate(nanos)
        ]

    ledger.append(
        spend("z", 4.9, 0.2) + spend("y", 5) + spend("b", 1, 1) + spend("a", 2) + spend("c", 2) + spend("d", 0, 0, 0)
    )
    assert [total.name for total in ledger.totals("model")] == [f"openai/{name}" for name in "zybacd"]


@pytest.mark.parametrize(("moment", "day"), [(0, "1970-01-01"), (86399.999, "1970-01-01"), (86400, "1970-01-02")])
def test_a_day_ends_at_midnight_in_greenwich(ledger: Ledger, moment: float, day: str) -> None:
    ledger.append([replace(ENTRY, time=moment)])

    assert [total.name for total in ledger.totals("day")] == [day]


TASKS = {"a": "s1", "b": "s2", "c": None}  # by key
steps = st.builds(
    lambda entry, key, **fields: replace(entry, key=key, signature=TASKS[key], **fields),
    entries, st.sampled_from("abc"), step=st.integers(0, 2), status=st.sampled_from(["paid", "paid", "failed"]),
    chain=st.sampled_from(["c", "c", "d", None]), time=st.sampled_from([1_700_000_000.0, 1_700_000_000.0 + DAY]),
)  # fmt: skip


@settings(max_examples=60)
@given(given=st.lists(steps, max_size=25), days=st.integers(0, 1))
def test_climbs_count_the_highest_step_of_rows_that_began_at_the_first(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry], days: int
) -> None:
    since = 1_700_000_000.0 + days * DAY
    climbed: dict[tuple[str, str, str], list[int]] = {}
    for each in given:
        counted = each.status == "paid" and each.unread is None and each.time >= since
        if each.chain and each.signature and counted:
            climbed.setdefault((each.signature, each.chain, each.key), []).append(each.step)
    tops = Counter((name, chain, max(taken)) for (name, chain, _), taken in climbed.items() if 0 in taken)
    with closing(Ledger(tmp_path_factory.mktemp("ledger") / "ledger.db")) as ledger:
        ledger.append(given)
        counts = ledger.climbs(since=since)

    assert len(counts) == len(tops)
    assert set(counts) == {ClimbCount(*top, rows) for top, rows in tops.items()}


@settings(max_examples=60)
@given(given=st.lists(steps, max_size=25), days=st.integers(0, 2), excluded=st.sampled_from([(), ("x",), ("y", "x")]))
def test_tasks_are_the_sums_of_their_paid_calls(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry], days: int, excluded: tuple[str, ...]
) -> None:
    since = 1_700_000_000.0 + days * DAY
    parts: dict[tuple[str, str], list[Entry]] = {}
    for each in given:
        paid = each.status in ("paid", "truncated") and each.time >= since
        if each.signature and paid and each.route not in excluded:
            parts.setdefault((each.signature, f"{each.provider}/{each.model}"), []).append(each)
    with closing(Ledger(tmp_path_factory.mktemp("ledger") / "ledger.db")) as ledger:
        ledger.append(given)
        tasks = ledger.tasks(since=since, exclude_routes=excluded)

    assert {(task.signature, task.model): task for task in tasks} == {
        (signature, model): TaskTotal(
            signature=signature, model=model, calls=len(part),
            route=max((e.route for e in part if e.route), default=None),
            cost=sum((e.cost for e in part if e.cost is not None), Decimal(0)),
            first=min(e.time for e in part), last=max(e.time for e in part),
            unpriced=sum(e.cost is None for e in part), days=len({e.time // DAY for e in part}),
            efforts=tuple(sorted(efforts)) if len(efforts := {e.effort or "" for e in part}) > 1 else (),
        )
        for (signature, model), part in parts.items()
    }  # fmt: skip
    assert [(task.cost, task.calls) for task in tasks] == sorted(((t.cost, t.calls) for t in tasks), reverse=True)


class LedgerMachine(RuleBasedStateMachine):
    """Two connections to a ledger beside a dictionary of its calls, where the first entry of a call stays."""

    def __init__(self) -> None:
        super().__init__()
        self.home = TemporaryDirectory()
        self.path = Path(self.home.name) / "ledger.db"
        self.model: dict[str, Entry] = {}
        self.ledgers = [Ledger(self.path), Ledger(self.path)]

    def teardown(self) -> None:
        for ledger in self.ledgers:
            ledger.close()
        self.home.cleanup()

    @rule(
        given=st.lists(st.builds(lambda entry, call: replace(entry, call=call), entries, st.sampled_from("abcdefgh"))),
        which=st.integers(0, 1),
    )
    def append(self, given: list[Entry], which: int) -> None:
        self.ledgers[which].append(given)
        for entry in given:
            self.model.setdefault(entry.call, entry)

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        self.ledgers[which].close()
        self.ledgers[which] = Ledger(self.path)

    @rule(calls=st.lists(st.sampled_from("abcdefghxyz")), which=st.integers(0, 1))
    def ask_for_calls(self, calls: list[str], which: int) -> None:
        assert self.ledgers[which].recorded_calls(calls) == set(calls) & set(self.model)

    @rule(which=st.integers(0, 1), by=st.sampled_from(sorted(NAMES)), days=st.integers(0, 3))
    def total(self, which: int, by: str, days: int) -> None:
        since = 1_700_000_000.0 + days * DAY
        counts = Counter(NAMES[by](entry) for entry in self.model.values() if entry.time >= since)
        assert {each.name: each.calls for each in self.ledgers[which].totals(by, since=since)} == counts

    @invariant()
    def no_call_is_counted_twice_and_no_cost_changes(self) -> None:
        with closing(sqlite3.connect(self.path)) as db:
            rows = db.execute("SELECT call, status, cost_nano FROM entries").fetchall()
        assert sorted(rows) == sorted(
            (call, entry.status, None if entry.cost is None else int(entry.cost * 10**9))
            for call, entry in self.model.items()
        )


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=20, stateful_step_count=15)


FIRST = replace(
    ENTRY, call="2c6753ca1dbb2d0dc1-0000001", chain="c", signature="s1", attempt=0,
    key="ad52c7c2f00b4533a4149daa21692b4f93d8232dc2994504ead4e9d180437b29",
)  # fmt: skip
SECOND = replace(FIRST, call="2c6753ca1dbb2d0dc1-0000002", step=1, attempt=1)


def of_an_older_version(path: Path, entry: Entry) -> None:
    """Keep an entry whose ids are text."""
    with closing(Ledger(path)) as ledger:
        ledger.append([entry])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE entries SET call = ?, key = ?", (entry.call, entry.key))


def test_ids_take_half_the_room_in_the_file_and_are_read_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(Ledger(path)) as ledger:
        ledger.append([FIRST, SECOND])
    with closing(sqlite3.connect(path)) as db:
        stored = db.execute("SELECT call, key FROM entries ORDER BY id").fetchall()

    assert [key.hex() for _, key in stored] == [FIRST.key] * 2
    assert [len(call) for call, _ in stored] == [13, 13]
    assert list(entries_since(path, 0.0)) == [FIRST, SECOND]


def test_a_call_that_an_older_version_recorded_is_not_recorded_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    of_an_older_version(path, FIRST)
    with closing(Ledger(path)) as ledger:
        ledger.append([FIRST, SECOND, FIRST])
        calls = [FIRST.call, SECOND.call]

        assert ledger.recorded_calls([*calls, "2c6753ca1dbb2d0dc1-0000003", "none"]) == set(calls)
    assert list(entries_since(path, 0.0)) == [FIRST, SECOND]


def test_a_row_that_an_older_version_began_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    of_an_older_version(path, FIRST)
    with closing(Ledger(path)) as ledger:
        ledger.append([SECOND])

        assert ledger.climbs() == [ClimbCount("s1", "c", 1, 1)]
        assert ledger.newest_ends("c", 9) == [1]


def test_the_sum_of_one_run_reads_no_other_run(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.append([replace(ENTRY, call=f"c{n}", run="r1" if n else "r2") for n in range(2000)])
        looks: list[None] = []
        ledger._db.set_progress_handler(lambda: looks.append(None), 100)  # steps of SQLite's machine
        (total,) = ledger.totals("model", run="r2")

    assert total.calls == 1
    assert len(looks) < 20
