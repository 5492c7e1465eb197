"""The sentence on a row that was too expensive."""

from __future__ import annotations

from scrimp.units import format_dollars
from scrimp.values import TooDear


def said_of(dear: TooDear) -> str:
    """Return a sentence on a row's expected cost, its limit, and what was done about it."""
    limit = f"{'--max-cost-per-row' if dear.rule is None else 'the max_cost_per_row of ' + dear.rule} {dear.limit:f}"
    if dear.expected is None:
        why = f"no price is known for {dear.model}, which {limit} needs"
    else:
        why = f"expected to cost {format_dollars(dear.expected)} at {dear.model}, more than {limit}"
    if dear.action == "skip":
        advice = "raise the limit" if dear.expected is not None else f'price it under [models."{dear.model}"]'
        return f"{why}, so it was skipped: {advice}, or choose another --on-dear"
    now = "" if dear.now is None else f" for {format_dollars(dear.now)}"
    return f"{why}: {'compressed at ' if dear.action == 'compress' else ''}{dear.instead} instead{now}"
