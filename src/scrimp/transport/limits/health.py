"""Which providers and models can be called: a provider that refuses the key is dropped, a model in trouble probed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from scrimp.failures import policy_of
from scrimp.transport.limits.circuit_breaker import CircuitBreaker
from scrimp.transport.limits.waits import Waits
from scrimp.values import Completion, Failure

# A provider that has answered before may refuse a prompt with a 403 (its gateway took it for an attack): only this many
# in a row, with no reply between them, mean that the key is refused.
_REFUSALS = 3


class ProviderHealth:
    """A circuit breaker for each model, and the providers that refuse the key or have no balance."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.waits = Waits(clock)
        self._refused: dict[str, Failure] = {}
        self._refusals: dict[str, int] = {}
        self._answered: set[str] = set()
        self._breakers: dict[tuple[str, str], CircuitBreaker] = {}
        self._changed: asyncio.Future[None] | None = None

    def refused(self, provider: str) -> Failure | None:
        """Return why a provider is no longer called; None while it is."""
        return self._refused.get(provider)

    def failure(self, provider: str, model: str) -> Failure | None:
        """Return why waiting for a model is pointless; None if it may still answer."""
        breaker = self._breakers.get((provider, model))
        down = breaker.failure if breaker is not None and breaker.given_up else None
        return self._refused.get(provider) or down

    def trouble(self, provider: str, model: str) -> Failure | None:
        """Return the failure for which a model's breaker is open or its provider dropped; None if neither."""
        breaker = self._breakers.get((provider, model))
        return self._refused.get(provider) or (breaker.failure if breaker is not None else None)

    def in_outage(self, provider: str, model: str) -> bool:
        """Return whether a call that fails now meets a model that has not answered yet, or whose breaker is open."""
        return self._breaker(provider, model).outage

    def ready(self, provider: str, model: str) -> bool:
        """Return whether a call to a model would be let through now."""
        breaker = self._breakers.get((provider, model))
        return provider not in self._refused and (breaker is None or breaker.ready(self._clock()))

    def admit(self, provider: str, model: str) -> Failure | float:
        """Let a call through and return the time, or return why not."""
        now, breaker = self._clock(), self._breaker(provider, model)
        if (refused := self._refused.get(provider)) is not None:
            return refused
        if breaker.failure is not None and not breaker.admit(now):
            return breaker.failure
        return now

    def withdraw(self, provider: str, model: str, began: float) -> None:
        """Undo `admit` for a call that was not made."""
        breaker = self._breaker(provider, model)
        if breaker.failure is not None:
            breaker.withdraw(began)
            self._notify()

    async def recovery(self, models: Sequence[tuple[str, str]]) -> None:
        """Wait until a call to one of these models may be let through, or until waiting is pointless."""
        while not any(self.ready(*model) for model in models):
            recovering = [model for model in models if self.failure(*model) is None]
            if not recovering:
                return
            if self._changed is None or self._changed.done():
                self._changed = asyncio.get_running_loop().create_future()
            if not (cooling := self._cooling_down(recovering)):
                await asyncio.wait([self._changed])
                continue
            seconds, provider, failure = min(cooling, key=lambda each: each[0])
            with self.waits.waiting(provider, failure, seconds):
                await asyncio.wait([self._changed], timeout=seconds)

    def _cooling_down(self, models: Sequence[tuple[str, str]]) -> list[tuple[float, str, Failure]]:
        """Return the seconds left to each model in trouble, and its trouble.

        After a cool-down another call is the probe: its result is notified, and no time is known until then.
        """
        now, breakers = self._clock(), [(provider, self._breaker(provider, model)) for provider, model in models]
        return [
            (max(0.0, breaker.retry_at - now), provider, breaker.failure)
            for provider, breaker in breakers
            if breaker.failure is not None and not breaker.probing
        ]

    def observe(self, provider: str, model: str, result: Completion | Failure, began: float) -> None:
        """Learn from the result of a call that was let through at `began`."""
        breaker = self._breaker(provider, model)
        before = (breaker.failure, breaker.retry_at)
        if isinstance(result, Completion):
            self._answered.add(provider)
            self._refusals.pop(provider, None)
            breaker.answered(began)
        elif policy_of(result).ends_provider:
            self._refuse(provider, result)
            breaker.withdraw(began)  # it tells nothing about the model: a probe leaves its place
            self._notify()
        else:
            if result.http is not None:
                self._refusals.pop(provider, None)
            breaker.failed(result, began, self._clock())
        if (breaker.failure, breaker.retry_at) != before:
            self._notify()

    def suspend(self, provider: str, model: str, failure: Failure, seconds: float) -> None:
        """Suspend a model for the seconds it asked for, which are more than any call should wait."""
        self._breaker(provider, model).suspend(failure, seconds, self._clock())
        self._notify()

    def _refuse(self, provider: str, failure: Failure) -> None:
        self._refusals[provider] = self._refusals.get(provider, 0) + 1
        doubtful = failure.http == 403 and provider in self._answered
        if not doubtful or self._refusals[provider] >= _REFUSALS:
            self._refused.setdefault(provider, failure)
            self._notify()

    def _breaker(self, provider: str, model: str) -> CircuitBreaker:
        key = (provider, model)
        if key not in self._breakers:
            self._breakers[key] = CircuitBreaker()
        return self._breakers[key]

    def _notify(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
