"""What other runs use of a credit while one goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from scrimp.enums import EntryStatus
from scrimp.flows.buying.provider_credits import Credit, CreditUse, ProviderCredits
from scrimp.flows.buying.runs_beside import RunsBeside
from scrimp.store.ledger import Ledger
from scrimp.values import Entry

DAY = Credit(dollars=Decimal(10), since="2026-11-02")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.db")) as opened:
        yield opened


def entry(
    number: int, cost: str | None, *, run: str = "other", provider: str = "azure", when: float = 1.0,
    status: EntryStatus = "paid",
) -> Entry:  # fmt: skip
    return Entry(
        call=f"call-{number}", run=run, time=DAY.begin + when, provider=provider, model="m", status=status, seconds=1,
        cost=None if cost is None else Decimal(cost),
    )  # fmt: skip


def test_what_runs_beside_use_is_taken_off_as_it_comes_and_a_run_s_own_calls_are_not_taken_off_twice(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.append([entry(0, "9")])  # of before, which `used` has
    time, warned = [0.0], list[str]()
    beside = RunsBeside(
        {"azure": DAY}, tmp_path / "ledger.db", "mine", warned.append,
        bounded=lambda lost: (Decimal(len(lost)), 0), clock=lambda: time[0],
    )  # fmt: skip
    granted = ProviderCredits(
        {"azure": DAY}, {"azure": CreditUse(dollars=Decimal(9))}, warned.append, beside.news
    )  # fmt: skip

    ledger.append([
        entry(1, "0.25"), entry(2, "0.5", provider="openai"), entry(3, "0.125", run="mine"), entry(4, "5", when=-1),
    ])  # fmt: skip
    left = []
    for moment in (0.5, 1.5, 9.0):
        time[0] = moment
        left.append((granted.has("azure"), granted.has("openai"), granted.left("azure")))
    assert left == [(True, False, Decimal(dollars)) for dollars in ("1", "0.75", "0.75")]

    ledger.append([entry(5, None, status="lost")])  # which may have cost a dollar
    time[0] = 20.0
    assert not granted.has("azure")
    assert (granted.used("azure").unknown, warned) == (1, [])


def test_a_ledger_that_breaks_is_told_of_once_and_what_is_known_counts(ledger: Ledger, tmp_path: Path) -> None:
    time, warned, path = [0.0], list[str](), tmp_path / "ledger.db"
    beside = RunsBeside(
        {"azure": DAY}, path, "mine", warned.append, bounded=lambda _: (Decimal(0), 0), clock=lambda: time[0]
    )
    ledger.close()
    path.write_bytes(b"no database" * 1000)

    for moment in (5.0, 10.0):
        time[0] = moment
        assert beside.news() == {}
    (only,) = warned
    assert "what other runs use of credits is not known from here on" in only
