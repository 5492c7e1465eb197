"""What the shipped tiers cost, one beside the next, as long as the prices of today hold."""

from __future__ import annotations

from calendar import timegm
from decimal import Decimal

import pytest

from scrimp.prices.book import PriceBook
from scrimp.providers.models import SHIPPED_TIERS
from scrimp.values import ModelRef, Usage

DAYS = [(2026, 11, 23), (2026, 12, 1), (2027, 1, 1)]  # gemini-4-argon doubles, then gemini-3.8-flash
PAGE = Usage(input=1000, output=200)
# One model in two tiers, with more effort in the dearer one: the tokens differ and not their price.
EQUAL = {("deepseek", "medium"), ("mistral", "medium")}
UNPRICED = {"tokenmix"}  # sets its own prices, which are in no table


def cost(model: ModelRef, day: tuple[int, ...]) -> Decimal | None:
    noon = timegm((*day, 12, 0, 0))
    return PriceBook().cost_of(provider=model.provider, model=model.model, usage=PAGE, when=noon).dollars


@pytest.mark.parametrize("day", DAYS)
def test_the_first_model_of_a_tier_costs_clearly_less_than_that_of_the_next(day: tuple[int, ...]) -> None:
    simple, medium, high = (cost(models[0], day) for models in SHIPPED_TIERS.values())

    assert simple is not None
    assert medium is not None
    assert high is not None
    assert simple * 5 <= medium
    assert medium * Decimal("1.5") <= high


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("provider", [model.provider for model in SHIPPED_TIERS["simple"]])
def test_whoever_has_one_key_pays_more_for_a_higher_tier(provider: str, day: tuple[int, ...]) -> None:
    own = {tier: model for tier, models in SHIPPED_TIERS.items() for model in models if model.provider == provider}
    costs = {tier: cost(model, day) for tier, model in own.items()}

    if provider in UNPRICED:
        assert set(costs.values()) == {None}
        return
    for below, above in (("simple", "medium"), ("medium", "high")):
        cheap, dear = costs[below], costs[above]
        assert cheap is not None
        assert dear is not None
        equal = (provider, below) in EQUAL
        assert cheap == dear if equal else cheap * Decimal("1.5") <= dear
        assert (own[below].model == own[above].model) is equal
