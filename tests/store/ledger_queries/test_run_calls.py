"""The calls of a run, summed as a bill has them."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from scrimp.billing.call_sum import CallSum
from scrimp.store.ledger import Ledger
from scrimp.store.ledger_queries.run_calls import run_calls
from scrimp.values import Entry, Usage

PAID = Entry(
    call="a", run="r", time=1.0, provider="p", model="m", status="paid", seconds=1.0, usage=Usage(input=10, output=2),
    cost=Decimal("0.000000000123"),
)  # fmt: skip


def test_calls_are_summed_by_model_effort_and_end(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.append([
            PAID, replace(PAID, call="b", status="truncated"), replace(PAID, call="c", effort="low", cost=None),
            replace(PAID, call="d", status="lost", usage=None, cost=None),
            replace(PAID, call="e", status="failed", usage=None, cost=Decimal(0)), replace(PAID, call="f", run="other"),
        ])  # fmt: skip
    found = run_calls(tmp_path / "ledger.db", "r")

    assert sorted(found, key=lambda each: (each.status, each.effort or "")) == [
        CallSum(model="p/m", status="failed", calls=1),
        CallSum(model="p/m", status="lost", calls=1, unpriced=1),
        CallSum(model="p/m", status="paid", calls=2, input=20, output=4, cost=Decimal("0.000000000246")),
        CallSum(model="p/m", effort="low", status="paid", calls=1, input=10, output=2, unpriced=1),
    ]


def test_a_run_without_calls_beyond_those_that_are_known_is_not_summed(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.append([PAID, replace(PAID, call="b"), replace(PAID, call="c", run="other")])

    assert run_calls(tmp_path / "ledger.db", "r", beyond=2) == []
    assert [each.calls for each in run_calls(tmp_path / "ledger.db", "r", beyond=1)] == [2]
