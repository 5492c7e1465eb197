"""The circuit breakers of all processes with one key: a model that one finds failing is left alone by the others.

What is found is told at once, and what others found is asked for every second. Only what a provider itself said is
told, with a status: a machine without a network has found nothing about the provider. Who opened a breaker probes; the
others wait a little longer, so that its next finding reaches them before they would probe themselves. Where none comes,
since it has ended or has nothing to ask, the server gives one of them the turn, and then another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from scrimp.errors import ServerDownError, ServerRefusedError
from scrimp.shared.breaker_states import AFTER_THE_PROBE, OpenBreaker
from scrimp.values import Failure

if TYPE_CHECKING:
    from scrimp.transport.limits.health import ProviderHealth

    class Exchanges(Protocol):
        """The states on the server, for the thread that asks it."""

        def exchange(
            self, names: Sequence[str], news: Mapping[str, OpenBreaker | None], probing: Collection[str]
        ) -> dict[str, OpenBreaker]:
            """Report changes and current probes; return the models that fail."""


_EVERY_SECONDS = 1.0


class SharedBreakers:
    """Exchanges failing models with a server: those that this run found, and those that others found."""

    def __init__(
        self, server: Exchanges, health: ProviderHealth, run: str, name_of: Callable[[str, str], str | None],
        warn: Callable[[str], None], *, every: float = _EVERY_SECONDS,
    ) -> None:  # fmt: skip
        """`name_of` names a model and its key for others, by its provider and its name here; None: it is not shared."""
        self._server, self._health, self._run, self._name_of, self._warn = server, health, run, name_of, warn
        self._every = every
        self._news: dict[str, OpenBreaker | None] = {}
        self._failing: set[tuple[str, str]] = set()  # models that other processes found failing
        self._changed, self._ending = asyncio.Event(), False
        self._warned = False
        health.tell = self._tell
        self._task = asyncio.create_task(self._keep_up())

    async def close(self) -> None:
        """Report what was not reported yet."""
        self._ending = True
        self._changed.set()
        await self._task

    def _tell(self, provider: str, model: str, failure: Failure | None, seconds: float, *, given_up: bool) -> None:
        name, found = self._name_of(provider, model), None
        if name is None or (failure is not None and failure.http is None):
            return
        if failure is not None:
            found = OpenBreaker(run=self._run, kind=failure.kind, http=failure.http, given_up=given_up, seconds=seconds)
        self._news[name] = found
        self._changed.set()

    async def _keep_up(self) -> None:
        while not self._ending:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._changed.wait()
            self._changed.clear()
            await self._exchange()

    async def _exchange(self) -> None:
        named = ((self._name_of(*model), model) for model in self._health.models)
        models = {name: model for name, model in named if name is not None}
        if not models:
            return
        news, self._news = self._news, {}
        probing = [name for name, model in models.items() if self._health.probing(*model)]
        try:
            found = await asyncio.to_thread(self._server.exchange, list(models), news, probing)
        except (ServerDownError, ServerRefusedError) as error:
            self._news = news | self._news
            if not self._warned:
                self._warned = True
                self._warn(f"{error}: until it does, each run finds failing providers by itself")
            return
        changed = {models[name] for name in self._news if name in models}  # since it was asked
        self._learn({models[name]: state for name, state in found.items()}, changed)

    def _learn(self, found: Mapping[tuple[str, str], OpenBreaker], changed: Collection[tuple[str, str]]) -> None:
        others = {model for model, state in found.items() if state.run != self._run}
        for (provider, model), state in found.items():
            own = (provider, model) not in others
            if own and ((provider, model) in changed or self._health.trouble(provider, model) is not None):
                continue  # this run found it itself, or it is this run's turn to probe
            said = f"status {state.http}" if state.http is not None else state.kind
            failure = Failure(
                kind=state.kind, http=state.http, sent=False,
                message=f"{provider}/{model} fails in another run ({said})",
            )  # fmt: skip
            # One of this run's that works here is its turn: the next call is the probe.
            seconds = 0.0 if own else state.seconds + AFTER_THE_PROBE + self._every
            self._health.heed(provider, model, failure, seconds, given_up=state.given_up)
        for provider, model in self._failing - others:  # it answers again, or it is this run's turn to probe
            self._health.try_now(provider, model)
        self._failing = others
