from __future__ import annotations

import json
from calendar import timegm
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from scrimp.errors import ConfigError
from scrimp.prices.book import Cost, Price, PriceBook
from scrimp.prices.rates import Band, Rates
from scrimp.values import Usage

NOON = timegm((2026, 11, 23, 12, 0, 0))  # a Monday
SMALL = Usage(input=1000, output=1000)


def input_rate(provider: str, model: str, when: float = NOON, *, batch: bool = False) -> Decimal | None:
    price = PriceBook().price(provider, model, when, batch=batch)
    return None if price is None else price.rates_for(0).input


def test_what_the_provider_reports_is_the_cost() -> None:
    cost = PriceBook().cost_of(
        provider="openrouter", model="openai/gpt-6-luna", usage=SMALL, when=NOON, reported=Decimal("0.5")
    )

    assert cost == Cost(Decimal("0.5"), "reported")


def test_the_users_price_comes_before_ours_and_covers_dated_snapshots() -> None:
    book = PriceBook({"openai/gpt-6-luna": Rates(input=Decimal(7), output=Decimal(9))})

    for model in ("gpt-6-luna", "gpt-6-luna-2026-09-22"):
        cost = book.cost_of(provider="openai", model=model, usage=SMALL, when=NOON)
        assert cost == Cost(Decimal("0.016"), "user")
    assert book.price("openai", "gpt-6-luna-pro", NOON) is None


def test_the_table_names_its_day() -> None:
    book = PriceBook()
    cost = book.cost_of(provider="openai", model="gpt-6-luna", usage=SMALL, when=NOON)

    assert cost == Cost(Decimal("0.0006"), "2026-11-09")
    assert book.date == "2026-11-09"
    assert "genai-prices" in book.origin


def test_a_correction_names_its_own_day_source_and_mark() -> None:
    price = PriceBook().price("openai", "gpt-6.2-sol", NOON)

    assert price is not None
    assert (price.source, price.rule) == ("2026-11-17", "exact")
    assert "third-party" in price.origin
    assert "assumed" in (price.mark or "")


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-7"),
        ("openai", "gpt-6"),
        ("tokenmix", "gpt-4o-mini"),
        ("work", "gpt-4o-mini"),
        ("ollama", "gpt-oss:120b-cloud"),
        ("openai", "whisper-1"),
        ("litellm", "fast-one"),
    ],
)
def test_an_unknown_price_is_unknown_and_not_zero(provider: str, model: str) -> None:
    assert PriceBook().cost_of(provider=provider, model=model, usage=SMALL, when=NOON) == Cost(None, None)


def test_a_model_on_the_users_machine_is_known_to_be_free() -> None:
    for provider, model in (("local", "smollm2-135m"), ("ollama", "qwen3:8b")):
        cost = PriceBook().cost_of(provider=provider, model=model, usage=SMALL, when=NOON)
        assert cost == Cost(Decimal(0), "local")


def test_a_long_prompt_costs_its_band_from_first_token_to_last() -> None:
    def dollars(tokens: int) -> Decimal | None:
        usage = Usage(input=tokens, output=1000)
        return PriceBook().cost_of(provider="anthropic", model="claude-haiku-5-5", usage=usage, when=NOON).dollars

    assert dollars(100_000) == Decimal("0.0105")
    assert dollars(100_001) == Decimal("0.0525005")


def test_batch_jobs_cost_half_where_half_is_listed() -> None:
    assert input_rate("openai", "gpt-6-luna", batch=True) == Decimal("0.05")
    assert input_rate("gemini", "gemini-3.5-flash", batch=True) == Decimal("0.75")
    assert input_rate("openrouter", "openai/gpt-6-luna", batch=True) == Decimal("0.05")
    assert input_rate("openai", "gpt-6.2-sol", batch=True) == Decimal(2)


def test_a_price_says_whether_it_is_for_batch_jobs() -> None:
    book = PriceBook()

    assert [
        price.batch if (price := book.price("openai", model, NOON, batch=True)) else None
        for model in ("gpt-6-luna", "gpt-6.2-sol")
    ] == [True, False]


def test_a_tier_in_the_reply_sets_the_price() -> None:
    def dollars(tier: str | None) -> Decimal | None:
        return (
            PriceBook()
            .cost_of(provider="openai", model="gpt-6-luna", usage=SMALL, when=NOON, service_tier=tier)
            .dollars
        )

    assert dollars("default") == dollars(None) == Decimal("0.0006")
    assert dollars("flex") == Decimal("0.0003")
    assert dollars("priority") == Decimal("0.0012")


