"""Where a prompt goes: by the user's first matching rule, else by the prior for its kind of task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.errors import ConfigError
from scrimp.routing.rules import NO_LABELS, RoutingRule, RuleMatch, match_of, rule_route
from scrimp.routing.tiers import RAISED_TIERS, TIERS, tier_of
from scrimp.values import Chain, Parameters, Prompt, Route

if TYPE_CHECKING:
    from scrimp.routing.prior.difficulty import TaskGain
    from scrimp.routing.rules import ChainSource, RuleLabels


class Agreement(Struct, frozen=True):
    """Two cheap models and the tier after them as a chain, and the voter that has no key, if one has none."""

    chain: Chain
    without_key: str = ""


_NO_PARAMETERS = Parameters()


def decide(
    prompt: Prompt,
    rules: Sequence[RoutingRule],
    chains: ChainSource,
    *,
    labels: RuleLabels = NO_LABELS,
    parameters: Parameters = _NO_PARAMETERS,
    learned: Callable[[Prompt], Route | None] | None = None,
    cheapest: Callable[[], Chain] | None = None,
    unproven: Callable[[Prompt], Route | None] | None = None,
    agreement: Callable[[str], Agreement | None] | None = None,
    observed: Callable[[Prompt], TaskGain | None] | None = None,
) -> Route:
    """Return where a prompt goes and the words for why: "rule 2: file *.py", "prior: classification".

    The user's rules come first, then the route learned for its task, then a low priority, then where prompts of tasks
    go that nothing was proven of, then the prior for what it demands. `agreement` gives the cheap models that go
    before a tier where a short answer is wanted, or None; `observed` what pairs say of its task.
    """
    for number, rule in enumerate(rules, 1):
        match = match_of(rule, number, prompt, labels)
        if isinstance(match, RuleMatch):
            return rule_route(rule, number, match.why, chains)
    if learned is not None and (route := learned(prompt)) is not None:
        return route
    if labels.priority == "low" and cheapest is not None:
        return Route(chain=cheapest(), tier=None, why="priority low: the cheapest model")
    if unproven is not None and (route := unproven(prompt)) is not None:
        return route
    known = None if observed is None else observed(prompt)
    choice = tier_of(prompt.text, prompt.system, parameters, known)
    wanted, raised = (RAISED_TIERS[choice.tier], ", priority high") if labels.priority == "high" else (choice.tier, "")
    tier = _nearest_tier(wanted, chains.tiers)
    voters = None
    if agreement is not None and choice.may_vote and labels.priority == "normal" and _is_plain(prompt):
        voters = agreement(tier)
        if voters is not None and not voters.without_key:
            why = f"prior: {choice.why}, short answer: two cheap models, then {tier}"
            return Route(chain=voters.chain, tier=None, why=why, expected_gain=choice.gain)
    missing = "" if tier == wanted else f"; there is no tier {wanted}"
    return Route(
        chain=chains.tier_chain(tier), tier=tier, why=f"prior: {choice.why}{raised}{missing}",
        key_chain=None if voters is None else voters.chain, expected_gain=choice.gain,
    )  # fmt: skip


def _is_plain(prompt: Prompt) -> bool:
    """Return whether a prompt is nothing but text, to be completed once."""
    return not prompt.attachments and not prompt.after and prompt.sample is None


def _nearest_tier(tier: str, configured: Collection[str]) -> str:
    """Return the tier, or where it is not configured the next above it, else the next below."""
    if tier in configured:
        return tier
    rank = TIERS.index(tier)
    for name in (*TIERS[rank:], *reversed(TIERS[:rank])):
        if name in configured:
            return name
    raise ConfigError(f"auto needs a tier called {', '.join(TIERS[:-1])} or {TIERS[-1]}: add one under [tiers]")
