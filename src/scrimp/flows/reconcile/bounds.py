"""The most that lost calls can have cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.flows.spend.cost_bound import most_dollars

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook
    from scrimp.store.ledger_queries.lost_calls import LostCall

# No model of any price list writes a longer completion, where nothing caps it.
LONGEST_COMPLETION = 128_000  # tokens


def at_most(lost: Sequence[LostCall], prices: PriceBook) -> Decimal | None:
    """Return the most that these calls can have cost together, in dollars; None where that is not known of all."""
    total = Decimal(0)
    for call in lost:
        if call.most_input is None:
            return None
        dollars = most_dollars(
            prices, call.provider, call.model, tokens=(call.most_input, call.most_output or LONGEST_COMPLETION),
            when=call.time, batch=call.batch is not None,
        )  # fmt: skip
        if dollars is None:
            return None
        total += dollars
    return total
