"""What recorded replies cost: by hand to the last digit, and as genai-prices reads and prices the same bytes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import anthropic.types
import genai_prices
import openai.types.chat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from prices.recorded_replies import ANTHROPIC, NOON, OPENAI, REPLIES, Reply, chat, content, counted, message
from providers.dialect_replies import completed, read
from scrimp.flows.spend.call_price import price_call
from scrimp.flows.spend.cost_bound import most_dollars
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


@pytest.mark.parametrize("reply", REPLIES, ids=name_of)
def test_no_reply_costs_more_than_a_call_of_its_size_can_but_for_what_no_call_asks_for(reply: Reply) -> None:
    """The bound of a call is what a cap reserves, and what a lost call is said to have cost at most."""
    completion = completed(read(reply.provider, reply.body, headers=reply.headers, model=reply.asked))
    usage, unasked = completion.usage, {completion.service_tier, completion.speed} & {"priority", "fast"}
    if usage is None or reply.cost is None or unasked or Fraction(reply.plus):
        return
    bound = most_dollars(
        BOOK, reply.provider, completion.model, tokens=(usage.input, usage.output), when=reply.when.timestamp(),
        batch=reply.batch,
    )  # fmt: skip

    assert bound is not None
    assert bound >= reply.cost


@pytest.mark.parametrize("reply", [reply for reply in REPLIES if reply.flavor], ids=name_of)
def test_a_reply_costs_what_genai_prices_says_or_the_reason_is_known(reply: Reply) -> None:
    assert (theirs(reply) == ours(reply)) == (not reply.differs), (theirs(reply), ours(reply))


@pytest.mark.parametrize("reply", [*OPENAI, *ANTHROPIC], ids=name_of)
def test_a_recorded_reply_has_the_form_that_the_vendors_own_library_reads(reply: Reply) -> None:
    if reply.provider == "openai":
        read_by_sdk = openai.types.chat.ChatCompletion.model_validate(reply.body)
        assert read_by_sdk.choices[0].message.content == "Hello."
    else:
        as_message = anthropic.types.Message.model_validate(reply.body)
        assert as_message.usage.input_tokens == reply.body["usage"]["input_tokens"]


_COUNTS = st.integers(0, 300_000) | st.integers(0, 2000)


@given(
    model=st.sampled_from(["gpt-6-luna", "gpt-5.4", "gpt-6-sol", "gpt-4.1", "gpt-4o-mini"]),
    way=st.sampled_from(["default", "flex", "priority", "batch"]), fresh=st.integers(1, 300_000), cached=_COUNTS,
    written=_COUNTS, answer=_COUNTS, hidden=_COUNTS,
)  # fmt: skip
def test_any_chat_completion_costs_what_genai_prices_makes_of_it(
    model: str, way: str, fresh: int, cached: int, written: int, answer: int, hidden: int
) -> None:
    usage = counted(fresh + cached + written, answer + hidden, cached=cached, written=written, hidden=hidden)
    context = {"batch": {"processing": "batch"}, "default": {}}.get(way, {"service_tier": way})
    tier = "default" if way == "batch" else way
    _compare(
        Reply(
            name="any", provider="openai", asked=model, body=chat(model, usage, service_tier=tier), hand=None,
            flavor="chat", batch=way == "batch", context=context,
        )
    )  # fmt: skip


@given(
    model=st.sampled_from(["claude-haiku-5-5", "claude-opus-5-5", "claude-sonnet-4-6", "claude-fable-5-2"]),
    way=st.sampled_from(["standard", "batch", "fast"]), fresh=st.integers(1, 200_000), read_=_COUNTS, short=_COUNTS,
    long=_COUNTS, output=_COUNTS, searches=st.integers(0, 3),
)  # fmt: skip
def test_any_message_costs_what_genai_prices_makes_of_it(
    model: str, way: str, fresh: int, read_: int, short: int, long: int, output: int, searches: int
) -> None:
    body = message(
        model, input_tokens=fresh, cache_read_input_tokens=read_, cache_creation_input_tokens=short + long,
        cache_creation={"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long}, output_tokens=output,
        server_tool_use={"web_search_requests": searches, "web_fetch_requests": 0},
        service_tier="batch" if way == "batch" else "standard", speed="fast" if way == "fast" else "standard",
    )  # fmt: skip
    context = {"batch": {"processing": "batch"}, "fast": {"speed": "fast"}, "standard": {}}[way]
    _compare(
        Reply(name="any", provider="anthropic", asked=model, body=body, hand=None, flavor="default", context=context)
    )  # fmt: skip


@given(
    model=st.sampled_from(["gemini-3.8-flash", "gemini-4-argon", "gemini-2.5-pro", "gemini-2.5-flash-lite"]),
    fresh=st.integers(1, 300_000), cached=_COUNTS, tools=_COUNTS, answer=_COUNTS, hidden=_COUNTS, batch=st.booleans(),
    month=st.sampled_from([11, 12]),
)  # fmt: skip
def test_any_generated_content_costs_what_genai_prices_makes_of_it(
    model: str, fresh: int, cached: int, tools: int, answer: int, hidden: int, batch: bool, month: int
) -> None:
    body = content(
        model, promptTokenCount=fresh + cached, cachedContentTokenCount=cached, toolUsePromptTokenCount=tools,
        candidatesTokenCount=answer, thoughtsTokenCount=hidden,
        totalTokenCount=fresh + cached + tools + answer + hidden,
    )  # fmt: skip
    _compare(
        Reply(
            name="any", provider="gemini", asked=model, body=body, hand=None, flavor="default", batch=batch,
            context={"processing": "batch"} if batch else {}, when=NOON.replace(month=month),
        )
    )  # fmt: skip


def _compare(reply: Reply) -> None:
    """Compare where a list has rates for the way of processing: without any genai-prices takes the standard ones."""
    cost = ours(reply)
    if cost is None:
        tier = reply.context.get("service_tier") or reply.context.get("speed")
        assert tier is not None
        assert theirs(reply) == theirs(replace(reply, context={}))
    else:
        assert cost == theirs(reply)


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
