from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scrimp.caching.cache_rules import LIFETIME_SECONDS, CacheRates, CacheRules
from scrimp.caching.write_decision import decide_write
from scrimp.enums import CacheLifetime

rates_of_models = st.builds(
    lambda fresh, read, short, long: CacheRates(fresh=fresh, read=read, write={"5m": short, "1h": long}),
    *[st.decimals(min_value=0, max_value=20, places=3)] * 4,
)


def bill(rates: CacheRates, lifetime: CacheLifetime | None, shared: int, times: list[float]) -> Fraction:
    """What a provider bills for the shared tokens of calls at these times, one after the other."""
    total, kept_until = Fraction(), -1.0
    for time in times:
        if lifetime is None:
            rate = rates.fresh
        elif time <= kept_until:
            rate = rates.read
        else:
            rate = rates.write[lifetime]
        if lifetime is not None:
            kept_until = time + LIFETIME_SECONDS[lifetime]
        total += Fraction(rate) * shared / 1_000_000
    return total


@given(
    rates_of_models, st.integers(0, 9000), st.integers(0, 40), st.sampled_from([0.0, 1.0, 300.0, 301.0, 3600.0, 4000.0])
)
def test_a_decision_is_the_cheapest_of_all_ways_by_what_the_provider_would_bill(
    rates: CacheRates, shared: int, calls: int, gap: float
) -> None:
    rules = CacheRules(form="marks", minimum=512, lifetimes=("5m", "1h"))

    decision = decide_write(rules, rates, shared=shared, calls=calls, gap=gap)

    times = [number * gap for number in range(calls)]
    ways: list[CacheLifetime | None] = [None, "5m", "1h"] if shared >= 512 else [None]
    bills = {way: bill(rates, way, shared, times) for way in ways}
    assert Fraction(decision.cost) == bills[decision.lifetime] == min(bills.values())
    assert Fraction(decision.plain_cost) == bills[None]
    assert decision.saved >= 0
    if bills[None] == min(bills.values()):
        assert decision.lifetime is None


def test_a_write_pays_with_the_second_call_at_anthropic_and_an_hour_only_where_calls_are_far_apart() -> None:
    rules = CacheRules(form="marks", minimum=512, lifetimes=("5m", "1h"))
    haiku = CacheRates(
        fresh=Decimal("0.10"), read=Decimal("0.01"), write={"5m": Decimal("0.125"), "1h": Decimal("0.20")}
    )

    def lifetime(shared: int, calls: int, gap: float) -> CacheLifetime | None:
        return decide_write(rules, haiku, shared=shared, calls=calls, gap=gap).lifetime

    assert [lifetime(3000, calls, 1.0) for calls in (1, 2, 3)] == [None, "5m", "5m"]
    assert [lifetime(3000, calls, 600.0) for calls in (1, 2, 3)] == [None, None, "1h"]
    assert lifetime(3000, 100, 4000.0) is None
    assert [lifetime(shared, 2, 1.0) for shared in (511, 512)] == [None, "5m"]
