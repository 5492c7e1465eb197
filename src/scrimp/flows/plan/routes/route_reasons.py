"""Why a prompt goes where it does, in sentences for a person: what rules, certificates and the prior say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from scrimp.flows.plan.expected.said import said_of
from scrimp.routing.prior.difficulty import shipped_prior
from scrimp.routing.rules import explain as explain_rules
from scrimp.routing.tiers import TierChoice, tier_of
from scrimp.units import format_count, pluralize
from scrimp.values import Prompt, Route

if TYPE_CHECKING:
    from scrimp.flows.plan.certified.certified_levels import CertifiedLevels
    from scrimp.flows.plan.routes.router import Router
    from scrimp.routing.decide import Agreement
    from scrimp.routing.prior.difficulty import TaskGain

_NO_RULE = ("no rule was checked: there are none, or a flag fixes the route",)


def route_reasons(prompt: Prompt, route: Route, router: Router, levels: CertifiedLevels | None) -> Iterator[str]:
    """Yield a sentence for each rule that was checked for a prompt, and for all else that decided its route."""
    rules = [] if router.fixed else explain_rules(prompt, router.rules, router.options.labels)
    yield from rules or _NO_RULE
    if not router.fixed and router.certified is not None:
        yield router.certified.explain(prompt)
    if route.expected_gain is not None:
        yield from _prior_reasons(prompt, route, router)
    if levels is not None:
        why = f"{route.level}, by its rule" if route.level is not None else levels.explain(prompt, route.chain)
        yield f"compression: {why}"
    if route.dear is not None:
        yield said_of(route.dear)


def _prior_reasons(prompt: Prompt, route: Route, router: Router) -> Iterator[str]:
    """Yield sentences on a prompt's demand and the words that show it, the expected gain, and the tier that follows."""
    parameters, observed = router.options.parameters, None if router.observed is None else router.observed(prompt)
    choice = tier_of(prompt.text, prompt.system, parameters, observed)
    yield _demand(tier_of(prompt.text, prompt.system, parameters))
    yield from _pairs(choice, observed)
    yield from _stakes(choice)
    yield from _agreement(choice, route, router.agreement)


def _demand(choice: TierChoice) -> str:
    told = f", told by: {choice.words}" if choice.words else ""
    prior = shipped_prior()
    pairs = prior.demands[choice.demand].pairs
    source = f"on {format_count(pairs)} recorded prompts" if pairs else "by judgment"
    per_hundred = round(100 * choice.gain)
    return (
        f"demand: {choice.demand}{told}; a high model is right about {per_hundred} times in 100 more often than a "
        f"simple one ({source}): {prior.tier(choice.gain)}"
    )


def _pairs(choice: TierChoice, observed: TaskGain | None) -> Iterator[str]:
    if observed is not None:
        prior = shipped_prior()
        yield (
            f"in {pluralize(observed.pairs, 'pair')} of its task it was {round(100 * observed.gain)}; with the prior, "
            f"which counts as {prior.pseudo_pairs} pairs, {round(100 * choice.gain)} are expected: "
            f"{prior.tier(choice.gain)}"
        )


def _stakes(choice: TierChoice) -> Iterator[str]:
    if choice.stakes:
        yield f"{', '.join(sorted(choice.stakes))} words make a mistake costly: raised to {choice.tier}"


def _agreement(choice: TierChoice, route: Route, agreement: Callable[[str], Agreement | None] | None) -> Iterator[str]:
    if not choice.may_vote or agreement is None:
        return
    if route.key_chain is not None:
        missing = agreement(route.tier or choice.tier)
        yield f"the answer is short ({choice.short_answer}), but there is no key for {missing and missing.without_key}"
    elif route.tier is None:
        first, second, last = (step.name for step in route.chain.steps)
        yield (
            f"the answer is short ({choice.short_answer}): {first} and {second} are called first, {last} only where "
            f"they differ, if both cost at most half of it; [defaults] agreement = false turns this off"
        )
    else:
        yield f"the answer is short ({choice.short_answer}), but the config names no two families of cheap models"
