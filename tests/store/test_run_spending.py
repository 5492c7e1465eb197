from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from scrimp.store.ledger import Ledger
from scrimp.store.ledger_queries.run_spending import known_spending
from scrimp.values import Entry

PAID = Entry(
    call="c", run="r", time=1.0, provider="p", model="m", status="paid", seconds=0.0, cost=Decimal("0.25"), key="6b" * 9
)  # fmt: skip


def test_a_run_has_spent_what_its_live_calls_cost(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.append([
            PAID, replace(PAID, call="d", run="another"), replace(PAID, call="e", status="lost", cost=None),
            replace(PAID, call="b-001-000001", batch="b-001"),
        ])  # fmt: skip
    assert known_spending(tmp_path / "ledger.db", "r") == Decimal("0.25")
