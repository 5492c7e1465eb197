"""Where all tiers have the same models, a row has its key before its tier is decided, and both are what they were."""

from __future__ import annotations

from functools import cache

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.routes import Routes
from scrimp.config.schema import Config
from scrimp.flows.plan.planner import Planner
from scrimp.flows.plan.routes.cheap_agreement import agreement_before
from scrimp.flows.plan.routes.router import Router
from scrimp.flows.plan.run_options import RunLabels, RunOptions
from scrimp.routing.rules import RoutingRule
from scrimp.values import Parameters, Prompt

TEXTS = (
    "Is this good or bad: fine", "Prove that the square root of 2 is irrational.", "Reply with one word: 17 * 23?",
    "Which is prime?\nA. 4\nB. 6\nC. 7\nAnswer:", "Review this contract clause.", "hello", "",
)  # fmt: skip
PROMPTS = [Prompt(index=index, text=text) for index, text in enumerate(TEXTS)]
NEVER = RoutingRule(route="never", tier="simple")  # a rule that holds for nothing makes every tier be decided first
TIERS = st.lists(
    st.sampled_from(["openai/gpt-6-luna", "deepseek/deepseek-flash", "mistral/mistral-small"]),
    min_size=1, max_size=2, unique=True,
)  # fmt: skip


def planner(tiers: dict[str, list[str]], options: RunOptions, *, rules: tuple[RoutingRule, ...] = ()) -> Planner:
    config = msgspec.convert({"tiers": tiers}, Config)
    routes = Routes(config, KeyRing({"OPENAI_API_KEY": "k", "DEEPSEEK_API_KEY": "k"}, config.providers))
    agreement = cache(lambda tier: agreement_before(tier, routes, config)) if options.agreement else None
    router = Router(
        options, routes, rules, agreement=agreement, cheapest=lambda: routes.model_chain("deepseek/deepseek-flash")
    )
    return Planner(options, router, {"openai": "https://x"})


@given(
    st.one_of(TIERS.map(lambda one: (one, one, one)), st.tuples(TIERS, TIERS, TIERS)),
    st.booleans(), st.sampled_from(["low", "normal", "high"]), st.sampled_from([None, "low"]),
    st.sampled_from([None, 0.8]),
)  # fmt: skip
def test_keys_and_routes_are_those_of_a_run_that_decides_every_tier_first(
    tiers: tuple[list[str], list[str], list[str]], agreement: bool, priority: str, effort: str | None,
    min_confidence: float | None,
) -> None:  # fmt: skip
    table = dict(zip(("simple", "medium", "high"), tiers, strict=True))
    options = RunOptions(
        tier="auto", agreement=agreement, labels=RunLabels(priority=priority), parameters=Parameters(effort=effort),  # type: ignore[arg-type]
        min_confidence=min_confidence,
    )  # fmt: skip
    rows, decided = planner(table, options), planner(table, options, rules=(NEVER,))

    for row, wanted in zip(rows.plan(PROMPTS), decided.plan(PROMPTS), strict=True):
        assert (row.key, row.other_keys, row.level, row.route) == (
            wanted.key, wanted.other_keys, wanted.level, wanted.route,
        )  # fmt: skip


def test_no_tier_is_decided_for_a_key_that_is_the_same_for_all_of_them() -> None:
    same = planner({tier: ["openai/gpt-6-luna"] for tier in ("simple", "medium", "high")}, RunOptions(tier="auto"))
    others = planner({"simple": ["openai/gpt-6-luna"]}, RunOptions(tier="auto"))

    (row,) = same.plan(PROMPTS[1:2])
    assert "route" not in vars(row)
    assert row.route.tier == "high"
    assert others.plan(PROMPTS[1:2])[0].destination == others.router.route(PROMPTS[1])
