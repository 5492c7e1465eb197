"""What a row would have cost with its baseline, and as it was given, without compression.

Both price the tokens that the answering provider counted. Another model's tokenizer would count somewhat differently,
and its completion would be another one: such a comparison is an estimate, and said to be one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.flows.spend.baseline import (
    baseline_of,
    is_model_of,
    sold_as,
    uncompressed,
    usage_at,
    without_provider_cache,
)
from scrimp.flows.spend.call_price import price_call
from scrimp.units import PICODOLLAR
from scrimp.values import Completion, Compression, Entry, Route, Usage

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook

_ZERO = Decimal(0)


class Counterfactual(Struct, frozen=True, kw_only=True):
    """Dollars of the baseline, and what compression, a batch, a cache and another provider saved; None: unknown."""

    baseline: str
    baseline_cost: Decimal | None = None
    compression_saved: Decimal | None = None
    batch_saved: Decimal | None = None
    provider_cache_saved: Decimal | None = None
    seller_saved: Decimal | None = None
    estimated: bool = False


class CounterfactualPricer:
    """Prices the rows of one run as they would have been otherwise."""

    def __init__(
        self, prices: PriceBook, wanted: str | None, available: Collection[str],
        output_before: Callable[[str, str | None], int | None] = lambda *_: None,
    ) -> None:  # fmt: skip
        """`wanted` is the user's baseline as provider/model; `available` are the providers that can be called.

        `output_before` says how many tokens a baseline with an effort wrote for a task, by its signature, on average.
        """
        self._prices, self._wanted, self._available = prices, wanted, available
        self._output_before = output_before

    def counterfactual(
        self, route: Route, completion: Completion, entry: Entry, compression: Compression | None
    ) -> Counterfactual:  # fmt: skip
        """Return what the same completion would have cost; `entry` is that of its call."""
        baseline = baseline_of(route, entry, wanted=self._wanted, available=self._available)
        used = completion.usage
        if used is None:
            return Counterfactual(baseline=baseline)
        plain = without_provider_cache(used)
        given, guessed = uncompressed(plain, compression, entry.provider, entry.model)
        saved = _ZERO if given is plain else self._saved(entry, completion, plain, given)
        own = is_model_of(baseline, f"{entry.provider}/{entry.model}", entry.effort)
        own = own and not self._was_redirected(route, entry)
        batch_saved = self._batch_saved(entry, completion)
        cache_saved = _ZERO if plain is used else self._saved(entry, completion, used, plain)
        plain_cost = None if entry.cost is None else entry.cost + sum(filter(None, (saved, batch_saved, cache_saved)))
        if own:
            cost = plain_cost
        else:
            cost = self._dollars(baseline, self._usage(baseline, given, completion, entry), entry.time)
        return Counterfactual(
            baseline=baseline, baseline_cost=cost, compression_saved=saved, batch_saved=batch_saved,
            provider_cache_saved=cache_saved, seller_saved=self._seller_saved(route, entry, given, plain_cost),
            estimated=guessed or entry.estimated or not own,
        )  # fmt: skip

    def _seller_saved(self, route: Route, entry: Entry, given: Usage, plain_cost: Decimal | None) -> Decimal | None:
        """Return how much more a call would have cost at the provider named; None if it was bought there.

        `plain_cost` is what it would have cost where it was bought, by all that it was `given` and none of it cached.
        """
        named = sold_as(route.chain.steps[entry.step].candidates, f"{entry.provider}/{entry.model}")
        if named is None or plain_cost is None or entry.answered_by is not None:
            return None
        there = self._dollars(named, given, entry.time)
        return None if there is None else there - plain_cost

    def _usage(self, baseline: str, given: Usage, completion: Completion, entry: Entry) -> Usage:
        """Return what the baseline would have used: as much output as it wrote before, where it is known."""
        output = self._output_before(baseline, entry.signature)
        if output is None:
            return usage_at(baseline, given, completion.model)
        return replace(given, output=output, reasoning=0)

    def _was_redirected(self, route: Route, entry: Entry) -> bool:
        """Return whether another model answered than the baseline; what the user named may be any, such as `auto`."""
        named = self._wanted is None and route.choice != "routing"
        return entry.answered_by is not None and not named

    def _saved(self, entry: Entry, completion: Completion, used: Usage, otherwise: Usage) -> Decimal | None:
        """Return how much more another usage would have cost, at the list price of the model that answered."""
        live = _live(completion)
        less, more = (
            price_call(self._prices, entry.provider, entry.model, replace(live, usage=usage), entry.time)[0]
            for usage in (used, otherwise)
        )
        return None if more is None or less is None else more - less

    def _batch_saved(self, entry: Entry, completion: Completion) -> Decimal | None:
        """Return how much more the call would have cost outside a batch; None if it was in none, or unknown."""
        if not completion.batch or entry.cost is None:
            return None
        cost, _ = price_call(self._prices, entry.provider, entry.model, _live(completion), entry.time)
        return None if cost is None else cost - entry.cost

    def _dollars(self, model_id: str, usage: Usage, when: float) -> Decimal | None:
        provider, _, model = model_id.partition("/")
        dollars = self._prices.cost_of(provider=provider, model=model, usage=usage, when=when).dollars
        return None if dollars is None else dollars.quantize(PICODOLLAR)


def _live(completion: Completion) -> Completion:
    """Return a completion as if it had come from a live call; Anthropic names batches as a tier, too."""
    tier = None if completion.batch and completion.service_tier == "batch" else completion.service_tier
    return replace(completion, reported_cost=None, batch=False, service_tier=tier)
