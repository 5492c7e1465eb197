from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.errors import StoreError, UsageError
from scrimp.store.database import connect
from scrimp.store.ledger import MIGRATIONS, Ledger
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
