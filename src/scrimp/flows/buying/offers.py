"""The same model at several providers, the cheapest first for one call at one moment."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.units import format_dollars
from scrimp.values import Usage

if TYPE_CHECKING:
    from scrimp.flows.buying.provider_credits import ProviderCredits
    from scrimp.flows.buying.sellers import Sellers
    from scrimp.prices.book import PriceBook
    from scrimp.values import ModelRef

_BYTES_PER_TOKEN = 4  # roughly; the same for every seller of a model
_NOTHING = Decimal(0)
_OUTPUT = 200  # tokens of a completion whose length nothing says: a paragraph


class Offer(Struct, frozen=True, kw_only=True):
    """A model at one provider: the dollars of a call there, None if unknown, and whether a credit pays for it."""

    model: ModelRef
    cost: Decimal | None
    on_credit: bool = False
    kept: Decimal = _NOTHING  # dollars that the provider's prompt cache is expected to save, of the cost already


class Offers:
    """Orders the sellers of a model for each call of a run."""

    def __init__(
        self, sellers: Callable[[], Sellers], prices: PriceBook, granted: ProviderCredits, *,
        available: Collection[str], clock: Callable[[], float], note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`available` are the providers that can be called."""
        self._sellers, self._prices, self._available, self._clock, self._note = sellers, prices, available, clock, note
        self.credits = granted
        self._sold: dict[ModelRef, list[ModelRef]] = {}
        self._told: set[tuple[ModelRef, str]] = set()

    def places(self, model: ModelRef) -> list[ModelRef]:
        """Return where a model may be bought now, as it was named first; nowhere else unless it may be."""
        if model.buy != "cheapest":
            return [model] if model.provider in self._available else []
        if model not in self._sold:
            self._sold[model] = self._sellers().of(model, self._available)
        return self._sold[model]

    def in_order(
        self, model: ModelRef, size: int, *, batch: bool = False,
        saving: Callable[[ModelRef], Decimal] = lambda _: _NOTHING,
    ) -> list[ModelRef]:  # fmt: skip
        """Return where to buy a model for a prompt of this many bytes, the best first; the others are failovers.

        `saving` says what the prompt cache of a place is expected to save of the call.
        """
        places = self.places(model)
        if not places:
            return []
        usage = expected_usage(size, model.max_output)
        offers = self.compare(places, usage, batch=batch, saving=saving if len(places) > 1 else None)
        self._tell(model, offers[0], batch=batch)
        return [offer.model for offer in offers]

    def compare(
        self, places: list[ModelRef], usage: Usage, *, batch: bool = False,
        saving: Callable[[ModelRef], Decimal] | None = None,
    ) -> list[Offer]:  # fmt: skip
        """Return the offers for a call, or one in a batch: those on credit first, then by price, the unknown ones last.

        Of equals the model as it was named goes first.
        """
        offers = [self._offer(each, usage, saving, batch=batch) for each in places]
        return sorted(offers, key=lambda offer: (offer.cost is None, not offer.on_credit, offer.cost or Decimal(0)))

    def _offer(
        self, place: ModelRef, usage: Usage, saving: Callable[[ModelRef], Decimal] | None, *, batch: bool
    ) -> Offer:  # fmt: skip
        cost, kept = self._cost(place, usage, batch=batch), _NOTHING if saving is None else saving(place)
        return Offer(
            model=place, cost=None if cost is None else max(_NOTHING, cost - kept),
            on_credit=self.credits.has(place.provider), kept=kept,
        )  # fmt: skip

    def expected_cost(self, model: ModelRef, size: int, *, batch: bool = False) -> Decimal | None:
        """Return the dollars of a call at a provider for a prompt of this many bytes; None if unknown."""
        return self._cost(model, expected_usage(size, model.max_output), batch=batch)

    def _cost(self, model: ModelRef, usage: Usage, *, batch: bool = False) -> Decimal | None:
        return self._prices.cost_of(
            provider=model.provider, model=model.model, usage=usage, when=self._clock(), batch=batch
        ).dollars

    def _tell(self, model: ModelRef, best: Offer, *, batch: bool) -> None:
        """Say once where a model is bought, if it is not where it was named."""
        if best.model.provider == model.provider or (model, best.model.provider) in self._told:
            return
        self._told.add((model, best.model.provider))
        less = " and less for what it keeps of prompts" if best.kept else ""
        why = "which is paid by a credit" if best.on_credit else f"for {self._rates(best.model, batch)}{less}"
        rates = f"at {model.provider}: {self._rates(model, batch)}"
        named = rates if model.provider in self._available else f"{model.provider} has no key"
        self._note(f"{model.id} is bought as {best.model.id}, {why} ({named})")

    def _rates(self, model: ModelRef, batch: bool) -> str:
        price = self._prices.price(model.provider, model.model, self._clock(), batch=batch)
        if price is None:
            return "no price is known"
        rates = price.rates_for(0)
        return f"{format_dollars(rates.input)} in and {format_dollars(rates.output)} out"


def expected_usage(size: int, max_output: int | None) -> Usage:
    """Return a rough usage from the bytes of a prompt: enough to compare the prices of one model."""
    return Usage(input=size // _BYTES_PER_TOKEN, output=min(max_output or _OUTPUT, _OUTPUT))
