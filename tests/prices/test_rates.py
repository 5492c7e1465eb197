from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scrimp.prices.rates import Band, Rates, cost, rates_for
from scrimp.values import Usage

dollars = st.decimals(min_value=0, max_value=1000, places=6)
tokens = st.integers(min_value=0, max_value=2_000_000)
full_rates = st.builds(
    Rates,
    input=dollars,
    output=dollars,
    cached_input=dollars,
    explicit_read=dollars,
    cache_write=dollars,
    cache_write_long=dollars,
)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    fresh, read, short, long = draw(tokens), draw(tokens), draw(tokens), draw(tokens)
    explicit = draw(st.integers(min_value=0, max_value=read))
    output = draw(tokens)
    return Usage(
        input=fresh + read + short + long,
        output=output,
        cache_read=read,
        explicit_read=explicit,
        cache_write=short + long,
        cache_write_long=long,
        reasoning=draw(st.integers(min_value=0, max_value=output)),
    )


@given(usages(), full_rates)
def test_a_cost_is_every_kind_of_token_at_its_rate_to_the_last_digit(usage: Usage, rates: Rates) -> None:
    fresh = usage.input - usage.cache_read - usage.cache_write
    millionths = (
        fresh * rates.input
        + (usage.cache_read - usage.explicit_read) * rates.cached_input
        + usage.explicit_read * rates.explicit_read
        + (usage.cache_write - usage.cache_write_long) * rates.cache_write
        + usage.cache_write_long * rates.cache_write_long
        + usage.output * rates.output
    )
    assert cost(usage, rates) * 1_000_000 == millionths


@given(usages(), usages(), full_rates)
def test_two_calls_cost_what_their_usages_cost_together(one: Usage, other: Usage, rates: Rates) -> None:
    both = Usage(**{name: getattr(one, name) + getattr(other, name) for name in Usage.__struct_fields__})

    assert cost(one, rates) + cost(other, rates) == cost(both, rates)


@given(usages(), dollars, dollars)
def test_without_rates_of_their_own_cache_tokens_cost_what_input_costs(
    usage: Usage, for_input: Decimal, for_output: Decimal
) -> None:
    plain = Usage(input=usage.input, output=usage.output)
    rates = Rates(input=for_input, output=for_output)

    assert cost(usage, rates) == cost(plain, rates)


def test_a_long_write_without_a_rate_of_its_own_costs_a_short_one() -> None:
    rates = Rates(input=Decimal(1), output=Decimal(1), cache_write=Decimal("1.25"))

    assert cost(Usage(input=10, cache_write=10, cache_write_long=10), rates) == Decimal("0.0000125")


def test_reasoning_is_billed_once_at_its_own_rate_where_it_has_one() -> None:
    usage = Usage(output=10, reasoning=4)

    assert cost(usage, Rates(output=Decimal(5))) == Decimal("0.000050")
    assert cost(usage, Rates(output=Decimal(5), reasoning=Decimal(1))) == Decimal("0.000034")


def test_tokens_without_a_rate_make_the_cost_unknown_and_not_zero() -> None:
    assert cost(Usage(input=10, output=1), Rates(input=Decimal(1))) is None
    assert cost(Usage(input=10), Rates(output=Decimal(1))) is None
    assert cost(Usage(input=10), Rates(input=Decimal(1))) == Decimal("0.00001")


def test_a_usage_that_would_cost_more_than_any_call_can_makes_the_cost_unknown() -> None:
    rates = Rates(input=Decimal(1000), output=Decimal(1000))

    assert cost(Usage(input=10**9, output=0), rates) == Decimal(1_000_000)
    assert cost(Usage(input=10**9 + 1, output=0), rates) is None
    assert cost(Usage(input=2**63, output=0), rates) is None


def test_parts_counted_beyond_their_whole_are_still_billed() -> None:
    rates = Rates(input=Decimal(1), output=Decimal(1), cached_input=Decimal(1))

    assert cost(Usage(input=5, cache_read=10), rates) == Decimal("0.00001")


def test_one_token_over_the_edge_reprices_the_whole_call() -> None:
    cheap, dear = Rates(input=Decimal(1)), Rates(input=Decimal(5))
    bands = (Band(cheap), Band(dear, above=100_000))

    assert rates_for(bands, 0) == rates_for(bands, 100_000) == cheap
    assert rates_for(bands, 100_001) == dear


def test_what_no_rate_is_known_for_makes_the_cost_unknown() -> None:
    rates = Rates(input=Decimal(1), output=Decimal(1))

    assert cost(Usage(input=1, output=1), rates) is not None
    assert cost(Usage(input=1, output=1, unlisted=1), rates) is None
    assert cost(Usage(input=1, output=1, web_searches=1), rates) is None
    assert cost(Usage(input=1, output=1, stored=1), rates) is None
