"""The flow of `scrimp route`: prompts to routes, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.config.resolved.arms import effort_sent
from scrimp.flows.planning import open_planner
from scrimp.values import ModelRef, Prompt, Route

if TYPE_CHECKING:
    from scrimp.enums import Effort
    from scrimp.flows.plan.planner import Planner
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services


class RoutedPrompt(Struct, frozen=True):
    """Where a prompt would go, and the model that would be called first."""

    prompt: Prompt
    route: Route
    model: str | None  # None if none can be called, or there is nothing to ask
    effort: Effort | None  # the effort asked of it; None if it is not asked for any
    rules: tuple[str, ...] = ()  # why each rule matched or not, with explain


def routed_prompts(
    prompts: Iterator[Prompt], options: RunOptions, services: Services, *, explain: bool = False
) -> Iterator[RoutedPrompt]:
    """Yield each prompt's route."""
    planner = open_planner(options, services)
    for prompt in prompts:
        (row,) = planner.plan([prompt])
        route = row.route
        first = route.chain.steps[0].candidates
        places = (place for each in first if (place := services.place_of(each)) is not None)
        model = next((place for place in places if _takes(prompt, place, services)), None)
        yield RoutedPrompt(
            prompt, route, None if model is None or prompt.defect else model.id, _effort(model, options, services),
            tuple(_reasons(prompt, route, planner)) if explain else (),
        )  # fmt: skip


def _effort(model: ModelRef | None, options: RunOptions, services: Services) -> Effort | None:
    if model is None:
        return None
    return effort_sent(model, options.parameters.effort, services.routes.endpoints[model.provider])


def _reasons(prompt: Prompt, route: Route, planner: Planner) -> Iterator[str]:
    from scrimp.flows.plan.routes.route_reasons import route_reasons  # for a person who asks why

    return route_reasons(prompt, route, planner.router, planner.levels)


def _takes(prompt: Prompt, model: ModelRef, services: Services) -> bool:
    """Return whether a model takes what is attached to a prompt."""
    if not prompt.attachments:
        return True
    from scrimp.providers.requests.attached_files import refusal  # few prompts have attachments

    return refusal(prompt.attachments, services.routes.endpoints[model.provider], model.model) is None
