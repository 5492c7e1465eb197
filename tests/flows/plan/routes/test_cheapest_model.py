"""Which of the models that can be called costs least."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.routes import Routes
from scrimp.config.schema import Config
from scrimp.errors import ConfigError
from scrimp.flows.plan.routes.cheapest_model import cheapest, cost_of_call
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.values import ModelRef

NOW = 1_795_000_000.0
NAMES = ("a", "b", "c")


def routes(*keyless: str) -> Routes:
    """Providers a, b and c with a model m each, one in every tier; those named have no key."""
    tree = {
        "providers": {
            name: {"dialect": "openai", "base_url": "https://x.example", "key_env": f"{name.upper()}_KEY"}
            for name in NAMES
        },
        "tiers": dict(zip(("simple", "medium", "high"), ([f"{name}/m"] for name in NAMES), strict=True)),
    }
    config = msgspec.convert(tree, Config)
    env = {f"{name.upper()}_KEY": "k" for name in NAMES if name not in keyless}
    return Routes(config, KeyRing(env, config.providers))


def prices(**dollars: float) -> PriceBook:
    return PriceBook(
        {f"{name}/m": Rates(input=Decimal(str(rate)), output=Decimal(str(rate))) for name, rate in dollars.items()}
    )


def test_the_model_that_costs_least_is_found_in_any_tier() -> None:
    assert cheapest(routes(), prices(a=3, b=1, c=2), NOW) == ModelRef("b", "m")


def test_a_model_without_a_key_or_without_a_price_is_not_the_cheapest() -> None:
    assert cheapest(routes("b"), prices(a=3, b=1, c=2), NOW) == ModelRef("c", "m")
    assert cheapest(routes(), prices(a=3, c=2), NOW) == ModelRef("c", "m")


def test_where_no_price_is_known_none_is_the_cheapest() -> None:
    with pytest.raises(ConfigError, match="the cheapest is unknown: use --model"):
        cheapest(routes(), prices(), NOW)


@given(st.tuples(*[st.integers(0, 3)] * 3))
def test_nothing_costs_less_and_of_equals_the_first_is_taken(rates: tuple[int, ...]) -> None:
    recorder, places = prices(**dict(zip(NAMES, rates, strict=True))), routes()

    found = cheapest(places, recorder, NOW)

    costs = [cost_of_call(ModelRef(name, "m"), recorder, NOW) for name in NAMES]
    assert NAMES.index(found.provider) == costs.index(min(cost for cost in costs if cost is not None))


@pytest.mark.parametrize(
    ("tiers", "chosen"),
    [
        ({"simple": ["a/gpt-5@high"], "medium": ["a/gpt-5@minimal"], "high": ["a/gpt-5"]}, "a/gpt-5@minimal"),
        ({"simple": ["a/gpt-5"], "medium": ["a/gpt-5@low"], "high": ["a/gpt-5@high"]}, "a/gpt-5"),  # minimal
        ({"high": ["a/gpt-5"], "medium": ["a/gpt-5@low"], "simple": ["a/gpt-5@high"]}, "a/gpt-5@low"),
        ({"simple": ["a/gpt-5@high"], "medium": ["b/gpt-5@low"], "high": ["c/gpt-5@minimal"]}, "b/gpt-5@low"),
    ],
)
def test_of_one_model_at_several_efforts_the_one_that_thinks_least_is_the_cheapest(
    tiers: dict[str, list[str]], chosen: str
) -> None:
    tree = {
        "providers": {name: {"dialect": "openai", "base_url": "https://x.example", "key_env": "K"} for name in NAMES},
        "tiers": tiers,
    }
    config = msgspec.convert(tree, Config)
    rates = {"a": 2, "b": 1, "c": 3}
    book = PriceBook(
        {f"{name}/gpt-5": Rates(input=Decimal(rate), output=Decimal(rate)) for name, rate in rates.items()}
    )

    assert cheapest(Routes(config, KeyRing({"K": "k"}, config.providers)), book, NOW).id == chosen
