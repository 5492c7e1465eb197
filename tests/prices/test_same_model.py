"""Which names mean one model, judged by what the models cost: one that is another has another price."""

from __future__ import annotations

import genai_prices
import pytest

from scrimp.prices.book import PriceBook
from scrimp.prices.same_model import identity_of, is_own_model


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("openai", "gpt-6-luna"), ("openrouter", "openai/gpt-6-luna")),
        (("anthropic", "claude-opus-5-5"), ("openrouter", "anthropic/claude-opus-5.5")),
        (("tokenmix", "claude-sonnet-4.6"), ("anthropic", "claude-sonnet-4-6")),
        (("google", "gemini-3.8-flash"), ("openrouter", "google/gemini-3.8-flash")),
        (("google", "gemini-3.8-flash"), ("litellm", "gemini/gemini-3.8-flash")),
        (("mistral", "mistral-large-2512"), ("openrouter", "mistralai/mistral-large-2512")),
        (("x-ai", "grok-4.5"), ("openrouter", "x-ai/grok-4.5")),
        (("groq", "openai/gpt-oss-120b"), ("fireworks", "accounts/fireworks/models/gpt-oss-120b")),
        (("anthropic", "claude-haiku-4-5-20251001"), ("openrouter", "anthropic/claude-haiku-4.5@20251001")),
        (("portkey", "@mine/gpt-6-luna"), ("openai", "gpt-6-luna")),
        (("openai", "GPT-6-Luna"), ("openai", "gpt-6-luna")),
    ],
)
def test_spellings_of_one_model(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert identity_of(*one).is_same(identity_of(*other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("openai", "gpt-6-luna"), ("openrouter", "openai/gpt-6-luna-pro")),
        (("openai", "gpt-6-luna"), ("openrouter", "openai/gpt-6-luna:free")),
        (("openai", "gpt-6-luna"), ("openrouter", "openai/gpt-6-luna:batch")),
        (("openai", "gpt-6"), ("openai", "gpt-6-luna")),
        (("openai", "gpt-4o"), ("openai", "gpt-4o-2024-05-13")),
        (("openai", "gpt-4o"), ("openai", "gpt-4o-mini")),
        (("openai", "gpt-6-luna"), ("openrouter", "somebody/gpt-6-luna")),
        (("openai", "gpt-5.1"), ("openai", "gpt-5.11")),
        (("openai", "gpt-6-luna"), ("openai", "ft:gpt-6-luna:ours::abc")),
        (("anthropic", "claude-opus-5"), ("anthropic", "claude-opus-5-fast")),
    ],
)
def test_names_of_other_models(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not identity_of(*one).is_same(identity_of(*other))


def test_what_openrouter_resells_under_a_vendors_name_costs_about_what_the_vendor_asks() -> None:
    """Another model at the other place would show: no model of these vendors costs what a neighbor does."""
    book, seen = PriceBook(), 0
    at_router = {identity_of("openrouter", model): model for _, model in book.lookup.models("openrouter")}
    for provider, price_list in (("openai", "openai"), ("anthropic", "anthropic"), ("xai", "x-ai")):
        for _, model in book.lookup.models(provider):
            resold = at_router.get(identity_of(price_list, model))
            if resold is None or not is_own_model(price_list, model):
                continue
            costs = [
                genai_prices.calc_price(
                    genai_prices.Usage(input_tokens=1000, output_tokens=1000), name, provider_id=seller
                ).total_price
                for seller, name in ((price_list, model), ("openrouter", resold))
            ]
            seen += 1
            assert costs[0] * 2 >= costs[1] >= costs[0] / 2, (model, resold, costs)
    assert seen > 40


def test_a_list_may_have_models_that_its_owner_does_not_sell_there() -> None:
    assert is_own_model("google", "gemini-4-argon")
    assert not is_own_model("google", "claude-opus-4-5")
    assert not is_own_model("openai", "gpt-oss-120b")
    assert is_own_model("groq", "openai/gpt-oss-120b")
