"""The flow of `scrimp route`: prompts to routes, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.values import Prompt, Route

if TYPE_CHECKING:
    from scrimp.flows.asked import Asked
    from scrimp.flows.services import Services


class Routed(Struct, frozen=True):
    """Where a prompt would go, and the model that would be called first."""

    prompt: Prompt
    route: Route
    model: str | None


def routed(prompts: Iterator[Prompt], asked: Asked, services: Services) -> Iterator[Routed]:
    """Yield each prompt's route."""
    planner, available = services.planner(asked), services.routes.available
    for prompt in prompts:
        route = planner.route(prompt)
        first = route.chain.steps[0].candidates
        yield Routed(prompt, route, next((each.id for each in first if each.provider in available), None))
