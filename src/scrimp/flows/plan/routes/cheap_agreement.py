"""Two cheap models before a tier, for short answers: where they agree, the tier is not called.

The voters are models of the tier simple whose providers the user's config names, so that no provider is called that the
user did not ask for. Which chain it is depends on the config alone, not on the keys that are set today: the cache key
of a completion does, too. Where a voter has no key, or both cost too much, the row goes straight to the tier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scrimp.routing.decide import Agreement
from scrimp.tuning.model_families import family
from scrimp.values import Chain, Step

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.schema import Config

NAME = "agreement"
VOTERS_TIER = "simple"


def agreement_before(tier: str, routes: Routes, config: Config) -> Agreement | None:
    """Return two cheap models before a tier; None if the config names no two families of them."""
    tiers = routes.tiers
    if tier == VOTERS_TIER or VOTERS_TIER not in tiers or tier not in tiers:
        return None
    named = set(_named_providers(routes, config))
    voters = [model for model in tiers[VOTERS_TIER] if model.provider in named]
    if not voters:
        return None
    first = family(voters[0].id)
    ours = tuple(model for model in voters if family(model.id) == first)
    others = tuple(model for model in voters if family(model.id) != first)
    if not others or tiers[tier][:1] == tiers[VOTERS_TIER][:1]:
        return None
    chain = Chain(
        name=f"{NAME}:{tier}",
        steps=(Step(ours[0].id, ours), Step(others[0].id, others), Step(tier, tiers[tier], tier)),
        signal="agreement", escalate_unjudged=True, parallel=True, only_if_cheaper=True,
    )  # fmt: skip
    return Agreement(chain, _without_key(chain.steps[:-1], routes))


def _without_key(steps: Sequence[Step], routes: Routes) -> str:
    """Return the first step none of whose providers has a key, by its first model."""
    return next((step.name for step in steps if not any(m.provider in routes.available for m in step.candidates)), "")


def _named_providers(routes: Routes, config: Config) -> Iterator[str]:
    """Yield the providers that the user's config names: in tiers, chains, and tables of their own."""
    yield from config.providers
    for tier in config.tiers:
        yield from (model.provider for model in routes.tiers[tier])
    for name in config.chains:
        yield from (model.provider for step in routes.chain(name).steps for model in step.candidates if not step.tier)
