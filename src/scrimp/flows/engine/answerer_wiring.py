"""What answers the rows of a run, wired together: the caller of steps, the history of chains, and what prices rows."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from scrimp.flows.answer.answerer import Answerer
from scrimp.flows.answer.calls.call_builder import CallBuilder
from scrimp.flows.answer.calls.call_credits import CallCredits
from scrimp.flows.answer.calls.call_guards import CallGuards
from scrimp.flows.answer.calls.call_sender import CallSender
from scrimp.flows.answer.calls.failover import Failover
from scrimp.flows.answer.calls.redirects import Redirects
from scrimp.flows.answer.calls.step_caller import StepCaller
from scrimp.flows.answer.calls.step_places import StepPlaces
from scrimp.flows.answer.chain_history import ChainHistory
from scrimp.flows.answer.provider_caches.prefix_warmup import PrefixWarmup
from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
from scrimp.flows.engine.run_hooks import NO_HOOKS, RunHooks
from scrimp.flows.planning import row_costs
from scrimp.flows.spend.billed_before import BaselineBefore
from scrimp.flows.spend.budgets.budget import Budget
from scrimp.flows.spend.counterfactual import CounterfactualPricer
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.label_headers import Labels, labeled
from scrimp.store.ledger import ClimbCount, Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrimp.flows.answer.provider_caches.stored_caches import StoredCaches
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.ledger_queries.billed_calls import BilledCalls
    from scrimp.transport.client import ProviderClient
    from scrimp.transport.limits.health import ProviderHealth


def build_answerer(
    options: RunOptions, services: Services, client: ProviderClient, health: ProviderHealth,
    caching: ProviderCaching | None = None, budget: Budget | None = None, stored: StoredCaches | None = None,
    hooks: RunHooks = NO_HOOKS,
) -> Answerer:  # fmt: skip
    """Return the answerer of the rows of a run, with a budget of its own if none is given.

    `caching` may be that of other rows, too.
    """
    prices, routes = services.prices, services.routes
    step_caller = _step_caller(
        options, services, client, health, caching or provider_caching(options, services),
        budget=budget or Budget(options.limits.max_cost), stored=stored, show=hooks.show,
    )  # fmt: skip
    pricer = CounterfactualPricer(
        prices, options.baseline, routes.available, BaselineBefore(services.paths.ledger_db).output
    )
    history = ChainHistory(
        partial(_climb_counts, services), routes, prices, services.clock, services.warn,
        billed=partial(_billed_calls, services), place_of=services.place_of,
    )  # fmt: skip
    return Answerer(
        options=options, step_caller=step_caller if hooks.wrap_caller is None else hooks.wrap_caller(step_caller),
        pricer=pricer, history=history, costs=row_costs(options, services),
    )  # fmt: skip


def provider_caching(options: RunOptions, services: Services) -> ProviderCaching:
    """Return the planner of what providers are asked to cache."""
    return ProviderCaching(
        services.routes.endpoints, services.prices, services.clock, services.note, asks=options.provider_cache != "off"
    )


def _step_caller(
    options: RunOptions, services: Services, client: ProviderClient, health: ProviderHealth, caching: ProviderCaching,
    *, budget: Budget, stored: StoredCaches | None, show: Callable[[str], None] | None,
) -> StepCaller:  # fmt: skip
    endpoints, prices, offers, warn = _labeled(options, services), services.prices, services.offers, services.warn
    return StepCaller(
        endpoints, StepPlaces(services.routes.available, offers, caching), Failover(health, endpoints, warn),
        builder=CallBuilder(options, endpoints, warn, streams=options.streams or show is not None),
        sender=CallSender(client, endpoints, caching, PrefixWarmup(time.monotonic), stored=stored, show=show),
        guards=CallGuards(options.limits, budget, prices, offers, warn),
        call_credits=CallCredits(offers),
        redirects=Redirects(prices, warn, services.certificates.redirected),
    )  # fmt: skip


def _labeled(options: RunOptions, services: Services) -> dict[str, Endpoint]:
    """Return the endpoints; gateways that group calls by it are told of the run and its labels."""
    said = options.labels
    labels = Labels(run=services.run, route=said.route, user=said.user, tags=said.tags)
    return {name: labeled(endpoint, labels) for name, endpoint in services.routes.endpoints.items()}


def _climb_counts(services: Services, since: float) -> list[ClimbCount]:
    with Ledger(services.paths.ledger_db) as ledger:
        return ledger.climbs(since=since)


def _billed_calls(services: Services, chain: str, since: float) -> list[BilledCalls]:
    from scrimp.store.ledger_queries.billed_calls import billed_in_chain  # only where a chain is called

    return billed_in_chain(services.paths.ledger_db, chain, since)
