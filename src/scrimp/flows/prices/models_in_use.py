"""The models whose prices matter: those that the config can call, and those that the ledger has calls of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct, field

from scrimp.errors import StoreError
from scrimp.prices.model_names import without_effort

if TYPE_CHECKING:
    from scrimp.flows.services import Services
    from scrimp.values import ModelRef

_MONTH = 30 * 86_400  # seconds


class ModelInUse(Struct, kw_only=True):
    """A model, what names it in the config, and its calls in the last 30 days."""

    provider: str
    model: str
    named_by: list[str] = field(default_factory=list)  # "tier simple", "chain careful", "rule 2", "defaults.model"
    calls: int = 0

    @property
    def id(self) -> str:
        """The name: provider/model."""
        return f"{self.provider}/{self.model}"


def models_in_use(services: Services) -> list[ModelInUse]:
    """Return the models that can be called or were called, in the order of the config."""
    found: dict[str, ModelInUse] = {}
    for place, model in _configured(services):
        known = found.setdefault(model.without_arm, ModelInUse(provider=model.provider, model=model.model))
        if place not in known.named_by:
            known.named_by.append(place)
    for name, calls in _called(services):
        provider, _, model_name = name.partition("/")
        found.setdefault(name, ModelInUse(provider=provider, model=model_name)).calls += calls
    return list(found.values())


def _configured(services: Services) -> Iterator[tuple[str, ModelRef]]:
    """Yield the place in the config that names a model, and the model, if its provider can be called."""
    config, routes = services.loaded.config, services.routes
    named = [(f"tier {name}", model) for name, listed in routes.tiers.items() for model in listed]
    for name in config.chains:
        named += [
            (f"chain {name}", model)
            for step in routes.chain(name).steps
            if step.tier is None
            for model in step.candidates
        ]
    singles = [(f"rule {number}", rule.model) for number, rule in enumerate(config.rules, 1)]
    singles.append(("defaults.model", config.defaults.model))
    named += [(place, routes.model(name)) for place, name in singles if name is not None]
    yield from ((place, model) for place, model in named if services.can_call(model))
    if config.defaults.baseline is not None:  # the bill needs its price, though it may never be called
        yield "defaults.baseline", routes.model(config.defaults.baseline)


def _called(services: Services) -> list[tuple[str, int]]:
    """Return the models of the last month's calls, by the name that answered where that is another one."""
    from scrimp.flows.buying.ledger_totals import totals_since  # only for this check

    since, paths = services.clock() - _MONTH, services.paths
    try:
        totals = totals_since(paths.ledger_db, paths.cost_sums_db, "model", since, services.note)
    except StoreError as error:
        services.warn(f"models that were called are left out: {error}")
        return []
    return [
        (without_effort(_answerer(total.name, total.answered_by)), total.calls - total.failed)
        for total in totals
        if total.calls > total.failed
    ]


def _answerer(name: str, answered_by: str | None) -> str:
    return name if answered_by is None else f"{name.partition('/')[0]}/{answered_by}"
