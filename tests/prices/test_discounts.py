"""Discounts, beside fractions of what the same call costs without them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import ConfigError
from scrimp.prices.book import PriceBook
from scrimp.prices.discounts import Discounts
from scrimp.prices.own_prices import OwnPrice
from scrimp.prices.rates import Rates
from scrimp.units import parse_discount
from scrimp.values import Usage

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
MODELS = [
    ("openai", "gpt-6-luna"), ("openai", "gpt-5.4"), ("anthropic", "claude-opus-5-5"), ("gemini", "gemini-3.8-flash"),
    ("deepseek", "deepseek-flash"), ("mistral", "mistral-large-4"),
]  # fmt: skip
PLAIN = PriceBook()
USAGES = st.builds(
    lambda fresh, read, written, output, searches: Usage(
        input=fresh + read + written, cache_read=read, cache_write=written, output=output, web_searches=searches
    ),
    st.integers(0, 400_000), st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 99_999), st.integers(0, 0),
)  # fmt: skip


def cost(book: PriceBook, provider: str, model: str, usage: Usage, *, batch: bool = False) -> Fraction:
    dollars = book.cost_of(provider=provider, model=model, usage=usage, when=NOW, batch=batch).dollars
    assert dollars is not None
    return Fraction(dollars)


@given(usage=USAGES, hundredths=st.integers(-2000, 9999), where=st.sampled_from(MODELS))
def test_a_discount_is_taken_off_the_bill_to_the_last_digit(
    usage: Usage, hundredths: int, where: tuple[str, str]
) -> None:
    share = parse_discount(f"{Decimal(hundredths) / 100}%", "discount")
    book = PriceBook(discounts=Discounts(providers={where[0]: share}))

    assert cost(book, *where, usage) == cost(PLAIN, *where, usage) * (10_000 - hundredths) / 10_000
    batch = cost(book, *where, usage, batch=True)
    assert batch == cost(PLAIN, *where, usage, batch=True) * (10_000 - hundredths) / 10_000


@given(usage=USAGES, percent=st.integers(0, 100), where=st.sampled_from(MODELS))
def test_a_discount_on_batches_is_one_on_the_price_of_live_calls(
    usage: Usage, percent: int, where: tuple[str, str]
) -> None:
    share = 1 - Decimal(percent) / 100
    for discounts in (
        Discounts(provider_batches={where[0]: share}),
        Discounts(model_batches={"/".join(where): share}, provider_batches={where[0]: Decimal(7)}),
    ):
        book = PriceBook(discounts=discounts)
        assert cost(book, *where, usage) == cost(PLAIN, *where, usage)
        assert cost(book, *where, usage, batch=True) == cost(PLAIN, *where, usage) * (100 - percent) / 100


def test_a_price_of_ones_own_is_what_is_paid_and_has_no_discount_but_that_on_its_batches() -> None:
    own = OwnPrice(rates=Rates(input=Decimal(3), output=Decimal(8)))
    half = Discounts(providers={"openai": Decimal("0.5")}, provider_batches={"openai": Decimal("0.25")})
    book = PriceBook({"openai/gpt-6-luna": own.row}, discounts=half)
    usage = Usage(input=1000, output=1000)

    assert cost(book, "openai", "gpt-6-luna", usage) == Fraction(11, 1000)
    assert cost(book, "openai", "gpt-6-luna", usage, batch=True) == Fraction(11, 4000)


def test_own_rates_of_batches_go_before_a_discount_on_them() -> None:
    own = OwnPrice(rates=Rates(input=Decimal(3), output=Decimal(8)), batch=Rates(input=Decimal(1)))
    book = PriceBook({"openai/x": own.row}, discounts=Discounts(provider_batches={"openai": Decimal("0.1")}))

    assert cost(book, "openai", "x", Usage(input=1000, output=1000), batch=True) == Fraction(9, 1000)


def test_a_reply_that_says_it_was_a_batch_gets_the_discount_on_batches_too() -> None:
    usage = Usage(input=1000, output=1000)
    book = PriceBook(discounts=Discounts(model_batches={"openai/gpt-6.2-sol": Decimal("0.5")}))

    told = book.cost_of(provider="openai", model="gpt-6.2-sol", usage=usage, when=NOW, service_tier="batch").dollars

    assert told == Decimal("0.006")  # half of 2 and 10 dollars a million
    assert PLAIN.cost_of(
        provider="openai", model="gpt-6.2-sol", usage=usage, when=NOW, service_tier="batch"
    ).dollars is None  # fmt: skip


def test_searches_cost_the_same_in_a_batch() -> None:
    book = PriceBook(discounts=Discounts(provider_batches={"openai": Decimal("0.5")}))

    assert cost(book, "openai", "gpt-6-luna", Usage(web_searches=1000), batch=True) == 10


def test_what_a_provider_reports_is_the_bill_whatever_the_discount() -> None:
    book = PriceBook(discounts=Discounts(providers={"openrouter": Decimal("0.5")}))

    told = book.cost_of(
        provider="openrouter", model="openai/gpt-6-luna", usage=Usage(input=9), when=NOW, reported=Decimal("0.01")
    )

    assert (told.dollars, told.source) == (Decimal("0.01"), "reported")


@pytest.mark.parametrize(
    ("discount", "source"),
    [("15%", "2026-11-09 less 15%"), ("5.25%", "2026-11-09 less 5.25%"), ("-5.5%", "2026-11-09 plus 5.5%"),
     ("10%", "2026-11-09 less 10%"), ("0%", "2026-11-09")],
)  # fmt: skip
def test_the_source_of_a_price_tells_the_discount_on_it(discount: str, source: str) -> None:
    book = PriceBook(discounts=Discounts(providers={"openai": parse_discount(discount, "discount")}))

    price = book.price("openai", "gpt-6-luna", NOW)

    assert price is not None
    assert price.source == source


def test_each_tier_and_size_of_a_price_of_ones_own_has_its_rates() -> None:
    own = OwnPrice(
        rates=Rates(input=Decimal(1), output=Decimal(2)), above={"1000": Rates(input=Decimal(3))},
        tiers={"flex": Rates(output=Decimal(1))},
    )  # fmt: skip
    book = PriceBook({"house/big": own.row})

    def dollars(tokens: int, tier: str | None = None) -> Decimal | None:
        usage = Usage(input=tokens, output=1000)
        return book.cost_of(provider="house", model="big", usage=usage, when=NOW, service_tier=tier).dollars

    assert [dollars(1000), dollars(1001), dollars(1000, "flex"), dollars(1000, "priority")] == [
        Decimal("0.003"), Decimal("0.005003"), Decimal("0.002"), Decimal("0.003"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["15", "101%", "x%", "", "%", "nan%", "-1001%", "1e9999%"])
def test_what_is_not_a_discount_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a discount: write a percentage such as 15%"):
        parse_discount(text, "discount")
