"""Groups of calls as objects for programs; fields are only ever added."""

from __future__ import annotations

from decimal import Decimal

from scrimp.billing.cost_total import CostTotal
from scrimp.render.costs.tables import OF_CALLS, share_of_cost

_COUNTS = ("calls", "failed", "lost", "input", "output", "unpriced")
_MORE_COUNTS = ("truncated", "cache_read", "cache_write", "reasoning", "retries")


def cost_document(total: CostTotal, by: str, cost: Decimal, calls: int) -> dict[str, object]:
    """Return the object of a group; what is unknown is null, and never zero.

    Shares are of the known dollars and of the calls of all groups.
    """
    of_arms, of_rows = by in ("model", "arm"), by not in OF_CALLS
    return {
        by: total.name, "cost_usd": total.known_cost, **{name: getattr(total, name) for name in _COUNTS},
        **({"answered_by": total.answered_by} if of_arms else {}),
        "chained": total.chained, "escalated": total.escalated, "at_least": total.unknown > 0,
        **{name: getattr(total, name) for name in _MORE_COUNTS},
        **({"efforts": [effort or None for effort in total.efforts]} if by == "model" else {}),
        **({"rows": total.rows, "cost_per_1000_rows_usd": total.cost_per_1000_rows} if of_rows else {}),
        "cost_per_call_usd": total.cost_per_call, "share_of_calls": round(total.calls / calls, 6),
        "share_of_cost": round(share_of_cost(total, cost), 6) if cost else None,
        "error_rate": round(total.error_rate, 6), "retry_rate": _rounded(total.retry_rate, 6),
        "escalation_rate": _rounded(total.escalation_rate, 6), "p50_seconds": _rounded(total.seconds(0.5), 3),
        "p95_seconds": _rounded(total.seconds(0.95), 3),
    }  # fmt: skip


def _rounded(number: float | None, places: int) -> float | None:
    return None if number is None else round(number, places)
