"""What runs saved, added up from the bills that their records keep."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.billing.cost_report import RunSavings
from scrimp.store.ledger_connection import opened_ledger


class _Baseline(Struct):
    """The part of a bill's document that compares it with the baseline."""

    cost_usd: Decimal
    compared_cost_usd: Decimal
    saved_by_usd: dict[str, Decimal]
    rows: int
    models: list[str] = []
    about: bool = False
    at_most: bool = False


class _Document(Struct):
    """A bill."""

    baseline: _Baseline | None = None


_decode = msgspec.json.Decoder(_Document).decode


def run_savings(ledger: Path, *, since: float = 0.0, run: str | None = None) -> RunSavings:
    """Add up what the runs saved that began since a moment, or what one run did; the dollars are exact."""
    runs = unbilled = rows = 0
    baseline_cost = cost = Decimal(0)
    by_cause, models, flags = dict[str, Decimal](), dict[str, None](), [False, False]
    with opened_ledger(ledger) as db:
        found = db.execute("SELECT document FROM runs WHERE started >= ? AND (? IS NULL OR run = ?)", (since, run, run))
        for (document,) in found:
            runs, unbilled = runs + (document is not None), unbilled + (document is None)
            if document is None or (compared := _decode(document).baseline) is None:
                continue
            rows += compared.rows
            baseline_cost += compared.cost_usd
            cost += compared.compared_cost_usd
            for cause, saved in compared.saved_by_usd.items():
                by_cause[cause] = by_cause.get(cause, Decimal(0)) + saved
            models.update(dict.fromkeys(compared.models))
            flags = [flags[0] or compared.about, flags[1] or compared.at_most]
    return RunSavings(
        runs=runs, unbilled=unbilled, rows=rows, baseline_cost=baseline_cost, cost=cost, models=tuple(models),
        by_cause={cause.replace("_", " "): saved for cause, saved in by_cause.items() if saved}, about=flags[0],
        at_most=flags[1],
    )  # fmt: skip
