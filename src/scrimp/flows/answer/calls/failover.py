"""Which of a step's models takes calls now: one in trouble is passed over for the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.values import Failure, ModelRef

if TYPE_CHECKING:
    from scrimp.providers.endpoint import Endpoint
    from scrimp.transport.limits.health import ProviderHealth
    from scrimp.values import Step


class Failover:
    """Chooses among models by their health, and warns once of each that is not called."""

    def __init__(self, health: ProviderHealth, endpoints: Mapping[str, Endpoint], warn: Callable[[str], None]) -> None:
        self._health, self._endpoints, self._warn = health, endpoints, warn
        self._warned = set[tuple[ModelRef, ModelRef | None]]()

    def holds_back(self, model: ModelRef, failure: Failure) -> bool:
        """Return whether a call was not made because the requests before it were invalid: this row's need not be."""
        return not failure.sent and failure.kind == "invalid" and self._health.in_doubt(model.provider, model.model)

    def may_call(self, model: ModelRef) -> bool:
        """Return whether a model can still be called in this run, now or later."""
        return self._health.failure(model.provider, model.model) is None

    async def next_model(self, candidates: Collection[ModelRef]) -> ModelRef | None:
        """Return the first model that takes calls; wait for one to recover where none does; None where none will."""
        models = list(candidates)
        names = [(model.provider, model.model) for model in models]  # arms of one model share its health
        while True:
            for place, (name, model) in enumerate(zip(names, models, strict=True)):
                if self._health.ready(*name):
                    self._warn_of_failover(candidates, model)
                    for passed in dict.fromkeys(names[:place]):
                        self._health.pass_over(*passed)
                    return model
            if all(self._health.failure(*name) is not None for name in names):
                return None
            self._warn_of_failover(candidates, None)
            await self._health.recovery(list(dict.fromkeys(names)))

    def _warn_of_failover(self, candidates: Iterable[ModelRef], called: ModelRef | None) -> None:
        """Warn once for each failing model which one is called instead, or that it is waited for."""
        for model in candidates:
            if model is called:
                return
            trouble = self._health.trouble(model.provider, model.model)
            if trouble is None or (model, called) in self._warned:
                continue
            self._warned.add((model, called))
            doubted = self._health.in_doubt(model.provider, model.model)
            again = "a row from further on is tried" if doubted else "it is tried again soon"
            instead = again if called is None else f"{called.id} is called instead"
            self._warn(f"{model.id} is not called for now, {instead}: {trouble.message}")

    def no_model(self, step: Step) -> Failure:
        """Return why no model of a step was called."""
        for model in step.candidates:
            if failure := self._health.failure(model.provider, model.model):
                return replace(failure, sent=False)
        wanted = " or ".join(_key_hint(self._endpoints[model.provider]) for model in step.candidates)
        return Failure(kind="auth", message=f"no provider of '{step.name}' has a key: set {wanted}", sent=False)


def _key_hint(endpoint: Endpoint) -> str:
    return endpoint.key_env or endpoint.name
