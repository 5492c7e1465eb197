"""Whether the models of a run take images and PDFs at all, before anything is read or called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.errors import ConfigError
from scrimp.flows.plan.planner import fixed_route
from scrimp.providers.attached_files import reads_text_only, text_only

if TYPE_CHECKING:
    from scrimp.config.routes import Routes
    from scrimp.flows.plan.run_options import RunOptions


def check_attachments(options: RunOptions, routes: Routes) -> None:
    """Raise ConfigError where a step of the route that the user fixed has only models that read text alone.

    Where each prompt has a route of its own, a prompt that no model of its tier takes fails by itself.
    """
    route = fixed_route(options, routes)
    for step in () if route is None else route.chain.steps:
        if all(reads_text_only(routes.endpoints[model.provider], model.model) for model in step.candidates):
            raise ConfigError(text_only(" or ".join(model.id for model in step.candidates)))
