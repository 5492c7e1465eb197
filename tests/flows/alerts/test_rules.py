from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import entry
from scrimp.config.alert_tables import AlertsTable
from scrimp.flows.alerts.alert import Window
from scrimp.flows.alerts.rules import broken_rules
from scrimp.store.ledger import Ledger
from scrimp.store.window_sums import CallSum, FaultSum, RowSum, WindowSums
from scrimp.values import Entry

MODELS = ("a/small", "a/large", "b/large")
CALLS = st.lists(
    st.builds(
        CallSum, model=st.sampled_from(MODELS), tier=st.sampled_from((None, "simple", "high")),
        chain=st.sampled_from((None, "careful")), calls=st.integers(4, 40), failed=st.integers(0, 2),
        lost=st.integers(0, 2), tokens=st.integers(0, 50),
        cost=st.decimals(0, 10, places=3), unpriced=st.integers(0, 1), chained=st.integers(3, 20),
        escalated=st.integers(0, 3),
    ),
    max_size=6,
)  # fmt: skip


def fired(rules: dict[str, Any], window: Window) -> list[tuple[str, str]]:
    table = msgspec.convert(rules, AlertsTable)
    since = {rule.since for name in rules for rule in getattr(table, name)}
    return [(alert.kind, alert.subject) for alert in broken_rules(table, dict.fromkeys(since, window))]


@given(calls=CALLS, percent=st.integers(0, 100))
def test_a_rule_fires_where_the_share_by_exact_fractions_passes_it(calls: list[CallSum], percent: int) -> None:
    above, limit = f"{percent}%", Fraction(percent, 100)
    rules = {
        "share": [{"model": "a/*", "of": "tokens", "above": above, "min_calls": 1}],
        "errors": [{"above": above, "min_calls": 1}], "escalation": [{"above": above, "min_rows": 1}],
    }  # fmt: skip
    expected = []
    tokens = sum(each.tokens for each in calls)
    if tokens and Fraction(sum(each.tokens for each in calls if each.model.startswith("a/")), tokens) > limit:
        expected.append(("share", "a/*"))
    for model in sorted({each.model for each in calls}):
        own = [each for each in calls if each.model == model]
        if Fraction(sum(each.failed + each.lost for each in own), sum(each.calls for each in own)) > limit:
            expected.append(("errors", model))
    for chain in sorted({each.chain or "-" for each in calls}):
        of_chain = [each for each in calls if (each.chain or "-") == chain]
        if Fraction(sum(each.escalated for each in of_chain), sum(each.chained for each in of_chain)) > limit:
            expected.append(("escalation", "chains without a name" if chain == "-" else f"chain {chain}"))

    assert fired(rules, Window(calls=calls)) == expected


@given(calls=CALLS, cents=st.integers(0, 2000))
def test_a_sum_of_dollars_is_compared_to_the_last_digit(calls: list[CallSum], cents: int) -> None:
    rules = {"spend": [{"above": f"{cents / 100:.2f}"}]}
    spent = sum((Fraction(each.cost) for each in calls), Fraction())

    assert bool(fired(rules, Window(calls=calls))) == (spent > Fraction(cents, 100))


def test_a_share_of_few_calls_or_rows_says_nothing() -> None:
    bad = CallSum(
        model="a/large", tier="high", chain="careful", calls=19, failed=19, lost=0, tokens=9, cost=Decimal(9),
        unpriced=0, chained=19, escalated=19,
    )  # fmt: skip
    rules = {
        "share": [{"tier": "high", "above": "1%"}], "errors": [{"above": "1%"}], "escalation": [{"above": "1%"}],
        "cache": [{"below": "90%"}],
    }  # fmt: skip
    enough = replace(bad, calls=20, chained=20)

    assert fired(rules, Window(calls=[bad], rows=RowSum(rows=19))) == []
    assert len(fired(rules, Window(calls=[enough], rows=RowSum(rows=20)))) == 4


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
    calls = [
        CallSum(model="a/x", tier=None, chain=None, calls=90, failed=60, lost=0, tokens=0, cost=Decimal(0), unpriced=0,
                chained=0, escalated=0)
    ]  # fmt: skip
    faults = [FaultSum(model="b/x", http=400, calls=99), FaultSum(model="a/x", http=http, calls=50)]
    table = msgspec.convert({"errors": [{"above": "5%"}]}, AlertsTable)
    (alert,) = broken_rules(table, {"1h": Window(calls=calls, faults=faults)})

    assert remedy in alert.message
    assert "66.67 % of 90 calls of a/x failed in 1h" in alert.message


def test_the_ledger_is_summed_from_a_moment_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    entries: list[Entry] = []
    for number in range(60):
        status = ("paid", "failed", "lost", "truncated")[number % 4]
        entries.append(
            replace(
                entry(f"{'ab'[number % 2]}/m", Decimal(number).scaleb(-12) if number % 3 else None, status),
                call=str(number), time=float(number), http=(200, 500, None, 200)[number % 4],
                tier="high" if number % 5 else None, chain="c" if number % 7 == 0 else None,
                escalated=(number % 14 == 0) if number % 7 == 0 else None,
            )
        )  # fmt: skip
    ledger = Ledger(path)
    ledger.append(entries)
    ledger.close()
    recent = [each for each in entries if each.time >= 20]
    window = WindowSums(path)
    sums = window.calls(20.0)

    assert sum(each.calls for each in sums) == 40
    for each in sums:
        own = [e for e in recent if (f"{e.provider}/{e.model}", e.tier, e.chain) == (each.model, each.tier, each.chain)]
        assert each == CallSum(
            model=each.model, tier=each.tier, chain=each.chain, calls=len(own),
            failed=sum(e.status == "failed" for e in own), lost=sum(e.status == "lost" for e in own),
            tokens=sum(e.usage.input + e.usage.output for e in own if e.usage),
            cost=sum((e.cost for e in own if e.cost is not None), Decimal(0)),
            unpriced=sum(e.cost is None and e.status in ("paid", "truncated") for e in own),
            chained=sum(e.escalated is not None for e in own), escalated=sum(bool(e.escalated) for e in own),
        )  # fmt: skip
    faults = {(each.model, each.http): each.calls for each in window.faults(20.0)}
    assert sum(faults.values()) == sum(each.status in ("failed", "lost") for each in recent)
    assert set(faults) == {("b/m", 500), ("a/m", None)}
    window.close()
