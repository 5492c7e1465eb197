"""What a row would have cost: with the baseline model, uncompressed, or without the provider's prompt cache.

All three price the tokens the answering provider counted. Another model's tokenizer would count somewhat differently,
so the baseline is a comparison at equal tokens, not an invoice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.units import PICODOLLAR
from scrimp.values import Completion, Compression, Entry, Usage

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook


class Counterfactual(Struct, frozen=True, kw_only=True):
    """Dollars of the baseline, and dollars saved by compression and by the provider's cache; None: unknown."""

    baseline_cost: Decimal | None = None
    compression_saved: Decimal | None = None
    provider_cache_saved: Decimal | None = None


class CounterfactualPricer:
    """Prices the rows of one run as they would have been otherwise."""

    def __init__(self, prices: PriceBook, baseline: str | None) -> None:
        """`baseline` is a model as provider/model."""
        self._prices = prices
        self.baseline = baseline

    def counterfactual(
        self, completion: Completion, entry: Entry, compression: Compression | None
    ) -> Counterfactual:  # fmt: skip
        """Return what the same completion would have cost; `entry` is that of its call."""
        if completion.usage is None:
            return Counterfactual()
        removed = compression.before - compression.after if compression else 0
        used = completion.usage
        uncached = (
            replace(used, cache_read=0, cache_write=0, cache_write_long=0)
            if used.cache_read or used.cache_write
            else used
        )
        uncompressed = replace(uncached, input=uncached.input + removed) if removed else uncached
        as_sent = self._cost(entry, uncached)
        return Counterfactual(
            baseline_cost=self._baseline_cost(uncompressed, entry.time),
            compression_saved=_difference(
                as_sent if uncompressed is uncached else self._cost(entry, uncompressed), as_sent
            ),
            provider_cache_saved=_difference(as_sent, as_sent if used is uncached else self._cost(entry, used)),
        )

    def _baseline_cost(self, usage: Usage, when: float) -> Decimal | None:
        if self.baseline is None:
            return None
        provider, _, model = self.baseline.partition("/")
        return self._dollars(provider, model, usage, when)

    def _cost(self, entry: Entry, usage: Usage) -> Decimal | None:
        return self._dollars(entry.provider, entry.model, usage, entry.time)

    def _dollars(self, provider: str, model: str, usage: Usage, when: float) -> Decimal | None:
        dollars = self._prices.cost_of(provider=provider, model=model, usage=usage, when=when).dollars
        return None if dollars is None else dollars.quantize(PICODOLLAR)


def _difference(more: Decimal | None, less: Decimal | None) -> Decimal | None:
    return None if more is None or less is None else more - less
