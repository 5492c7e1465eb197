"""What a run needs to plan its rows, put together: its options, the user's rules, certificates and expected costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from scrimp.config.resolved.routes import EMBEDDED_MODEL
from scrimp.flows.plan.planner import Planner
from scrimp.flows.plan.routes.router import Router

if TYPE_CHECKING:
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
    from scrimp.flows.plan.certified.certified_levels import CertifiedLevels
    from scrimp.flows.plan.expected.row_costs import RowCosts
    from scrimp.flows.plan.expected.row_limits import RowLimits
    from scrimp.flows.plan.expected.size_cliffs import SizeCliffs
    from scrimp.flows.plan.routes.task_gains import TaskGains
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.routing.decide import Agreement
    from scrimp.values import Chain


def open_planner(options: RunOptions, services: Services) -> Planner:
    """Return the planner of a run."""
    router = Router(
        options, services.routes, services.rules, certified=services.certificates.routes(options, services.routes),
        cheapest=cache(partial(_cheapest, services)), agreement=_agreement(options, services),
        gains=_task_gains(options, services),
    )  # fmt: skip
    return Planner(
        options, router, _locations(services), levels=_certified_levels(options, services),
        limits=_row_limits(options, services), cliffs=cache(partial(_size_cliffs, options, services)),
        sent=None if services.job is None else services.job.as_sent,
        reads_as_given=None if _has_chosen_level(options, services) else EMBEDDED_MODEL,
    )  # fmt: skip


def _has_chosen_level(options: RunOptions, services: Services) -> bool:
    """Return whether the user chose a level of compression for all rows."""
    return options.level_fixed or services.level_origin is not None


def row_costs(options: RunOptions, services: Services, *, enough: int = 1) -> RowCosts:
    """Return the expected costs of rows, as known at the start of the run.

    Completions are expected to be as long as those of `enough` calls of their task were before.
    """
    from scrimp.flows.plan.expected.climbs import ChainClimbs  # not for a hit
    from scrimp.flows.plan.expected.output_tokens import OutputHistory, output_tokens  # not for a hit
    from scrimp.flows.plan.expected.row_costs import RowCosts, schema_tokens

    ledger, endpoints = services.paths.ledger_db, services.routes.endpoints
    began = services.clock() if services.began is None else services.began
    return RowCosts(
        services.prices, endpoints, services.offers.places, prior=output_tokens(options),
        history=OutputHistory(ledger, endpoints, options.parameters.effort, until=began, enough=enough),
        climbs=ChainClimbs(ledger, until=began), when=began, schema_tokens=schema_tokens(options.parameters),
        batch=services.job is not None,
    )  # fmt: skip


def _locations(services: Services) -> Mapping[str, str]:
    """Return where each provider is; a local model of the user's own is its file."""
    models = services.loaded.config.models
    files = [table.path for name, table in models.items() if table.path and name.startswith("local/")]
    return {name: endpoint.base_url for name, endpoint in services.routes.endpoints.items()} | {
        "local": f"local:{','.join(files)}"
    }


def _certified_levels(options: RunOptions, services: Services) -> CertifiedLevels | None:
    """Return the certified levels of compression; None if there are none, or if the user chose a level."""
    if _has_chosen_level(options, services):
        return None
    return services.certificates.levels(options, services.routes)


def _cheapest(services: Services) -> Chain:
    """Return the chain of the cheapest model that can be called and whose price is known, for --priority low."""
    from scrimp.flows.plan.routes.cheapest_model import cheapest  # only for --priority low

    return services.routes.listed_chain(cheapest(services.routes, services.prices, services.clock()))


def _agreement(options: RunOptions, services: Services) -> Callable[[str], Agreement | None] | None:
    """Return the chooser of two cheap models before a tier, unless the user does not want them."""
    if not options.agreement or options.check is not None:
        return None

    def before(tier: str) -> Agreement | None:
        from scrimp.flows.plan.routes.cheap_agreement import agreement_before  # only for short answers

        return agreement_before(tier, services.routes, services.loaded.config)

    return cache(before)


def _task_gains(options: RunOptions, services: Services) -> TaskGains | None:
    """Return the gains of tasks from the user's own pairs, if there are any."""
    path = services.paths.task_gains
    if not path.exists():
        return None
    from scrimp.flows.plan.routes.task_gains import TaskGains, load_task_gains  # only with pairs

    gains = load_task_gains(path, services.warn)
    return TaskGains(gains, name=options.labels.task_name, parameters=options.parameters)


def _row_limits(options: RunOptions, services: Services) -> RowLimits | None:
    """Return the limits on the cost of rows; None if there are none."""
    limits = options.limits
    if limits.max_cost_per_row is None and all(rule.max_cost_per_row is None for rule in services.rules):
        return None
    from scrimp.flows.plan.expected.output_tokens import ENOUGH_CALLS  # few runs limit rows
    from scrimp.flows.plan.expected.row_limits import RowLimits

    return RowLimits(
        row_costs(options, services, enough=ENOUGH_CALLS), limits.max_cost_per_row, limits.on_dear,
        tiers=services.routes.tiers, allow_unpriced=limits.allow_unpriced,
        caching=_caching_of_limits(options, services),
        task=lambda row: row.signature(options.parameters, options.labels.task_name),
    )  # fmt: skip


def _caching_of_limits(options: RunOptions, services: Services) -> ProviderCaching | None:
    """Return the expected savings by live prompt caches, from rows as they are given."""
    if services.job is not None:
        return None
    from scrimp.flows.answer.provider_caches.beginnings import words_as_given  # few runs limit rows
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching

    return ProviderCaching(
        services.routes.endpoints, services.prices, services.clock, asks=options.provider_cache != "off",
        words=words_as_given,
    )  # fmt: skip


def _size_cliffs(options: RunOptions, services: Services) -> SizeCliffs:
    """Return the finder of the cheapest route for prompts so long that a model charges more."""
    from scrimp.flows.plan.expected.size_cliffs import SizeCliffs  # few prompts are so long

    task = options.labels.task_name
    return SizeCliffs(
        row_costs(options, services), lambda row: row.signature(options.parameters, task), options.on_cliff
    )
