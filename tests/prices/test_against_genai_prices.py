"""Our arithmetic beside genai-prices' own, over every name both know."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

import genai_prices
import pytest
from genai_prices.data import providers as theirs

from scrimp.prices.book import PriceBook
from scrimp.prices.table import SHIPPED, load_table
from scrimp.values import Usage

OURS = {"google": "gemini"}
PROVIDERS = ("openai", "anthropic", "google", "deepseek", "mistral", "openrouter")
TIMES = tuple(
    datetime(*parts, tzinfo=UTC)
    for parts in (
        (2026, 11, 23, 2, 30),  # Monday, DeepSeek's peak
        (2026, 11, 23, 4, 0),  # its first minute off peak
        (2026, 11, 24, 17, 5),
        (2026, 9, 30, 12, 0),  # before batch rates were listed
        (2026, 12, 1, 0, 0),  # gemini-4-argon doubles
        (2026, 12, 31, 23, 59),
        (2027, 1, 1, 0, 0),  # Gemini flash doubles
    )
)
SIZES = (0, 1, 999, 32_000, 100_000, 100_001, 199_999, 200_000, 200_001, 272_000, 272_001, 900_000)
CONTEXTS = (
    ({}, {}),
    ({}, {}),
    ({"batch": True}, {"processing": "batch"}),
    ({"service_tier": "flex"}, {"service_tier": "flex"}),
    ({"service_tier": "priority"}, {"service_tier": "priority"}),
    ({"service_tier": "fast"}, {"service_tier": "fast", "speed": "fast"}),
    ({"service_tier": "batch"}, {"processing": "batch"}),
)
# Where the shipped corrections price otherwise, as (row, batch); DeepSeek's differ on weekends only, not among TIMES.
CORRECTED = {("gemini-3.5-flash", True)}


def names_of(provider: str) -> list[str]:
    prices = load_table(SHIPPED).provider_prices(provider)
    assert prices is not None
    they = next(entry for entry in theirs if entry.id == provider)
    # A few of their rows have an id that is no model's name (codestral, ft:gpt-4o), which they then do not know either.
    return sorted(name for name in {*prices, *prices.names} if they.find_model(name))


def some_usage(choice: random.Random) -> Usage:
    tokens = choice.choice(SIZES)
    read_tokens = choice.choice((0, tokens // 3, tokens // 2))
    write_tokens = choice.choice((0, 0, (tokens - read_tokens) // 2))
    return Usage(
        input=tokens,
        output=choice.choice((0, 1, 777, 12_345)),
        cache_read=read_tokens,
        cache_write=write_tokens,
        cache_write_long=choice.choice((0, write_tokens // 2, write_tokens)),
    )


def their_usage(usage: Usage) -> genai_prices.Usage:
    return genai_prices.Usage(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        cache_write_1h_tokens=usage.cache_write_long,
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_costs_equal_those_of_genai_prices_to_the_last_digit(provider: str) -> None:
    book, choice = PriceBook(), random.Random(provider)
    differing: list[str] = []
    seen: Counter[str] = Counter()
    for name in names_of(provider):
        for _ in range(3):
            usage, when = some_usage(choice), choice.choice(TIMES)
            ours, theirs_context = choice.choice(CONTEXTS)
            if provider == "openrouter" and "processing" in theirs_context:
                continue  # we find the row NAME:batch, they price as standard
            their = genai_prices.calc_price(
                their_usage(usage),
                name,
                provider_id=provider,
                genai_request_timestamp=when,
                price_context=theirs_context,
            )
            price = book.price(OURS.get(provider, provider), name, when.timestamp(), **ours)
            if price is None:
                seen["not priced by text tokens"] += 1
                assert not_priced_by_text(their)
                continue
            if (price.model, price.batch) in CORRECTED:
                seen["corrected"] += 1
                continue
            rates = price.rates_for(usage.input)
            if usage.output and rates.output is None:
                seen["output has no rate"] += 1
                assert price.cost(usage) is None
                continue
            seen["equal"] += 1
            if price.cost(usage) != their.total_price:
                differing.append(f"{name} {when} {ours} {usage}: {price.cost(usage)} and not {their.total_price}")
    assert not differing, "\n".join(differing[:20])
    assert seen["equal"] >= {"deepseek": 20, "anthropic": 200, "mistral": 150, "google": 250}.get(provider, 500), seen


def not_priced_by_text(their: genai_prices.types.PriceCalculation) -> bool:
    kinds = their.model_price.__dict__.keys()
    return "input_mtok" not in kinds or "requests_kcount" in kinds
