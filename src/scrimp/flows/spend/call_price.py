"""What a call costs: by the price of the model that answered, wherever it was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.prices.model_names import is_same_model
from scrimp.units import PICODOLLAR

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook
    from scrimp.values import Completion


def price_call(
    prices: PriceBook, provider: str, asked: str, completion: Completion, when: float
) -> tuple[Decimal | None, str | None]:
    """Return dollars and the price they rest on."""
    if completion.usage is None and completion.reported_cost is None:
        return None, None
    for model in price_names(prices, provider, asked, completion.model, when):
        cost = prices.cost_of(
            provider=provider, model=model, usage=completion.usage, when=when,
            batch=completion.batch, service_tier=completion.service_tier,
            speed=completion.speed, region=completion.region,
            reported=completion.reported_cost,
        )  # fmt: skip
        if cost.dollars is not None:
            return cost.dollars.quantize(PICODOLLAR), cost.source
    return None, None


def price_names(prices: PriceBook, provider: str, asked: str, answered: str, when: float) -> Iterable[str]:
    """Return the names to look for in price lists, in order.

    The price is that of the model that answered, never of another one asked for: a gateway may have passed the call on.
    But a price the user gave the name asked for goes first.
    """
    if answered == asked:
        return (asked,)
    own = prices.price(provider, asked, when)
    first = asked if own is not None and own.source == "user" else answered
    return dict.fromkeys((first, answered, asked) if is_same_model(asked, answered) else (first, answered))
