"""The most that calls can have cost whose cost is unknown, such as lost ones."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.flows.spend.cost_bound import most_dollars
from scrimp.store.ledger_queries.lost_calls import LostCall

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook
    from scrimp.values import Entry

# No model of any price list writes a longer completion, where nothing caps it.
LONGEST_COMPLETION = 128_000  # tokens


def at_most(lost: Sequence[LostCall], prices: PriceBook) -> Decimal | None:
    """Return the most that these calls can have cost together, in dollars; None if that is not known of all."""
    total, unbounded = bounded(lost, prices)
    return None if unbounded else total


def bounded(calls: Sequence[LostCall], prices: PriceBook) -> tuple[Decimal, int]:
    """Return the sum of the known upper bounds of these calls, and the number of calls without one."""
    bounds = [_most(call, prices) for call in calls]
    known = [dollars for dollars in bounds if dollars is not None]
    return sum(known, Decimal(0)), len(bounds) - len(known)


def most_of_entry(entry: Entry, prices: PriceBook) -> Decimal | None:
    """Return the most that a call of unknown cost can have cost, in dollars; None if that is not known."""
    return _most(
        LostCall(
            call=entry.call, time=entry.time, provider=entry.provider, model=entry.answered_by or entry.model,
            batch=entry.batch, most_input=entry.most_input, most_output=entry.most_output,
        ),
        prices,
    )  # fmt: skip


def _most(call: LostCall, prices: PriceBook) -> Decimal | None:
    if call.most_input is None:
        return None
    output = LONGEST_COMPLETION if call.most_output is None else call.most_output
    return most_dollars(
        prices, call.provider, call.model, tokens=(call.most_input, output),
        when=call.time, batch=call.batch is not None,
    )  # fmt: skip
