"""Calls of a run that were above a size at which their model costs more, and what they cost more for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrimp.billing.level_savings import DearCalls
from scrimp.prices.rates import cost

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook
    from scrimp.values import Entry, Outcome, OutcomeSink

_LONG = 30_000  # tokens: no price list has a rate that changes below


class LongCalls:
    """Adds them up as they come, by model; prices are read when the first is so long."""

    def __init__(self, prices: Callable[[], PriceBook]) -> None:
        self._prices = prices
        self.found: dict[tuple[str, int], DearCalls] = {}

    def tee(self, sink: OutcomeSink) -> OutcomeSink:
        """Return a sink that hands all on, and looks at the calls that were made."""

        def take(outcomes: Sequence[Outcome]) -> None:
            sink(outcomes)
            for outcome in outcomes:
                for entry in outcome.entries:
                    if entry.usage is not None and entry.usage.input > _LONG:
                        self._add(entry)

        return take

    def _add(self, entry: Entry) -> None:
        name, usage = entry.answered_by or entry.model, entry.usage
        price = self._prices().price(entry.provider, name, entry.time, batch=entry.batch is not None)
        above = None if price is None or usage is None else price.cliff(usage.input)
        if price is None or usage is None or above is None:
            return
        dear, less = price.cost(usage), cost(usage, price.rates_for(above))
        if dear is not None and less is not None:
            place = f"{entry.provider}/{name}", above
            known = self.found.get(place) or DearCalls(model=place[0], above=above)
            self.found[place] = known.with_call(dear - less)
