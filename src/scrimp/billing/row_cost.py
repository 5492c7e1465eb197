"""What a row cost in the run that printed it."""

from __future__ import annotations

from decimal import Decimal

from scrimp.enums import PAID_STATUSES
from scrimp.values import Answered, Outcome

_NOTHING = Decimal(0)


def cost_in_run(outcome: Outcome) -> Decimal | None:
    """Return the dollars a row cost in this run, all attempts in it; None is unknown.

    A cached completion costs nothing. A lost call may have been billed: next to calls of known cost it is left out here
    (the bill says so), but a row with nothing else has an unknown cost.
    """
    if not outcome.entries:
        fresh = isinstance(outcome, Answered) and outcome.cache in ("miss", "off")
        return outcome.answer.cost if fresh and outcome.answer is not None else _NOTHING
    if len(outcome.entries) == 1:  # as of nearly all rows
        return outcome.entries[0].cost
    known = [entry.cost for entry in outcome.entries if entry.cost is not None]
    unpriced = any(entry.cost is None and entry.status in PAID_STATUSES for entry in outcome.entries)
    return None if unpriced or not known else sum(known, _NOTHING)
