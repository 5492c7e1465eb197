"""Whether the calls that share a beginning should have it kept, and for how long: what costs least in all."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from scrimp.caching.cache_rules import LIFETIME_SECONDS, CacheRates, CacheRules
from scrimp.enums import CacheLifetime

PRICED_PER = 1_000_000
# Dollars: to fill a cache first takes one more batch, which may take hours: not for less than a cent.
WORTH_A_BATCH = Decimal("0.01")


class WriteDecision(Struct, frozen=True, kw_only=True):
    """What calls with one beginning do about it: `lifetime` None means that none asks for it to be kept."""

    lifetime: CacheLifetime | None
    cost: Decimal  # dollars for the shared tokens of all calls
    plain_cost: Decimal  # the same without a cache

    @property
    def saved(self) -> Decimal:
        """Dollars less than without a cache; never negative for a decision."""
        return self.plain_cost - self.cost


def decide_write(
    rules: CacheRules, rates: CacheRates, *, shared: int, calls: int, gap: float, before: int = 0
) -> WriteDecision:  # fmt: skip
    """Return the cheapest way for `calls` calls, `gap` seconds apart, that share `shared` tokens.

    They follow `before` tokens that more calls share, or begin the prompt. Nothing is kept of a beginning below the
    model's minimum. Where ways cost the same, the plain one is taken, then the
    shorter lifetime.
    """
    plain = Decimal(shared * calls) * rates.fresh / PRICED_PER
    best = WriteDecision(lifetime=None, cost=plain, plain_cost=plain)
    if rules.form == "none" or before + shared < rules.minimum:
        return best
    for lifetime in rules.lifetimes:
        cost = _cost_kept(rates, lifetime, shared=shared, calls=calls, gap=gap)
        if cost < best.cost:
            best = WriteDecision(lifetime=lifetime, cost=cost, plain_cost=plain)
    return best


def _cost_kept(rates: CacheRates, lifetime: CacheLifetime, *, shared: int, calls: int, gap: float) -> Decimal:
    """Return the dollars of the shared tokens: one write and then reads, or a write each where it has gone by then."""
    writes = min(calls, 1) if gap <= LIFETIME_SECONDS[lifetime] else calls
    return shared * (writes * rates.write[lifetime] + (calls - writes) * rates.read) / PRICED_PER
