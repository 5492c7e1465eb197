"""The bill as a document for programs; fields are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.billing.compression import CompressionTotals
from scrimp.billing.saving import Saving

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill, BillLine


def bill_document(bill: Bill) -> dict[str, object]:
    """Return the bill; each amount is a Decimal, and null where nothing is known."""
    counts = bill.counts
    return {
        "v": 1,
        "rows": {
            "total": counts.total, "ok": counts.ok, "error": counts.error, "truncated": counts.truncated,
            "skipped": counts.skipped, "pending": counts.pending, "hit": counts.hits, "dup": counts.duplicates,
        },
        "calls": {
            "total": bill.calls, "lost": bill.lost, "unpriced": sum(bill.unpriced.values()),
            "estimated": bill.estimated,
        },
        "cost_usd": bill.cost,
        "max_cost_usd": bill.cap,
        "lines": [_line(name, line) for name, line in bill.parts()],
        "compression": _compression(bill.shortened),
        "baseline": _saving(bill.saving) if bill.saving.rows else None,
    }  # fmt: skip


def _compression(shortened: CompressionTotals) -> dict[str, object]:
    return {
        "rows": shortened.rows, "before": shortened.before, "after": shortened.after,
        "rows_by_rule": dict(shortened.rules), "rows_by_note": dict(shortened.notes),
    }  # fmt: skip


def _line(name: str, line: BillLine) -> dict[str, object]:
    return {
        "what": name, "rows": line.rows, "calls": line.calls, "input": line.input, "output": line.output,
        "cost_usd": None if line.unpriced and not line.cost else line.cost, "unpriced_calls": line.unpriced,
    }  # fmt: skip


def _saving(saving: Saving) -> dict[str, object]:
    return {
        "models": list(saving.baselines),
        "cost_usd": saving.without,
        "compared_cost_usd": saving.cost,
        "saved_usd": saving.saved,
        "saved_by_usd": {cause.replace(" ", "_"): amount for cause, amount in saving.by_cause.items()},
        "rows": saving.rows,
        "rows_not_compared": saving.unpriced_rows + saving.rows_without_baseline,
    }
