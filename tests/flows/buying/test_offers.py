"""The order of offers, beside fractions of what each seller would bill."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.config.schema import Config
from scrimp.flows.buying.offers import Offers
from scrimp.flows.buying.provider_credits import Credit, CreditUse, ProviderCredits
from scrimp.flows.buying.sellers import Sellers
from scrimp.prices.book import PriceBook
from scrimp.prices.price_row import Condition, DatedRates, PriceRow
from scrimp.prices.rates import Band, Rates
from scrimp.providers.presets import PRESETS
from scrimp.values import ModelRef, Usage

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
LUNA = ModelRef("openai", "gpt-6-luna", buy="cheapest")
NAMES = {
    "openai": "gpt-6-luna", "openrouter": "openai/gpt-6-luna", "tokenmix": "gpt-6-luna", "litellm": "openai/gpt-6-luna",
}  # fmt: skip


def offers(
    own: dict[str, Any], *, granted: dict[str, str] | None = None, used: dict[str, str] | None = None,
    available: tuple[str, ...] = tuple(NAMES), when: float = NOW, notes: list[str] | None = None, **config: Any,
) -> Offers:  # fmt: skip
    book = PriceBook(own)
    credit = {name: Credit(dollars=Decimal(dollars)) for name, dollars in (granted or {}).items()}
    left = ProviderCredits(
        credit, {name: CreditUse(dollars=Decimal(dollars)) for name, dollars in (used or {}).items()}
    )
    sellers = Sellers(Config(**config), PRESETS, book, tuple(own))
    note = [].append if notes is None else notes.append
    return Offers(lambda: sellers, book, left, available=available, clock=lambda: when, note=note)


def order(here: Offers, size: int = 400, model: ModelRef = LUNA) -> list[str]:
    return [place.provider for place in here.in_order(model, size)]


def rates(rate_in: Any, rate_out: Any) -> Rates:
    return Rates(input=Decimal(rate_in), output=Decimal(rate_out))


@settings(max_examples=30)
@given(
    prices=st.dictionaries(
        st.sampled_from(sorted(NAMES)), st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2
    ),
    size=st.integers(0, 1_000_000), most=st.none() | st.integers(1, 5000),
)  # fmt: skip
def test_the_first_is_the_one_that_bills_least_for_this_prompt(
    prices: dict[str, tuple[int, int]], size: int, most: int | None
) -> None:
    own = {f"{name}/{NAMES[name]}": rates(*pair) for name, pair in prices.items()}
    named = min(prices, key=lambda name: name != "openai")  # the one that it is named at
    model = ModelRef(named, NAMES[named], max_output=most, buy="cheapest")

    found = order(offers(own, available=tuple(prices)), size, model)

    def bill(name: str) -> Fraction:
        tokens_in, tokens_out = size // 4, min(200, most or 200)
        return Fraction(tokens_in * prices[name][0] + tokens_out * prices[name][1], 1_000_000)

    assert sorted(found) == sorted(prices)
    assert [bill(name) for name in found] == sorted(map(bill, prices))
    assert bill(found[0]) < bill(named) or found[0] == named  # of equals the one that is named


def test_the_hour_and_the_size_decide() -> None:
    by_day = PriceRow((
        DatedRates((Band(rates(1, 1)), Band(rates(9, 9), 1000))),
        DatedRates((Band(rates(3, 3)),), Condition(start="08:00", end="16:00")),
    ))  # fmt: skip
    own = {"openai/gpt-6-luna": by_day, "openrouter/openai/gpt-6-luna": rates(2, 2)}
    night = datetime(2026, 11, 24, 20, tzinfo=UTC).timestamp()

    assert order(offers(own, available=("openai", "openrouter"))) == ["openrouter", "openai"]
    assert order(offers(own, available=("openai", "openrouter"), when=night)) == ["openai", "openrouter"]
    long = order(offers(own, available=("openai", "openrouter"), when=night), 10_000)
    assert long == ["openrouter", "openai"]


def test_what_has_no_known_price_is_bought_last() -> None:
    own = {"openai/gpt-6-luna": Rates(input=Decimal(1)), "openrouter/openai/gpt-6-luna": rates(500, 500)}

    assert order(offers(own, available=("openai", "openrouter"))) == ["openrouter", "openai"]


def test_a_credit_is_used_up_first_and_no_further() -> None:
    own = {"openai/gpt-6-luna": rates(1, 1), "openrouter/openai/gpt-6-luna": rates(2, 2)}
    here = offers(own, granted={"openrouter": "0.50"}, used={"openrouter": "0.20"}, available=("openai", "openrouter"))

    assert order(here) == ["openrouter", "openai"]
    here.credits.pay("openrouter", Decimal("0.299999"))
    assert order(here) == ["openrouter", "openai"]
    here.credits.pay("openrouter", Decimal("0.000001"))
    assert order(here) == ["openai", "openrouter"]
    assert here.credits.left("openrouter") == 0


def test_a_model_stays_where_it_is_named_unless_it_may_be_bought_elsewhere() -> None:
    own = {"openai/gpt-6-luna": rates(9, 9), "openrouter/openai/gpt-6-luna": rates(1, 1)}
    explicit = ModelRef("openai", "gpt-6-luna")

    assert order(offers(own), model=explicit) == ["openai"]
    assert order(offers(own, available=("openrouter",)), model=explicit) == []
    assert order(offers(own, available=("openrouter",))) == ["openrouter"]


def test_a_gateway_sells_only_what_is_named_there() -> None:
    assert order(offers({})) == ["openai", "openrouter"]
    named = offers({}, tiers={"simple": ("litellm/openai/gpt-6-luna",)})
    assert order(named) == ["openai", "litellm", "openrouter"]


def test_where_a_model_is_bought_is_said_once() -> None:
    notes: list[str] = []
    here = offers(
        {"openrouter/openai/gpt-6-luna": rates("0.05", "0.25")}, available=("openai", "openrouter"), notes=notes
    )

    for size in (1, 1000, 2_000_000):
        order(here, size)

    (note,) = notes
    assert note.startswith("openai/gpt-6-luna is bought as openrouter/openai/gpt-6-luna, for $0.05 in and $0.25 out")
    assert note.endswith(" (at openai: $0.10 in and $0.50 out)")


def test_an_effort_that_another_seller_does_not_take_is_not_bought_there() -> None:
    own = {"tokenmix/claude-opus-4.6": rates(0, 0)}
    sellers = Sellers(Config(), PRESETS, PriceBook(own), tuple(own))

    def sold(**effort: Any) -> list[str]:
        model = ModelRef("anthropic", "claude-opus-4-6", buy="cheapest", **effort)
        return [each.provider for each in sellers.of(model, ("anthropic", "openrouter", "tokenmix"))]

    assert sold() == ["anthropic", "tokenmix", "openrouter"]
    assert sold(arm="max") == sold(effort="none") == ["anthropic", "openrouter"]


def test_a_cost_of_a_usage_with_one_kind_of_token_is_compared_as_it_is() -> None:
    here = offers({"openai/gpt-6-luna": rates(0, 5), "openrouter/openai/gpt-6-luna": rates(5, 0)})
    places = here.places(LUNA)

    assert here.compare(places, Usage(input=1))[0].model.provider == "openai"
    assert here.compare(places, Usage(output=1))[0].model.provider == "openrouter"


def test_a_recording_and_a_list_of_what_is_not_sold_are_no_sellers() -> None:
    endpoints = {**PRESETS, "recorded": replace(PRESETS["openai"], name="recorded", transport="replay")}
    own = {"recorded/gpt-6-luna": rates(0, 0), "recorded/gpt-oss-120b": rates(0, 0)}
    sellers = Sellers(Config(), endpoints, PriceBook(own), tuple(own))

    assert [each.provider for each in sellers.of(LUNA)] == ["openai", "openrouter"]
    weights = ModelRef("groq", "openai/gpt-oss-120b", buy="cheapest")  # OpenAI's own API does not serve them
    assert {each.provider for each in sellers.of(weights)} == {"groq", "together", "fireworks", "openrouter"}
