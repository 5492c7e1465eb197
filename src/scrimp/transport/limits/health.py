"""Which providers and models are of use in this run: what refuses us is left, what is in trouble is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from scrimp.failures import policy_of
from scrimp.transport.limits.circuit_breaker import CircuitBreaker
from scrimp.values import Completion, Failure

# A provider that has answered before may refuse a prompt with a 403 (its gateway took it for an attack): so many in a
# row, with no reply between them, are needed to believe that it is the key.
_REFUSALS = 3


class ProviderHealth:
    """A breaker for each model, and the providers whose key or balance is no good."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._refused: dict[str, Failure] = {}
        self._refusals: dict[str, int] = {}
        self._answered: set[str] = set()
        self._breakers: dict[tuple[str, str], CircuitBreaker] = {}
        self._changed: asyncio.Future[None] | None = None

    def refused(self, provider: str) -> Failure | None:
        """Return why a whole provider is not to be called any more; None while it is."""
        return self._refused.get(provider)

    def failure(self, provider: str, model: str) -> Failure | None:
        """Return why nobody should wait for a model; None where it may answer yet."""
        breaker = self._breakers.get((provider, model))
        down = breaker.failure if breaker is not None and breaker.given_up else None
        return self._refused.get(provider) or down

    def trouble(self, provider: str, model: str) -> Failure | None:
        """Return why a model is not called at this time, or was not until now; None where it answers."""
        breaker = self._breakers.get((provider, model))
        return self._refused.get(provider) or (breaker.failure if breaker is not None else None)

    def ready(self, provider: str, model: str) -> bool:
        """Say whether a call to a model would be let through now."""
        breaker = self._breakers.get((provider, model))
        return provider not in self._refused and (breaker is None or breaker.ready(self._clock()))

    def admit(self, provider: str, model: str) -> Failure | float:
        """Let a call through and return the moment, or return why not."""
        now, breaker = self._clock(), self._breaker(provider, model)
        if (refused := self._refused.get(provider)) is not None:
            return refused
        if breaker.failure is not None and not breaker.admit(now):
            return breaker.failure
        return now

    def withdrawn(self, provider: str, model: str, began: float) -> None:
        """Take back a call that was let through and then not made."""
        breaker = self._breaker(provider, model)
        if breaker.failure is not None:
            breaker.withdrawn(began)
            self._tell()

    async def recovery(self, models: Sequence[tuple[str, str]]) -> None:
        """Wait until a call to one of these models may be let through, or until waiting for any of them is vain."""
        while not any(self.ready(*model) for model in models):
            hopeful = [self._breaker(*model) for model in models if self.failure(*model) is None]
            if not hopeful:
                return
            if self._changed is None or self._changed.done():
                self._changed = asyncio.get_running_loop().create_future()
            now = self._clock()
            # Past its moment another call is the probe: what comes of that will be told.
            waits = [max(0.0, breaker.retry_at - now) for breaker in hopeful if not breaker.probing]
            await asyncio.wait([self._changed], timeout=min(waits, default=None))

    def saw(self, provider: str, model: str, result: Completion | Failure, began: float) -> None:
        """Learn from the end of a call that was let through at `began`."""
        breaker = self._breaker(provider, model)
        before = (breaker.failure, breaker.retry_at)
        if isinstance(result, Completion):
            self._answered.add(provider)
            self._refusals.pop(provider, None)
            breaker.answered(began)
        elif policy_of(result).ends_provider:
            self._refuse(provider, result)
            breaker.withdrawn(began)  # it says nothing of the model: a probe's place is free again
            self._tell()
        else:
            if result.http is not None:
                self._refusals.pop(provider, None)
            breaker.failed(result, began, self._clock())
        if (breaker.failure, breaker.retry_at) != before:
            self._tell()

    def leave(self, provider: str, model: str, failure: Failure, seconds: float) -> None:
        """Leave a model alone for longer than anybody should wait, as it asked."""
        self._breaker(provider, model).leave(failure, seconds, self._clock())
        self._tell()

    def _refuse(self, provider: str, failure: Failure) -> None:
        self._refusals[provider] = self._refusals.get(provider, 0) + 1
        doubtful = failure.http == 403 and provider in self._answered
        if not doubtful or self._refusals[provider] >= _REFUSALS:
            self._refused.setdefault(provider, failure)
            self._tell()

    def _breaker(self, provider: str, model: str) -> CircuitBreaker:
        key = (provider, model)
        if key not in self._breakers:
            self._breakers[key] = CircuitBreaker()
        return self._breakers[key]

    def _tell(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
