"""Our arithmetic beside genai-prices' own, over every name both know."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import genai_prices
import pytest
from genai_prices.data import providers as theirs

from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.prices.table import SHIPPED, load_table
from scrimp.values import Usage

OURS = {"google": "gemini"}
PROVIDERS = load_table(SHIPPED).providers
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
# Ours, theirs, and whether a list must have rates of its own for it: otherwise they price as standard, silently.
CONTEXTS: tuple[tuple[dict[str, Any], dict[str, str], bool], ...] = (
    *[({}, {}, False)] * 6,
    ({"batch": True}, {"processing": "batch"}, False),
    ({"service_tier": "batch"}, {"processing": "batch"}, True),
    ({"service_tier": "default"}, {"service_tier": "default"}, False),
    ({"service_tier": "flex"}, {"service_tier": "flex"}, True),
    ({"service_tier": "priority"}, {"service_tier": "priority"}, True),
    ({"service_tier": "fast"}, {"service_tier": "fast"}, True),
    ({"speed": "fast"}, {"speed": "fast"}, True),
)
# Names that the shipped corrections price otherwise than genai-prices, and why.
CORRECTED = {
    ("google", "gemini-3.5-flash"): "batch is half, which its data lack",
    ("google", "gemini-3.5-flash-preview"): "the same model",
    ("google", "gemini-3.7-flash"): "batch is half, which its data lack",
    ("deepseek", "deepseek-chat"): "retired; its data are of early 2025",
    ("deepseek", "deepseek-chat-v3-0324"): "the same model",
    ("deepseek", "deepseek-reasoner"): "retired; its data are of early 2025",
    ("deepseek", "deepseek-r1"): "the same model",
    ("deepseek", "deepseek-r1-0528"): "the same model",
    # Doubled on weekends by its data; TIMES has none, so they are compared.
    # Moving names of Mistral, which its data still have where they pointed in 2024 and 2025.
    ("mistral", "mistral-large-latest"): "Large 3",
    ("mistral", "mistral-medium"): "Medium 3.5",
    ("mistral", "codestral-latest"): "Codestral 2508, with its cached rate",
}


def names_of(provider: str) -> list[str]:
    prices = load_table(SHIPPED).provider_prices(provider)
    assert prices is not None
    they = next(entry for entry in theirs if entry.id == provider)
    # A few of their rows have an id that is not a model's name (codestral, ft:gpt-4o), which they do not know either.
    return sorted(name for name in {*prices, *prices.names} if they.find_model(name))


def some_usage(choice: random.Random) -> Usage:
    tokens = choice.choice(SIZES)
    read_tokens = choice.choice((0, tokens // 3, tokens // 2))
    write_tokens = choice.choice((0, 0, (tokens - read_tokens) // 2))
    output = choice.choice((0, 1, 777, 12_345))
    spoken = choice.random() < 0.1
    cached_audio = read_tokens // 4 if spoken else 0
    return Usage(
        input=tokens,
        output=output,
        cache_read=read_tokens,
        cache_write=write_tokens,
        cache_write_long=choice.choice((0, write_tokens // 2, write_tokens)),
        input_audio=cached_audio + (tokens - read_tokens - write_tokens) // 2 if spoken else 0,
        cache_read_audio=cached_audio,
        output_audio=output // 2 if spoken else 0,
        web_searches=choice.choice((0, 0, 0, 0, 3)),
    )


def their_usage(usage: Usage) -> genai_prices.Usage:
    return genai_prices.Usage(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
        cache_write_1h_tokens=usage.cache_write_long,
        input_audio_tokens=usage.input_audio,
        cache_audio_read_tokens=usage.cache_read_audio,
        output_audio_tokens=usage.output_audio,
        web_searches=usage.web_searches,
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_costs_equal_those_of_genai_prices_to_the_last_digit(provider: str) -> None:
    book, choice = PriceBook(), random.Random(provider)
    differing: list[str] = []
    seen: Counter[str] = Counter()
    for name in names_of(provider):
        if (provider, name) in CORRECTED:
            seen["corrected"] += 1
            continue
        for _ in range(5):
            usage, when = some_usage(choice), choice.choice(TIMES)
            ours, theirs_context, needs_rates = choice.choice(CONTEXTS)
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
            if price is None and needs_rates and not lists(their, when, theirs_context):
                seen["they price as standard, we do not know"] += 1
                continue
            if price is None:
                seen["not priced by text tokens"] += 1
                assert not_priced_by_text(their), (name, ours)
                continue
            cost = price.cost(usage)
            if cost is None:
                seen["something has no rate"] += 1
                assert unrated(price.rates_for(usage.input), usage), (name, usage)
                continue
            seen["equal"] += 1
            if cost != their.total_price:
                differing.append(f"{name} {when} {ours} {usage}: {cost} and not {their.total_price}")
    assert not differing, "\n".join(differing[:20])
    least = {"deepseek": 15, "anthropic": 200, "mistral": 100, "google": 250, "openai": 500, "openrouter": 500}
    assert seen["equal"] >= least.get(provider, 1), seen


@pytest.mark.parametrize(("provider", "name"), CORRECTED)
def test_a_corrected_name_is_one_that_genai_prices_has_otherwise(provider: str, name: str) -> None:
    """A correction that has become superfluous with newer data goes."""
    when = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    usage = Usage(input=90_000, output=1000, cache_read=30_000)

    def equal(ours: dict[str, Any], theirs_context: dict[str, str]) -> bool:
        cost = PriceBook().cost_of(
            provider=OURS.get(provider, provider), model=name, usage=usage, when=when.timestamp(), **ours
        )
        their = genai_prices.calc_price(
            their_usage(usage), name, provider_id=provider, genai_request_timestamp=when, price_context=theirs_context
        )
        return cost.dollars == their.total_price

    assert not equal({}, {}) or not equal({"batch": True}, {"processing": "batch"})


def lists(their: genai_prices.types.PriceCalculation, when: datetime, context: dict[str, str]) -> bool:
    """Return whether their data have rates for a way of processing."""
    return any(
        all(context.get(key) == value for key, value in variant.when.items())
        and (variant.constraint is None or variant.constraint.active(when))
        for variant in their.model.price_variants or ()
    )


def unrated(rates: Rates, usage: Usage) -> bool:
    """Return whether a usage has something that the rates do not."""
    return any(
        amount and rate is None
        for amount, rate in (
            (usage.output - usage.output_audio, rates.output),
            (usage.input_audio, rates.input_audio),
            (usage.output_audio, rates.output_audio),
            (usage.web_searches, rates.web_search),
        )
    )


def not_priced_by_text(their: genai_prices.types.PriceCalculation) -> bool:
    kinds = their.model_price.__dict__.keys()
    return "input_mtok" not in kinds or "requests_kcount" in kinds
