"""Where the prompts of a run go: where the user sends all, or by rules, certified routes and what each demands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from msgspec.structs import replace

from scrimp.enums import Tier
from scrimp.values import Chain, Prompt, Route

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.flows.plan.certified.certified_routes import CertifiedRoutes
    from scrimp.flows.plan.routes.task_gains import TaskGains
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.routing.decide import Agreement
    from scrimp.routing.rules import RoutingRule


class Router:
    """Decides where each prompt of one run goes."""

    def __init__(
        self, options: RunOptions, routes: Routes, rules: Sequence[RoutingRule], *,
        certified: CertifiedRoutes | None = None, cheapest: Callable[[], Chain] | None = None,
        agreement: Callable[[str], Agreement | None] | None = None, gains: TaskGains | None = None,
    ) -> None:  # fmt: skip
        """`cheapest` gives the chain of --priority low, `agreement` the two cheap models that go before a tier."""
        self.options, self.rules, self.certified, self.agreement = options, rules, certified, agreement
        self.observed = None if gains is None else gains.find
        self.fixed = fixed_route(options, routes)
        self._routes, self._cheapest = routes, cheapest
        self._stricter: dict[int, tuple[Chain, Chain]] = {}  # by identity, which the first of the two keeps alive

    def route(self, prompt: Prompt) -> Route:
        """Return where a prompt goes, and why."""
        return self.fixed or self._decide(prompt)

    def only_chain(self) -> Chain | None:
        """Return a chain that has the key of whatever the prior may decide: all its tiers have the same models.

        Then no model goes before a tier, either: none of another family is in it. A row of the cache is found without
        its tier being decided, which is most of what such a row takes.
        """
        options = self.options
        if self.fixed or self.rules or self.certified is not None:
            return None
        if options.labels.priority == "low" or options.min_confidence is not None:
            return None
        chains = [self._routes.tier_chain(tier) for tier in get_args(Tier) if tier in self._routes.tiers]
        return chains[0] if len({chain.steps[0].candidates for chain in chains}) == 1 else None

    @cached_property
    def _decide_route(self) -> Callable[..., Route]:
        from scrimp.routing.decide import decide  # only `auto` needs the word lists

        return decide

    def _decide(self, prompt: Prompt) -> Route:
        options, certified = self.options, self.certified
        route = self._decide_route(
            prompt, self.rules, self._routes, labels=options.labels, parameters=options.parameters,
            learned=None if certified is None else certified.route, cheapest=self._cheapest,
            unproven=None if certified is None else certified.flagship, agreement=self.agreement,
            observed=self.observed,
        )  # fmt: skip
        return route if options.min_confidence is None else replace(route, chain=self._with_threshold(route.chain))

    def _with_threshold(self, chain: Chain) -> Chain:
        """Return a rule's chain with the run's own threshold; the same object for the same chain."""
        if id(chain) not in self._stricter:
            self._stricter[id(chain)] = (chain, replace(chain, min_confidence=self.options.min_confidence))
        return self._stricter[id(chain)][1]


def fixed_route(options: RunOptions, routes: Routes) -> Route | None:
    """Return the route of a run that leaves nothing to decide."""
    if options.model is not None:
        return Route(chain=routes.model_chain(options.model), tier=None, why="asked for", choice="named model")
    if options.chain is not None:
        chain = routes.chain(options.chain, min_confidence=options.min_confidence)
        return Route(chain=chain, tier=None, why="asked for", choice="chain")
    if options.tier not in (None, "auto"):
        return Route(chain=routes.tier_chain(options.tier), tier=options.tier, why="asked for", choice="named model")
    return None
