"""Which providers are of use in this run: the first call to each goes alone, and one that is refused stops the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scrimp.values import Completion, Failure

# So many failed calls of a provider in a row, with none that succeeded between, and it is left alone for the run.
_PATIENCE = 5


class Health:
    """What this run has learned of each provider."""

    def __init__(self) -> None:
        self._down: dict[str, Failure] = {}
        self._in_a_row: dict[str, int] = {}
        self._first: dict[str, asyncio.Lock | None] = {}

    def failure(self, provider: str) -> Failure | None:
        """Return why a provider is not to be called any more; None while it is."""
        return self._down.get(provider)

    @asynccontextmanager
    async def turn(self, provider: str) -> AsyncIterator[None]:
        """Hold others back until the first call to a provider is over: a wrong key then costs one call, not fifty."""
        lock = self._first.setdefault(provider, asyncio.Lock())
        if lock is None:
            yield
            return
        async with lock:
            if self._first[provider] is not None:
                yield
                self._first[provider] = None
                return
        yield

    def saw(self, provider: str, result: Completion | Failure) -> None:
        """Learn from the end of a call."""
        if isinstance(result, Completion):
            self._in_a_row[provider] = 0
            return
        if result.final:
            self._down[provider] = result
        elif result.kind in ("network", "timeout", "server", "rate_limit"):
            self._in_a_row[provider] = self._in_a_row.get(provider, 0) + 1
            if self._in_a_row[provider] >= _PATIENCE:
                self._down[provider] = result