def test_anthropics_batch_tier_is_a_batch_job() -> None:
    cost = PriceBook().cost_of(
        provider="anthropic", model="claude-opus-5-5", usage=SMALL, when=NOON, service_tier="batch"
    )

    assert cost.dollars == Decimal("0.012")


@pytest.mark.parametrize(
    ("when", "dollars"),
    [
        ((2026, 11, 23, 0, 59, 59), "0.15"),
        ((2026, 11, 23, 1, 0, 0), "0.30"),
        ((2026, 11, 23, 5, 0, 0), "0.15"),
        ((2026, 11, 23, 9, 59, 59), "0.30"),
        ((2026, 11, 23, 10, 0, 0), "0.15"),
        ((2026, 11, 28, 2, 0, 0), "0.15"),  # Saturday
        ((2026, 11, 29, 7, 0, 0), "0.15"),  # Sunday
    ],
)
def test_deepseek_doubles_at_peak_hours_of_working_days(when: tuple[int, ...], dollars: str) -> None:
    assert input_rate("deepseek", "deepseek-flash", timegm(when)) == Decimal(dollars)
    assert input_rate("deepseek", "deepseek-v4-flash-0731", timegm(when)) == Decimal(dollars)


def test_a_run_that_asks_for_the_prices_of_two_minutes_in_turn_has_each_made_once() -> None:
    book = PriceBook()
    begun, now = (book.price("openai", "gpt-6-luna", when) for when in (NOON, NOON + 90))

    assert book.price("openai", "gpt-6-luna", NOON) is begun
    assert book.price("openai", "gpt-6-luna", NOON + 90) is now is not begun


def test_an_announced_rise_takes_effect_on_its_day() -> None:
    before, after = timegm((2026, 11, 30, 23, 59, 59)), timegm((2026, 12, 1, 0, 0, 0))

    assert input_rate("gemini", "gemini-4-argon", before) == Decimal(2)
    assert input_rate("gemini", "gemini-4-argon", after) == Decimal(4)


@pytest.mark.parametrize(
    ("provider", "model", "seller"),
    [
        ("litellm", "openai/gpt-6-luna", "openai"),
        ("litellm", "gemini/gemini-3.8-flash", "google"),
        ("litellm", "openrouter/openai/gpt-6-luna", "openrouter"),
        ("litellm", "dashscope/qwen-plus", "qwen"),
        ("litellm", "claude-haiku-5-5", "anthropic"),
        ("portkey", "@work-key/gpt-6-luna", "openai"),
        ("portkey", "gemini-3.8-flash", "google"),
        ("helicone-openai", "gpt-6-luna", "openai"),
        ("gemini", "models/gemini-3.8-flash", "google"),
    ],
)
def test_a_gateways_model_is_priced_by_its_vendors_list(provider: str, model: str, seller: str) -> None:
    price = PriceBook().price(provider, model, NOON)

    assert price is not None
    assert price.provider == seller


def test_a_configured_provider_may_be_on_anothers_list() -> None:
    book = PriceBook({"work/gpt-6.1-sol": Rates(input=Decimal(1), output=Decimal(1))}, lists={"work": "openai"})

    def cost(model: str) -> Cost:
        return book.cost_of(provider="work", model=model, usage=SMALL, when=NOON)

    assert cost("gpt-6-luna") == Cost(Decimal("0.0006"), "2026-11-09")
    assert cost("gpt-6.1-sol") == Cost(Decimal("0.002"), "user")


def test_the_list_has_every_model_once_with_corrections_in_place() -> None:
    listed = list(PriceBook().listings(NOON))
    lines = {(line.provider, line.model): line for line in listed}

    assert len(lines) == len(listed) > 2000
    assert lines["openai", "gpt-6.2-sol"].standard.source == "2026-11-17"
    assert lines["openai", "gpt-6.2-sol"].batch is None
    assert lines["google", "gemini-3.5-flash"].batch is not None
    assert {line.provider for line in PriceBook().listings(NOON, "gemini")} == {"google"}


