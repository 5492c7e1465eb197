"""Whether the models of a run take images and PDFs at all, before anything is read or called."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from scrimp.errors import ConfigError
from scrimp.flows.plan.routes.router import fixed_route
from scrimp.providers.requests.attached_files import reads_text_only, text_only

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.flows.plan.run_options import RunOptions


def check_attachments(options: RunOptions, routes: Routes) -> None:
    """Raise ConfigError if a step of the route that the user fixed has only models that read text alone.

    Where each prompt has a route of its own, it is raised where no model that can be called takes any; a prompt that
    the models of its own tier do not take fails by itself.
    """
    route = fixed_route(options, routes)
    if route is None:
        if routes.rules():
            return  # they may name others than the tiers'
        steps = [[each for each in chain(*routes.tiers.values()) if each.provider in routes.available]]
    else:
        steps = [list(step.candidates) for step in route.chain.steps]
    for models in steps:
        if models and all(reads_text_only(routes.endpoints[each.provider], each.model) for each in models):
            raise ConfigError(text_only(" or ".join(dict.fromkeys(model.id for model in models))))
