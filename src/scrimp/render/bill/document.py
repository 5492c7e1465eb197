"""The bill as a document for programs; fields are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import asdict

from scrimp.billing.compression import CompressionTotals
from scrimp.billing.savings import Savings
from scrimp.units import known_or_none

if TYPE_CHECKING:
    from scrimp.billing.level_savings import HigherLevelSavings
    from scrimp.billing.totals import Bill, BillLine


def bill_document(bill: Bill) -> dict[str, object]:
    """Return the bill; amounts are Decimals, null where unknown."""
    counts = bill.counts
    return {
        "v": 1,
        "rows": {
            "total": counts.total, "ok": counts.ok, "error": counts.error, "truncated": counts.truncated,
            "skipped": counts.skipped, "pending": counts.pending, "hit": counts.hits, "dup": counts.duplicates,
            "chained": counts.chained, "escalated": counts.escalated,
        },
        "calls": {
            "total": bill.calls, "lost": bill.lost_calls, "unpriced": sum(bill.unpriced_calls.values()),
            "estimated": bill.estimated_calls,
        },
        "cost_usd": known_or_none(bill.cost, bill.unknown_calls),
        "max_cost_usd": bill.cap,
        "lines": [_line(name, line) for name, line in bill.lines()],
        "compression": _compression(bill.compression),
        "baseline": _savings(bill.savings) if bill.savings.rows else None,
        "at_least": bill.unknown_calls > 0,
        "higher_levels": _higher_levels(bill.higher_levels),
        "above_cliffs": [asdict(each) for each in bill.above_cliffs],
        "too_dear": dict(bill.dear),
        "estimate": bill.expected and asdict(bill.expected),
    }  # fmt: skip


def _compression(totals: CompressionTotals) -> dict[str, object]:
    return {
        "rows": totals.rows, "before": totals.tokens_before, "after": totals.tokens_after,
        "rows_by_rule": dict(totals.rows_by_rule), "rows_by_note": dict(totals.rows_by_note),
        "below_cliffs": totals.below_cliffs,
    }  # fmt: skip


def _higher_levels(savings: HigherLevelSavings | None) -> dict[str, object] | None:
    if savings is None:
        return None
    return {
        "rows": savings.rows, "sampled": savings.sampled, "cost_usd": savings.cost, "saved_usd": dict(savings.saved),
    }  # fmt: skip


def _line(name: str, line: BillLine) -> dict[str, object]:
    return {
        "what": name, "rows": line.rows, "calls": line.calls, "input": line.input, "output": line.output,
        "cost_usd": known_or_none(line.cost, line.unpriced_calls), "unpriced_calls": line.unpriced_calls,
        "answered_by": line.answered_by, "effort": line.effort,
    }  # fmt: skip


def _savings(savings: Savings) -> dict[str, object]:
    return {
        "models": list(savings.baselines),
        "cost_usd": savings.baseline_cost,
        "compared_cost_usd": savings.cost,
        "saved_usd": savings.saved,
        "saved_by_usd": {cause.replace(" ", "_"): amount for cause, amount in savings.by_cause.items()},
        "rows": savings.rows,
        "rows_not_compared": savings.rows_not_compared,
        "about": savings.estimated_rows > 0,
        "at_most": savings.rows_of_unknown_cost > 0,
    }
