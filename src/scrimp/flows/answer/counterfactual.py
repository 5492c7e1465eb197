"""What a row would have cost otherwise: with the baseline model, uncompressed, or without the provider's prompt cache.

All three price the tokens the answering provider counted. Another model's tokenizer would count somewhat differently,
so the baseline is a comparison at equal tokens, not an invoice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.values import Completion, Compression, Usage

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook

# The ledger counts in whole nanodollars; each cost is rounded once, so that the bill and the ledger agree.
NANO = Decimal("1e-9")


class Counterfactual(Struct, frozen=True, kw_only=True):
    """Dollars; None where a price is unknown."""

    baseline_cost: Decimal | None = None
    compression_saved: Decimal | None = None
    provider_cache_saved: Decimal | None = None


class CounterfactualPricer:
    """Compares the rows of one run with its baseline."""

    def __init__(self, prices: PriceBook, baseline: str | None) -> None:
        self._prices = prices
        self.baseline = baseline

    def otherwise(
        self, completion: Completion, provider: str, model: str, compression: Compression | None, when: float
    ) -> Counterfactual:
        """Return what the same completion would have cost in the three other worlds."""
        if completion.usage is None:
            return Counterfactual()
        removed = compression.before - compression.after if compression else 0
        used = completion.usage
        plain = (
            replace(used, cache_read=0, cache_write=0, cache_write_long=0)
            if used.cache_read or used.cache_write
            else used
        )
        longer = replace(plain, input=plain.input + removed) if removed else plain
        as_sent = self._cost(provider, model, plain, when)
        return Counterfactual(
            baseline_cost=self._baseline_cost(longer, when),
            compression_saved=_less(as_sent if longer is plain else self._cost(provider, model, longer, when), as_sent),
            provider_cache_saved=_less(as_sent, as_sent if used is plain else self._cost(provider, model, used, when)),
        )

    def _baseline_cost(self, usage: Usage, when: float) -> Decimal | None:
        if self.baseline is None:
            return None
        provider, _, model = self.baseline.partition("/")
        return self._cost(provider, model, usage, when)

    def _cost(self, provider: str, model: str, usage: Usage, when: float) -> Decimal | None:
        dollars = self._prices.cost_of(
            provider=provider,
            model=model,
            usage=usage,
            when=when,
        ).dollars
        return None if dollars is None else dollars.quantize(NANO)


def _less(more: Decimal | None, less: Decimal | None) -> Decimal | None:
    return None if more is None or less is None else more - less
