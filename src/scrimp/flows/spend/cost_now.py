"""What a cached row would cost if it were called now: the saving of the cache.

Prices are read when the first row needs them, and not at all where the user's config has the price: a run that is
answered from the cache starts fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.billing.savings import Comparison
from scrimp.flows.spend.baseline import is_model_of, uncompressed, usage_at
from scrimp.prices.model_names import is_same_model
from scrimp.prices.rates import Rates
from scrimp.prices.rates import cost as cost_at
from scrimp.units import PICODOLLAR
from scrimp.values import Answer, CallUsage, Completion, Usage

if TYPE_CHECKING:
    from scrimp.config.schema import Config
    from scrimp.prices.book import Price, PriceBook


def price_overrides(config: Config) -> dict[str, Rates]:
    """Return the prices of live calls the config sets, by provider/model."""
    return {name: table.price for name, table in config.models.items() if table.price is not None}


class CostNow:
    """Prices rows of the cache at the prices of one moment."""

    def __init__(
        self, prices: Callable[[], PriceBook], own: Mapping[str, Rates], wanted: str | None, when: float
    ) -> None:  # fmt: skip
        """`own` are the user's prices and `wanted` the user's baseline for every row, by provider/model."""
        self._prices, self._own, self._wanted, self._when = prices, own, wanted, when
        self._price_of: dict[tuple[str, str], Price | None] = {}  # by model called and model that answered

    def __call__(self, answer: Answer) -> Comparison:
        """Return the comparison: with the user's baseline, a certificate's flagship, or the model that answered."""
        if self._wanted is None and answer.certified and answer.baseline is not None:
            return Comparison(answer.baseline, self._at_baseline(answer, answer.baseline), estimated=True)
        called = f"{answer.provider}/{answer.called_as or answer.model}"
        if self._wanted is None or (
            is_model_of(self._wanted, called, answer.effort) and is_same_model(called, answer.model)
        ):
            return self._as_called(answer, called)
        return Comparison(self._wanted, self._at_baseline(answer, self._wanted), estimated=True)

    def _as_called(self, answer: Answer, called: str) -> Comparison:
        """Return what the same calls cost now; if their usage or price is unknown, what they cost then."""
        now = self._cost(answer, called)
        if now is None:
            return Comparison(called, answer.cost, estimated=True)
        reported = any(call.reported_cost is not None for call in answer.calls)
        return Comparison(called, now, estimated=answer.estimated or reported)

    def _cost(self, answer: Answer, called: str) -> Decimal | None:
        if answer.calls:
            costs = [self._call_cost(call) for call in answer.calls]
            return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
        if answer.usage is None or answer.attempts > 1 or answer.price == "reported":
            return None
        if (rates := self._own.get(called)) is not None:
            return _rounded(cost_at(answer.usage, rates))
        names = called, answer.model
        if names not in self._price_of:
            self._price_of[names] = self._price(answer)
        price = self._price_of[names]
        return None if price is None else _rounded(price.cost(answer.usage))

    def _price(self, answer: Answer) -> Price | None:
        from scrimp.flows.spend.call_price import price_names  # only where a table has the price

        prices, asked = self._prices(), answer.called_as or answer.model
        names = price_names(prices, answer.provider, asked, answer.model, self._when)
        return next(
            (price for name in names if (price := prices.price(answer.provider, name, self._when)) is not None), None
        )

    def _call_cost(self, call: CallUsage) -> Decimal | None:
        from scrimp.flows.spend.call_price import price_call  # only where a table has the price

        completion = Completion(
            text="", usage=call.usage, stop_reason="stop", model=call.answered_by, service_tier=call.service_tier,
            speed=call.speed, region=call.region, reported_cost=call.reported_cost,
        )  # fmt: skip
        return price_call(self._prices(), call.provider, call.model, completion, self._when)[0]

    def _at_baseline(self, answer: Answer, baseline: str) -> Decimal | None:
        """Return what the baseline would cost for the call that is compared, its prompt as it was given."""
        call = next((call for call in answer.calls if call.compared), None)
        usage = answer.usage if call is None else call.usage
        if usage is None:
            return None
        given, _ = uncompressed(usage, answer.compressed, answer.provider, answer.called_as or answer.model)
        return self._baseline_cost(baseline, usage_at(baseline, given, answer.model))

    def _baseline_cost(self, baseline: str, usage: Usage) -> Decimal | None:
        if (rates := self._own.get(baseline)) is not None:
            return _rounded(cost_at(usage, rates))
        provider, _, model = baseline.partition("/")
        return _rounded(self._prices().cost_of(provider=provider, model=model, usage=usage, when=self._when).dollars)


def _rounded(dollars: Decimal | None) -> Decimal | None:
    return None if dollars is None else dollars.quantize(PICODOLLAR)
