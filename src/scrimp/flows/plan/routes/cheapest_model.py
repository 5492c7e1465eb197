"""The cheapest of the models that can be called."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, get_args

from scrimp.enums import Effort
from scrimp.errors import ConfigError
from scrimp.values import ModelRef, Usage

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.prices.book import PriceBook

_EFFORTS: tuple[Effort, ...] = get_args(Effort)
# What calls are compared by: a prompt of a page, a completion of a paragraph.
TYPICAL_CALL = Usage(input=1000, output=200)


def cost_of_call(model: ModelRef, prices: PriceBook, when: float, usage: Usage = TYPICAL_CALL) -> Decimal | None:
    """Return the dollars of a call, of typical size by default; None if no price is known."""
    return prices.cost_of(provider=model.provider, model=model.model, usage=usage, when=when).dollars


def cheapest(routes: Routes, prices: PriceBook, when: float) -> ModelRef:
    """Return the model of any tier that costs least, by the price of a call of middling size.

    Of equals it is the one that thinks least, and of those the first. ConfigError if no model that can be called has
    a known price.
    """
    models = dict.fromkeys(model for models in routes.tiers.values() for model in models)
    known = [
        (cost, _thought(model), number, model)
        for number, model in enumerate(models)
        if model.provider in routes.available and (cost := cost_of_call(model, prices, when)) is not None
    ]
    if not known:
        raise ConfigError(
            "no model in the tiers has both a key and a known price, so the cheapest is unknown: use --model"
        )
    return min(known)[-1]


def _thought(model: ModelRef) -> int:
    """Return the rank of a model's effort: at one price, what thinks longer costs more."""
    return _EFFORTS.index(model.effort_of(None) or "medium")
