"""The limit on work in progress: of rows that go on after their first call, only so many have begun."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.values import Chain

_UNLIMITED = nullcontext()  # of a row of one call: what it waits for afterward is the disk


class WorkInProgress:
    """Admits rows that go on to a check or to another model; each chain has rows of its own.

    What such a row was answered so far is not in the cache yet, so a kill has it paid again. Where a check or a model
    is slower than the one before it, rows would wait for it by the thousand.
    """

    def __init__(self, *, calls: int, checks: int) -> None:
        """`calls` are the most in flight to a provider; `checks`, those that run at once, or 0 if rows have none."""
        self._calls, self._checks = calls, checks
        self._places: dict[Chain, asyncio.Semaphore] = {}

    def place(self, chain: Chain) -> AbstractAsyncContextManager[None]:
        """Return the place of a row of a chain: it waits until there is one, and frees it in the end."""
        if len(chain.steps) == 1 and not self._checks:
            return _UNLIMITED
        if chain not in self._places:
            self._places[chain] = asyncio.Semaphore(self.most(chain))
        return self._places[chain]

    def most(self, chain: Chain) -> int:
        """Return the most rows of a chain at once: each place they pass is full, and as many wait as one takes."""
        passed = len(chain.steps) + (chain.signal == "judge") + bool(self._checks)
        return (passed + 1) * max(self._calls, self._checks)
