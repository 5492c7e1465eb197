"""Discounts that the user has with a provider: on all its prices, and on its batches."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.prices.lookup import PriceMatch, own_name
from scrimp.prices.price_row import BATCH
from scrimp.prices.rates import Band, scaled

_NOTHING = Decimal(1)


class Discounts(Struct, frozen=True, kw_only=True):
    """What is left to pay, as a share of the list's price: exactly 0.85 of it after a discount of 15 %."""

    providers: Mapping[str, Decimal] = {}  # discount on every list price of a provider
    provider_batches: Mapping[str, Decimal] = {}  # discount of a provider's batches on its live price
    model_batches: Mapping[str, Decimal] = {}  # the same by provider/model

    def of_batches(self, provider: str, model: str, match: PriceMatch) -> Decimal | None:
        """Return the share of the live price that a model's batches cost; None if the price itself says it.

        The user's own rates for batches go first, then the discount on the model, then that on the provider.
        """
        if match.flat and any(variant.context == BATCH for variant in match.row.variants):
            return None
        name = own_name(self.model_batches, provider, model)
        return self.provider_batches.get(provider) if name is None else self.model_batches[name]

    def apply(self, bands: tuple[Band, ...], provider: str) -> tuple[Band, ...]:
        """Return a provider's rates after the user's discount, to the last digit."""
        return scaled(bands, self.providers.get(provider, _NOTHING))

    def told(self, source: str, provider: str) -> str:
        """Return the source of a price with the discount on it: "2026-11-09 less 15%"."""
        share = self.providers.get(provider, _NOTHING)
        if share == _NOTHING:
            return source
        percent = f"{(abs(1 - share) * 100).normalize():f}%"
        return f"{source} {'less' if share < 1 else 'plus'} {percent}"


NO_DISCOUNTS = Discounts()
