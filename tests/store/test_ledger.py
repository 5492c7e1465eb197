from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.errors import StoreError, UsageError
from scrimp.store.database import connect
from scrimp.store.ledger import GROUPS, MIGRATIONS, Ledger, LedgerTotal
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
    entries = [replace(ENTRY, call=str(n), cost=Decimal(nano).scaleb(-9)) for n, nano in enumerate(costs)]
    ledger.append(entries)

    assert sum((total.cost for total in ledger.totals("run")), Decimal(0)) == sum((e.cost for e in entries), Decimal(0))
    ledger.close()


DAY = 86_400.0
entries = st.builds(
    Entry,
    call=st.uuids().map(str), run=st.sampled_from(["r1", "r2"]),
    time=st.integers(0, 3 * 86_400).map(lambda seconds: 1_700_000_000.0 + seconds),
    provider=st.sampled_from(["openai", "anthropic"]), model=st.sampled_from(["a", "b"]),
    status=st.sampled_from(["paid", "truncated", "failed", "lost"]), seconds=st.just(0.5),
    usage=st.none() | st.builds(Usage, input=st.integers(0, 10**6), output=st.integers(0, 10**6)),
    cost=st.none() | st.integers(0, 10**12).map(lambda nano: Decimal(nano).scaleb(-9)),
    tier=st.sampled_from([None, "simple"]), chain=st.sampled_from([None, "c"]), route=st.sampled_from([None, "x"]),
    user=st.sampled_from([None, "ada"]), tags=st.sampled_from([{}, {"team": "blue"}, {"team": "red", "x": "y"}]),
    signature=st.sampled_from([None, "s1"]),
)  # fmt: skip
NAMES = {
    "model": lambda entry: f"{entry.provider}/{entry.model}",
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
            )
            for name, part in parts.items()
        }
        assert [total.cost for total in totals] == sorted((total.cost for total in totals), reverse=True)
    ledger.close()


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
    with pytest.raises(UsageError, match="model, provider"):
        ledger.totals("color")


def test_only_what_is_since_a_moment_counts(ledger: Ledger) -> None:
    ledger.append([ENTRY, replace(ENTRY, call="c2", time=ENTRY.time + 10)])

    assert ledger.totals("model", since=ENTRY.time + 5)[0].calls == 1


def test_a_fraction_of_a_nanodollar_is_a_bug_that_is_not_rounded_away(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match="nanodollars"):
        ledger.append([replace(ENTRY, cost=Decimal("0.0000000005"))])


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
