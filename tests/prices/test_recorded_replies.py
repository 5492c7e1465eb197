"""What recorded replies cost: by hand to the last digit, and as genai-prices reads and prices the same bytes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import anthropic.types
import genai_prices
import openai.types.chat
import pytest
from msgspec.structs import replace

from prices.recorded_replies import ANTHROPIC, OPENAI, REPLIES, Reply
from providers.dialect_replies import completed, read
from scrimp.flows.spend.call_price import price_call
from scrimp.prices.book import PriceBook
from scrimp.providers.presets import PRESETS

BOOK = PriceBook(lists={name: preset.price_provider or name for name, preset in PRESETS.items()})
_THEIRS = {"gemini": "google"}


def ours(reply: Reply) -> Fraction | None:
    completion = completed(read(reply.provider, reply.body, headers=reply.headers, model=reply.asked))
    completion = replace(completion, batch=reply.batch)
    dollars, _ = price_call(BOOK, reply.provider, reply.asked, completion, reply.when.timestamp())
    return None if dollars is None else Fraction(dollars)


def theirs(reply: Reply) -> Fraction | None:
    try:
        extracted = genai_prices.extract_usage(
            reply.body, provider_id=_THEIRS.get(reply.provider, reply.provider), api_flavor=reply.flavor or ""
        )
        price = extracted.calc_price(genai_request_timestamp=reply.when, price_context=reply.context)  # type: ignore[arg-type]  # a mapping of words
    except (LookupError, ValueError):
        return None
    return Fraction(price.total_price)


def name_of(value: Any) -> str:
    return f"{value.provider}: {value.name}" if isinstance(value, Reply) else str(value)


@pytest.mark.parametrize("reply", REPLIES, ids=name_of)
def test_a_reply_costs_what_it_costs_by_hand_to_the_last_digit(reply: Reply) -> None:
    assert ours(reply) == reply.cost


@pytest.mark.parametrize("reply", [reply for reply in REPLIES if reply.flavor], ids=name_of)
def test_a_reply_costs_what_genai_prices_says_or_the_reason_is_known(reply: Reply) -> None:
    assert (theirs(reply) == ours(reply)) == (not reply.differs), (theirs(reply), ours(reply))


@pytest.mark.parametrize("reply", [*OPENAI, *ANTHROPIC], ids=name_of)
def test_a_recorded_reply_has_the_form_that_the_vendors_own_library_reads(reply: Reply) -> None:
    if reply.provider == "openai":
        read_by_sdk = openai.types.chat.ChatCompletion.model_validate(reply.body)
        assert read_by_sdk.choices[0].message.content == "Hello."
    else:
        message = anthropic.types.Message.model_validate(reply.body)
        assert message.usage.input_tokens == reply.body["usage"]["input_tokens"]


def test_every_kind_of_usage_is_among_the_replies() -> None:
    """A reply that was lost from the list would take its trap with it."""
    usages = [completed(read(reply.provider, reply.body, model=reply.asked)).usage for reply in REPLIES]
    known = [usage for usage in usages if usage is not None]

    for kind in ("cache_read", "cache_write", "cache_write_long", "reasoning", "web_searches"):
        assert any(getattr(usage, kind) for usage in known), kind
    assert {reply.provider for reply in REPLIES} >= {
        "openai", "anthropic", "gemini", "gemini-openai", "deepseek", "deepseek-anthropic", "mistral", "qwen",
        "openrouter", "litellm", "portkey", "helicone-openai", "tokenmix", "ollama",
    }  # fmt: skip
    assert any(reply.batch for reply in REPLIES)
    assert {tier for reply in REPLIES for tier in reply.context.values()} >= {"flex", "priority", "batch", "fast"}
