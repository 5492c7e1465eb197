"""Where prompts of a task go by its certificate: the routes of `scrimp tune apply`.

The user's name of a task finds its route, and so does the template that all prompts had by which it was certified.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import ConfigError
from scrimp.flows.plan.certified.task_finder import TaskFinder
from scrimp.routing.task_signature import task_signature
from scrimp.units import format_percent_briefly, pluralize
from scrimp.values import CERTIFIED, Chain, Parameters, Prompt, Route, Step

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.resolved.tuned_routes import TunedRoute
    from scrimp.enums import PolicySignal

_PREFIX = "tuned:"  # prefix of certified chains' names in rows and the ledger

_NO_PARAMETERS = Parameters()


class CertifiedRoutes:
    """The certified routes as chains."""

    def __init__(
        self,
        tuned: Sequence[TunedRoute],
        routes: Routes,
        *,
        name: str | None,
        warn: Callable[[str], None],
        alert: Callable[[str], None] | None = None,
        parameters: Parameters = _NO_PARAMETERS,
        path: Path,
    ) -> None:
        """`name` is what the user calls the task; `warn` is told once of each route that cannot be used.

        `alert` is called with one that no longer holds.

        `path` is the file of the routes, where it is written down that one is no longer certified.
        """
        self._tuned = {route.signature: route for route in tuned if route.drift is None}
        self._drifted = {route.signature: route for route in tuned if route.drift is not None}
        # Of the newest certificate: the model that tasks without one are kept with.
        self._flagship = max(tuned, key=lambda route: route.certified).flagship
        self._routes, self._name, self._warn, self._parameters = routes, name, warn, parameters
        self._alert = alert or warn
        self._path = path
        self._finder = TaskFinder(
            {route.signature: route.template for route in tuned}, name=name, parameters=parameters
        )
        self._chains: dict[str, Chain | None] = {}
        self._flagships: dict[str, Chain | None] = {}
        self._unrecognized = 0  # prompts

    @property
    def tasks(self) -> Collection[str]:
        """The tasks of prompts that were looked up and have a usable route."""
        return [task for task, chain in self._chains.items() if chain is not None]

    @property
    def certificates(self) -> Mapping[str, TunedRoute]:
        """The routes of those tasks, by their name in the ledger."""
        return {chain_name(self._tuned[task]): self._tuned[task] for task in self.tasks if task in self._tuned}

    def route(self, prompt: Prompt) -> Route | None:
        """Return where a prompt goes, or None if no usable route is certified for its task."""
        signature = self._finder.find(prompt)
        tuned = self._tuned.get(signature or "")
        if signature is None or tuned is None:
            return None
        if signature not in self._chains:
            self._chains[signature] = self._chain(tuned)
        chain = self._chains[signature]
        if chain is None:
            return None
        why = (
            f"{CERTIFIED}{signature}: {tuned.policy}, certified {tuned.day} to keep "
            f"{format_percent_briefly(tuned.bound)} ({pluralize(tuned.pairs, 'pair')})"
        )
        return Route(
            chain=chain, tier=None, why=why, flagship=tuned.flagship, certified_task=signature,
            certificate=chain_name(tuned),
        )  # fmt: skip

    def flagship(self, prompt: Prompt) -> Route | None:
        """Return the route of a prompt whose task is not certified, to the flagship that others were measured against.

        None if it cannot be called, of which the user is warned once.
        """
        task = self._finder.find(prompt) or task_signature(prompt, self._parameters, self._name)
        drifted = self._drifted.get(task)
        model = self._flagship if drifted is None else drifted.flagship
        if model not in self._flagships:
            self._flagships[model] = self._flagship_chain(model)
        chain = self._flagships[model]
        if chain is None:
            return None
        if drifted is None:
            self._unrecognized += 1
        state = "is not certified" if drifted is None else f"is no longer certified ({drifted.drift})"
        return Route(chain=chain, tier=None, why=f"task {task} {state}: it stays with {model}", flagship=model)

    @property
    def unrecognized(self) -> str:
        """A sentence on rows that went to the flagship since their task is not certified; empty without any."""
        if not self._unrecognized:
            return ""
        rows, model = pluralize(self._unrecognized, "row"), self._flagship
        return f"{rows} went to {model}, being of no certified task: {self._finder.hint}"

    def explain(self, prompt: Prompt) -> str:
        """Return in a sentence by what a prompt's task was found, or why it was not."""
        drifted = self._drifted.get(self._finder.find(prompt) or "")
        return self._finder.explain(prompt) + (f"; it is no longer certified ({drifted.drift})" if drifted else "")

    def _flagship_chain(self, model: str) -> Chain | None:
        problem = ""
        try:
            if self._routes.model(model).provider not in self._routes.available:
                problem = f"there is no key for {model}"
        except ConfigError as error:
            problem = str(error)
        if problem:
            self._warn(f"tasks that are not certified go by their kind, not to the flagship: {problem}")
            return None
        return self._routes.model_chain(model)

    def redirected(self, task: str, model: str, answered_by: str) -> None:
        """Use the route of a task no more: what answers in the place of its model is not what was certified."""
        tuned = self._tuned.pop(task, None)
        if tuned is None:
            return
        from scrimp.config.resolved.tuned_routes import disable_tuned, no_longer_used  # hardly ever

        void = self._drifted[task] = replace(tuned, drift=f"{model} was answered by {answered_by}")
        self._alert(no_longer_used(void))
        try:
            disable_tuned(self._path, void)
        except ConfigError as error:
            self._warn(str(error))

    def _chain(self, tuned: TunedRoute) -> Chain | None:
        """Return the chain, or None and a warning where one of its steps can no longer be called."""
        name = chain_name(tuned)
        try:
            steps = self._routes.steps(tuned.steps, name)
        except ConfigError as error:
            self._warn(f"the route learned for task {tuned.signature} is not used: {error}")
            return None
        keyless = [
            step.name
            for step in steps
            if not any(model.provider in self._routes.available for model in step.candidates)
        ]
        if keyless:
            self._warn(
                f"the route learned for task {tuned.signature} is not used: there is no key for {', '.join(keyless)} "
                "(set it, or take the route back with scrimp tune apply --undo)"
            )
            return None
        return certified_chain(steps, tuned.signal, tuned.min_confidence, name=name)


def certified_chain(steps: tuple[Step, ...], signal: PolicySignal, threshold: float, *, name: str) -> Chain:
    """Return the chain that carries out a certified policy.

    It compares no model with itself and keeps nothing that it cannot judge, for neither was certified; files written
    before say "auto" where a model's own log probabilities decide.
    """
    alone = len(steps) == 1
    return Chain(
        name=None if alone else name, steps=steps, signal="logprobs" if signal == "auto" and not alone else signal,
        min_confidence=threshold, escalate_unjudged=True,
    )  # fmt: skip


def chain_name(route: TunedRoute) -> str:
    """Return the name of a route's chain; with the certificate's time, so a new one starts without history."""
    return f"{_PREFIX}{route.signature}@{route.certified}"
