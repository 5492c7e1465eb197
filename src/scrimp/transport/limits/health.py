"""Which models can be called: a provider that refuses the key is dropped, a failing or doubtful model is tried."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Protocol, TypeAlias

from scrimp.failures import policy_of
from scrimp.transport.limits.circuit_breaker import CircuitBreaker
from scrimp.transport.limits.invalid_streak import InvalidStreak
from scrimp.transport.limits.waits import Waits
from scrimp.values import Completion, Failure

# A provider that has answered before may refuse a prompt with a 403 (its gateway took it for an attack): only this many
# in a row, with no reply between them, mean that the key is refused.
_REFUSALS = 3


_Model: TypeAlias = tuple[str, str]  # provider and model


class Tell(Protocol):
    """Called when a model fails, for how many seconds, or answers again (no failure)."""

    def __call__(self, provider: str, model: str, failure: Failure | None, seconds: float, *, given_up: bool) -> None:
        """Take it."""


class ProviderHealth:
    """Whether each model works and finds requests valid; the providers that refuse the key or have no balance."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.waits = Waits(clock)
        self.tell: Tell | None = None  # is told of models that fail, and that answer again
        self._refused: dict[str, Failure] = {}
        self._refusals: dict[str, int] = {}
        self._answered: set[str] = set()
        self._breakers: dict[_Model, CircuitBreaker] = {}
        self._streaks: dict[_Model, InvalidStreak] = {}
        self._recovering: dict[object, asyncio.Future[None]] = {}  # the calls that wait, in order of their rows
        self._chosen: dict[_Model, object] = {}  # the waiting call that decides whether a model is given up

    def refused(self, provider: str) -> Failure | None:
        """Return why a provider is no longer called; None while it is."""
        return self._refused.get(provider)

    def failure(self, provider: str, model: str) -> Failure | None:
        """Return why waiting for a model is pointless; None if it may still answer."""
        breaker, streak = self._breakers.get((provider, model)), self._streaks.get((provider, model))
        down = breaker.failure if breaker is not None and breaker.given_up else None
        invalid = streak.failure if streak is not None and streak.given_up else None
        return self._refused.get(provider) or down or invalid

    def trouble(self, provider: str, model: str) -> Failure | None:
        """Return why a model is not called now: dropped, broken down, or in doubt; None if it is called."""
        breaker, streak = self._breakers.get((provider, model)), self._streaks.get((provider, model))
        down = breaker.failure if breaker is not None else None
        return self._refused.get(provider) or down or (streak.failure if streak is not None else None)

    def in_outage(self, provider: str, model: str) -> bool:
        """Return whether a call that fails now meets a model that has not answered yet, or whose breaker is open."""
        return self._breaker(provider, model).outage

    def in_doubt(self, provider: str, model: str) -> bool:
        """Return whether a model has found one request after the other invalid."""
        return self._streak(provider, model).failure is not None

    def ready(self, provider: str, model: str) -> bool:
        """Return whether a call to a model would be let through now."""
        breaker, streak = self._breakers.get((provider, model)), self._streaks.get((provider, model))
        working = breaker is None or breaker.ready(self._clock())
        return provider not in self._refused and working and (streak is None or streak.ready)

    def pass_over(self, provider: str, model: str) -> None:
        """Note that a row is answered by another model, because this one is not ready."""
        self._streak(provider, model).pass_over()

    def admit(self, provider: str, model: str) -> Failure | float:
        """Let a call through and return the time, or return why not."""
        now, breaker, streak = self._clock(), self._breaker(provider, model), self._streak(provider, model)
        if (refused := self._refused.get(provider)) is not None:
            return refused
        if streak.failure is not None and not streak.ready:
            return streak.failure
        if breaker.failure is not None and not breaker.admit(now):
            return breaker.failure
        streak.admit(now)
        return now

    def withdraw(self, provider: str, model: str, began: float) -> None:
        """Undo `admit` for a call that was not made."""
        breaker, streak = self._breaker(provider, model), self._streak(provider, model)
        if breaker.failure is not None or streak.failure is not None:
            breaker.withdraw(began)
            streak.withdraw(began)
            self._notify()

    async def recovery(self, models: Sequence[_Model]) -> None:
        """Wait until a call to one of these models may be let through, or until waiting is pointless."""
        this = object()
        try:
            while not any(self._lets_through(this, model) for model in models):
                waiting_for = [model for model in models if self.failure(*model) is None]
                if not waiting_for:
                    return
                self._recovering[this] = asyncio.get_running_loop().create_future()
                self._call_up(waiting_for)
                await self._next_change(self._recovering[this], waiting_for)
        finally:
            self._recovering.pop(this, None)

    def _lets_through(self, this: object, model: _Model) -> bool:
        """Return whether a waiting call may go on; where one is to decide, the others leave that place to it."""
        chosen = self._chosen.get(model) if self.in_doubt(*model) else None
        return self.ready(*model) and (chosen is this or chosen not in self._recovering)

    def _call_up(self, models: Sequence[_Model]) -> None:
        """Let a later row through if one is needed to decide whether a model is given up."""
        for model in models:
            streak, now = self._streak(*model), self._clock()
            due = streak.failure is not None and not streak.trying and now >= streak.retry_at
            if due and not streak.gathers(len(self._recovering), now):
                waiting = list(self._recovering)
                self._chosen[model] = waiting[streak.place(len(waiting))]
                _wake(self._recovering[self._chosen[model]])

    async def _next_change(self, changed: asyncio.Future[None], models: Sequence[_Model]) -> None:
        """Wait for news of these models, or for the end of the first cool-down."""
        if not (cooling := self._cooling_down(models)):
            await changed
            return
        seconds, provider, failure = min(cooling, key=lambda each: each[0])
        with self.waits.waiting(provider, failure, seconds):
            await asyncio.wait([changed], timeout=seconds)

    def _cooling_down(self, models: Sequence[_Model]) -> list[tuple[float, str, Failure]]:
        """Return the seconds left to each model in trouble or in doubt, and its trouble.

        After that another call is on its way: its result is notified, and no time is known until then.
        """
        now, cooling = self._clock(), []
        for provider, model in models:
            breaker, streak = self._breaker(provider, model), self._streak(provider, model)
            if breaker.failure is not None and not breaker.probing:
                cooling.append((max(0.0, breaker.retry_at - now), provider, breaker.failure))
            elif streak.failure is not None and not streak.trying:
                cooling.append((max(0.0, streak.retry_at - now), provider, streak.failure))
        return cooling

    def observe(self, provider: str, model: str, result: Completion | Failure, began: float) -> None:
        """Learn from the result of a call that was let through at `began`."""
        quiet = isinstance(result, Completion) and self.trouble(provider, model) is None  # it is called, and stays so
        before = None if quiet else self._state(provider, model)
        breaker, streak = self._breaker(provider, model), self._streak(provider, model)
        failing_until = self._failing_until(breaker)
        if isinstance(result, Completion):
            self._answered.add(provider)
            self._refusals.pop(provider, None)
            breaker.answered(began)
        elif policy_of(result).ends_provider:
            self._refuse(provider, result)
            breaker.withdraw(began)  # it says nothing about the model: a probe leaves its place
        else:
            if result.http is not None:
                self._refusals.pop(provider, None)
            breaker.failed(result, began, self._clock())
        if isinstance(result, Failure) and result.kind == "invalid":
            streak.found_invalid(result, began, self._clock())
        elif isinstance(result, Completion) or policy_of(result).is_answer:
            streak.answered(began)
        else:
            streak.withdraw(began)  # nor does it tell whether the request is valid
        if not quiet and self._state(provider, model) != before:
            self._notify()
        self._tell_of(provider, model, failing_until)

    @property
    def models(self) -> Collection[_Model]:
        """The models that calls were made of, or nearly."""
        return self._breakers.keys()

    def heed(self, provider: str, model: str, failure: Failure, seconds: float, *, given_up: bool) -> None:
        """Leave a model for this many seconds, as another process found."""
        before = self._state(provider, model)
        self._breaker(provider, model).heed(failure, seconds, self._clock(), given_up=given_up)
        if self._state(provider, model) != before:
            self._notify()

    def probing(self, provider: str, model: str) -> bool:
        """Return whether a call is on its way that tells whether a model answers again."""
        breaker = self._breakers.get((provider, model))
        return breaker is not None and breaker.probing

    def try_now(self, provider: str, model: str) -> None:
        """Try a model at once that another process has found to answer."""
        self._breaker(provider, model).try_now(self._clock())
        self._notify()

    @staticmethod
    def _failing_until(breaker: CircuitBreaker) -> float | None:
        return None if breaker.failure is None else breaker.retry_at

    def _tell_of(self, provider: str, model: str, before: float | None) -> None:
        """Report a model whose breaker opened or closed."""
        breaker = self._breaker(provider, model)
        until = self._failing_until(breaker)
        if self.tell is not None and until != before:
            seconds = 0.0 if until is None else max(0.0, until - self._clock())
            self.tell(provider, model, breaker.failure, seconds, given_up=breaker.given_up)

    def _state(self, provider: str, model: str) -> tuple[object, ...]:
        """Return the breaker or the streak that decides whether a model is called."""
        breaker, streak = self._breaker(provider, model), self._streak(provider, model)
        return (
            self._refused.get(provider), breaker.failure, breaker.retry_at, breaker.probing,
            streak.failure, streak.trying, streak.given_up,
        )  # fmt: skip

    def suspend(self, provider: str, model: str, failure: Failure, seconds: float) -> None:
        """Suspend a model for the seconds it asked for, which are more than any call should wait."""
        breaker = self._breaker(provider, model)
        failing_until = self._failing_until(breaker)
        breaker.suspend(failure, seconds, self._clock())
        self._notify()
        self._tell_of(provider, model, failing_until)

    def _refuse(self, provider: str, failure: Failure) -> None:
        self._refusals[provider] = self._refusals.get(provider, 0) + 1
        doubtful = failure.http == 403 and provider in self._answered
        if not doubtful or self._refusals[provider] >= _REFUSALS:
            self._refused.setdefault(provider, failure)

    def _breaker(self, provider: str, model: str) -> CircuitBreaker:
        key = (provider, model)
        if key not in self._breakers:
            self._breakers[key] = CircuitBreaker()
        return self._breakers[key]

    def _streak(self, provider: str, model: str) -> InvalidStreak:
        key = (provider, model)
        if key not in self._streaks:
            self._streaks[key] = InvalidStreak()
        return self._streaks[key]

    def _notify(self) -> None:
        for changed in self._recovering.values():
            _wake(changed)


def _wake(changed: asyncio.Future[None]) -> None:
    if not changed.done():
        changed.set_result(None)
