"""Where prompts of a task go by what was certified: the routes of `scrimp tune apply`, looked up by signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrimp.errors import ConfigError
from scrimp.render.shares import percent_said, plural
from scrimp.routing.task import signature_of
from scrimp.values import Chain, Parameters, Prompt, Route

if TYPE_CHECKING:
    from scrimp.config.routes import Routes
    from scrimp.config.tuned import TunedRoute

_PREFIX = "tuned:"  # of the names of such chains, in rows and the ledger

_NOTHING = Parameters()


class CertifiedRoutes:
    """The certified routes as chains."""

    def __init__(
        self,
        tuned: Sequence[TunedRoute],
        routes: Routes,
        *,
        name: str | None,
        warn: Callable[[str], None],
        parameters: Parameters = _NOTHING,
    ) -> None:
        self._tuned = {route.signature: route for route in tuned if route.drift is None}
        self._routes, self._name, self._warn, self._parameters = routes, name, warn, parameters
        self._chains: dict[str, Chain | None] = {}

    def route(self, prompt: Prompt) -> Route | None:
        """Return where a prompt goes, or None where nothing was certified of its task."""
        task = signature_of(prompt, self._parameters, self._name)
        found = self._tuned.get(task)
        if found is None:
            return None
        if task not in self._chains:
            self._chains[task] = self._chain(found)
        chain = self._chains[task]
        if chain is None:
            return None
        why = (
            f"tuned {task}: {found.policy}, certified {found.day} to keep {percent_said(found.bound)} "
            f"({plural(found.pairs, 'pair')})"
        )
        return Route(chain=chain, tier=None, why=why)

    def _chain(self, found: TunedRoute) -> Chain | None:
        """Return the chain, or None and a warning where somebody of its steps cannot be called any more."""
        name = chain_name(found)
        try:
            steps = self._routes.steps(found.steps, name)
        except ConfigError as error:
            self._warn(f"the route learned for task {found.signature} is not used: {error}")
            return None
        gone = [step.name for step in steps if not any(m.provider in self._routes.available for m in step.candidates)]
        if gone:
            self._warn(
                f"the route learned for task {found.signature} is not used: there is no key for {', '.join(gone)} (set "
                "it, or take the route back with scrimp tune apply --undo)"
            )
            return None
        return Chain(
            name=None if len(steps) == 1 else name, steps=steps, signal=found.signal,
            min_confidence=found.min_confidence,
        )  # fmt: skip


def chain_name(route: TunedRoute) -> str:
    """Return the name of a route's chain: of this certificate's, so that a later one begins with a clean record."""
    return f"{_PREFIX}{route.signature}@{route.certified}"