def test_a_newer_table_replaces_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "newer.json"
    row = {"prices": [{"bands": [{"rates": {"input": "3", "output": "3"}}]}]}
    path.write_text(
        json.dumps(
            {"date": "2027-02-01", "source": "us", "licence": "MIT", "providers": {"openai": {"rows": {"gpt-7": row}}}}
        )
    )
    book = PriceBook(table=path)

    assert book.cost_of(provider="openai", model="gpt-7", usage=SMALL, when=NOON) == Cost(
        Decimal("0.006"), "2027-02-01"
    )
    assert book.price("openai", "gpt-6-luna", NOON) is None


def test_a_table_of_the_shipped_ones_day_is_used_and_an_older_one_is_not(tmp_path: Path) -> None:
    row = {"prices": [{"bands": [{"rates": {"input": "3", "output": "3"}}]}]}
    day = date.fromisoformat(PriceBook().date)
    for known, when in ((True, day), (False, day - timedelta(days=1))):
        path = tmp_path / f"{when}.json"
        path.write_text(
            json.dumps({"date": f"{when}", "source": "us", "licence": "MIT",
                        "providers": {"openai": {"rows": {"gpt-7": row}}}})
        )  # fmt: skip

        assert (PriceBook(table=path).price("openai", "gpt-7", NOON) is not None) == known


def test_a_provider_whose_address_keeps_calls_in_a_region_costs_what_it_costs_there() -> None:
    regional = PriceBook(lists={"eu": "openai"}, regions={"eu": "regional"})
    plain, there = (
        book.cost_of(provider=name, model="gpt-6-luna", usage=SMALL, when=NOON).dollars
        for book, name in ((PriceBook(), "openai"), (regional, "eu"))
    )

    assert plain is not None
    assert there == plain * Decimal("1.1")
    assert regional.cost_of(provider="openai", model="gpt-6-luna", usage=SMALL, when=NOON).dollars == plain


def test_a_size_above_which_tokens_cost_less_is_no_cliff() -> None:
    def price(*inputs: str) -> Price:
        bands = tuple(
            Band(Rates(input=Decimal(rate)), above) for above, rate in zip((0, 100, 200), inputs, strict=True)
        )
        return Price(bands=bands, source="user", rule="user", provider="x", model="m")

    dear, cheap, mixed = price("1", "2", "4"), price("4", "2", "1"), price("2", "1", "4")

    assert [dear.cliff(size) for size in (100, 101, 200, 201)] == [None, 100, 100, 200]
    assert [cheap.cliff(size) for size in (100, 101, 201)] == [None, None, None]
    assert [mixed.cliff(size) for size in (101, 201)] == [None, 200]


@pytest.mark.parametrize("content", [b"", b"[]", b"\x1f\x8bnot gzip", b'{"date":1}'])
def test_a_broken_table_is_named_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=r"the price table .*broken\.json cannot be read"):
        PriceBook(table=path).price("openai", "gpt-6-luna", NOON)


def test_a_table_not_fetched_yet_leaves_the_shipped_one(tmp_path: Path) -> None:
    assert PriceBook(table=tmp_path / "prices.json").price("openai", "gpt-6-luna", NOON) is not None


def test_a_table_of_another_format_is_named_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"date":"","source":"","licence":"","providers":{},"form":9}')

    with pytest.raises(ConfigError, match="format 9"):
        PriceBook(table=path).price("openai", "gpt-6-luna", NOON)


def test_a_provider_without_a_price_list_of_its_own_is_billed_by_the_one_it_names() -> None:
    named = PriceBook(lists={"work-gateway": "openai"})

    assert PriceBook().price("work-gateway", "gpt-6-luna", NOON) is None
    assert named.price("work-gateway", "gpt-6-luna", NOON) == PriceBook().price("openai", "gpt-6-luna", NOON)


def test_an_effort_after_a_models_name_has_no_part_in_its_price() -> None:
    recorded = PriceBook({"rec/gpt-5@low": Rates(input=Decimal(7), output=Decimal(9))})

    for name in ("openai/gpt-6.2-sol", "anthropic/claude-opus-5-5", "openrouter/openai/gpt-6-luna"):
        provider, _, model = name.partition("/")
        assert input_rate(provider, f"{model}@high") == input_rate(provider, model) is not None
    assert input_rate("openai", "gpt-6.2-sol@highest") is None  # is not an effort
    # A recording has prices by the whole names of its models.
    price = recorded.price("rec", "gpt-5@low", NOON)
    assert price is not None
    assert price.rates_for(0).input == 7
    assert recorded.price("rec", "gpt-5@high", NOON) is None
