"""Says what a run waits for while a provider takes no calls, once and then more and more rarely."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from math import ceil

from scrimp.transport.limits.waits import Wait

_LOOK_EVERY = 0.5
# A shorter wait is not worth a line, unless one follows another: seen in this many looks in a row.
_LEAST_SECONDS, _LEAST_LOOKS = 2.0, 5
# Seconds until the next line about the same provider: the first pause, how it grows, the longest.
_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 10.0, 2.0, 300.0


class WaitNotices:
    """Decides which waits are said; times are seconds of any steady clock."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._looks: dict[str, int] = {}  # consecutive checks at which a provider was waited for
        self._pauses: dict[str, float] = {}
        self._next: dict[str, float] = {}

    def look(self, waits: Iterable[Wait], now: float) -> None:
        """Report each wait that is long enough and has not been reported recently."""
        current = {wait.provider: wait for wait in waits}
        self._looks = {provider: self._looks.get(provider, 0) + 1 for provider in current}
        for provider, wait in current.items():
            left = wait.until - now
            long_enough = left >= _LEAST_SECONDS or self._looks[provider] >= _LEAST_LOOKS
            if long_enough and now >= self._next.get(provider, now):
                pause = self._pauses.get(provider, _FIRST_PAUSE)
                self._next[provider] = now + pause
                self._pauses[provider] = min(_LONGEST_PAUSE, pause * _GROWTH)
                self._say(f"waiting for {provider}: {wait.reason}, {max(1, ceil(left))} s")


@asynccontextmanager
async def wait_notices(waits: Callable[[], Iterable[Wait]], say: Callable[[str], None]) -> AsyncIterator[None]:
    """Report what is waited for until the block ends."""
    notices, loop = WaitNotices(say), asyncio.get_running_loop()

    async def watch() -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            notices.look(waits(), loop.time())

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
