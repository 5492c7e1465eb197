from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import entry
from scrimp.billing.cost_total import CostTotal
from scrimp.config.alert_tables import AlertsTable
from scrimp.flows.alerts.alert import Window
from scrimp.flows.alerts.rules import broken_rules
from scrimp.store.ledger import Ledger
from scrimp.store.ledger_queries.window_sums import FaultSum, RowSum, WindowSums

NAMES = ("a/small", "a/large", "b/large")


def total(name: str, **more: Any) -> CostTotal:
    """A sum of which only these numbers are not 0."""
    numbers = dict.fromkeys(CostTotal.__struct_fields__, 0) | {
        "name": name, "answered_by": None, "efforts": (), "cost": Decimal(0), "numbered_cost": Decimal(0),
        "latencies": (),
    }  # fmt: skip
    return CostTotal(**(numbers | more))


SUMS = st.lists(
    st.builds(
        total, st.sampled_from(NAMES), answered_by=st.sampled_from((None, "other")), calls=st.integers(4, 40),
        failed=st.integers(0, 2), lost=st.integers(0, 2), input=st.integers(0, 50), output=st.integers(0, 9),
        cost=st.decimals(0, 10, places=3), unpriced=st.integers(0, 1), chained=st.integers(3, 20),
        escalated=st.integers(0, 3),
    ),
    max_size=6,
)  # fmt: skip


def fired(rules: dict[str, Any], window: Window) -> list[tuple[str, str]]:
    table = msgspec.convert(rules, AlertsTable)
    since = {rule.since for name in rules for rule in getattr(table, name)}
    return [(alert.kind, alert.subject) for alert in broken_rules(table, dict.fromkeys(since, window))]


@given(sums=SUMS, percent=st.integers(0, 100))
def test_a_rule_fires_where_the_share_by_exact_fractions_passes_it(sums: list[CostTotal], percent: int) -> None:
    above, limit = f"{percent}%", Fraction(percent, 100)
    rules = {
        "share": [{"model": "a/*", "of": "tokens", "above": above, "min_calls": 1}],
        "errors": [{"above": above, "min_calls": 1}], "escalation": [{"above": above, "min_rows": 1}],
    }  # fmt: skip
    expected = []
    tokens = sum(each.input + each.output for each in sums)
    if tokens and Fraction(sum(e.input + e.output for e in sums if e.name.startswith("a/")), tokens) > limit:
        expected.append(("share", "a/*"))
    names = sorted({each.name for each in sums})
    for name in names:
        own = [each for each in sums if each.name == name]
        if Fraction(sum(each.failed + each.lost for each in own), sum(each.calls for each in own)) > limit:
            expected.append(("errors", name))
    for name in names:
        own = [each for each in sums if each.name == name]
        if Fraction(sum(each.escalated for each in own), sum(each.chained for each in own)) > limit:
            expected.append(("escalation", f"chain {name}"))

    assert fired(rules, Window(models=sums, chains=sums)) == expected


@given(sums=SUMS, cents=st.integers(0, 2000))
def test_a_sum_of_dollars_is_compared_to_the_last_digit(sums: list[CostTotal], cents: int) -> None:
    rules = {"spend": [{"above": f"{cents / 100:.2f}"}]}
    spent = sum((Fraction(each.cost) for each in sums), Fraction())

    assert bool(fired(rules, Window(models=sums))) == (spent > Fraction(cents, 100))


def test_the_flagship_is_every_model_that_is_one() -> None:
    sums = [total("a/small", calls=60), total("a/large", calls=15), total("b/large", calls=25)]
    window = Window(models=sums, flagships=("a/large", "b/large", "c/none"))

    assert fired({"share": [{"model": "flagship", "of": "calls", "above": "40%"}]}, window) == []
    (alert,) = fired({"share": [{"model": "flagship", "of": "calls", "above": "39%"}]}, window)
    assert alert == ("share", "flagship (a/large, b/large)")


def test_a_share_of_few_calls_or_rows_says_nothing() -> None:
    bad = total("high", calls=19, failed=19, input=9, cost=Decimal(9), chained=19, escalated=19)
    rules = {
        "share": [{"tier": "high", "above": "1%"}], "errors": [{"above": "1%"}], "escalation": [{"above": "1%"}],
        "cache": [{"below": "90%"}],
    }  # fmt: skip
    enough = replace(bad, calls=20, chained=20)

    assert fired(rules, Window(models=[bad], tiers=[bad], chains=[bad], rows=RowSum(rows=19))) == []
    every = Window(models=[enough], tiers=[enough], chains=[enough], rows=RowSum(rows=20))
    assert len(fired(rules, every)) == 4


@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101])
def test_hits_are_compared_with_all_rows(rows: int) -> None:
    window = Window(rows=RowSum(rows=rows, hits=10))

    assert bool(fired({"cache": [{"below": "10%", "min_rows": 1}]}, window)) == (rows > 100)


@pytest.mark.parametrize(
    ("http", "remedy"),
    [(401, "scrimp doctor"), (402, "top it up"), (404, "scrimp models"), (429, "lower rpm"), (503, "beside it"),
     (None, "--timeout"), (418, "scrimp runs errors")],
)  # fmt: skip
def test_each_way_to_fail_has_a_remedy_of_its_own(http: int | None, remedy: str) -> None:
    models = [total("a/x", calls=90, failed=60)]
    faults = [FaultSum(model="b/x", http=400, calls=99), FaultSum(model="a/x", http=http, calls=50)]
    table = msgspec.convert({"errors": [{"above": "5%"}]}, AlertsTable)
    (alert,) = broken_rules(table, {"1h": Window(models=models, faults=faults)})

    assert remedy in alert.message
    assert "66.67 % of 90 calls of a/x failed in 1h" in alert.message


def test_failures_are_counted_by_status_from_a_moment_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    entries = [
        replace(
            entry(f"{'ab'[number % 2]}/m", None, ("paid", "failed", "lost", "truncated")[number % 4]),
            call=str(number), time=float(number), http=(200, 500, None, 200)[number % 4],
        )
        for number in range(60)
    ]  # fmt: skip
    ledger = Ledger(path)
    ledger.append(entries)
    ledger.close()
    recent = [each for each in entries if each.time >= 20]
    window = WindowSums(path)
    faults = {(each.model, each.http): each.calls for each in window.faults(20.0)}

    assert sum(faults.values()) == sum(each.status in ("failed", "lost") for each in recent)
    assert set(faults) == {("b/m", 500), ("a/m", None)}
    window.close()
