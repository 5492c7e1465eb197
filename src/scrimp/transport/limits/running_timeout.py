"""Time-outs that count the time in which this process ran, not the time in which it was stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_BEAT = 1.0  # seconds


class RunningTimeouts:
    """Time-outs of the calls of one event loop; a beat each second shows for how long the loop did not run.

    It does not while the process is stopped (SIGSTOP, a paused container, a machine asleep), or waits for whoever
    reads its output. Replies that arrive meanwhile are paid for: they must be read, not thrown away as late.
    """

    def __init__(self) -> None:
        self._open = 0
        self._beat: asyncio.TimerHandle | None = None
        self._ran_at = 0.0  # when the loop last ran, as far as is known
        self._stopped_for = 0.0  # seconds, in all

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        """Raise TimeoutError once what is within has taken so many seconds in which this process ran."""
        loop = asyncio.get_running_loop()
        self._opened(loop)
        try:
            async with asyncio.timeout(None) as scope:
                countdown = _Countdown(self, loop, scope)
                countdown.wait(seconds)
                try:
                    yield
                finally:
                    countdown.cancel()
        finally:
            self._closed()

    def stopped_for(self, loop: asyncio.AbstractEventLoop) -> float:
        """Return the seconds in which the loop did not run, of all in which a call was open."""
        now = loop.time()
        if now - self._ran_at >= 2 * _BEAT:
            self._stopped_for += now - self._ran_at
        self._ran_at = now
        return self._stopped_for

    def _opened(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._open:
            self._ran_at = loop.time()
            self._beat = loop.call_later(_BEAT, self._tick, loop)
        self._open += 1

    def _closed(self) -> None:
        self._open -= 1
        if not self._open and self._beat is not None:
            self._beat.cancel()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.stopped_for(loop)
        self._beat = loop.call_later(_BEAT, self._tick, loop)


class _Countdown:
    """Ends a scope after seconds to which those are added in which the loop did not run."""

    def __init__(self, timeouts: RunningTimeouts, loop: asyncio.AbstractEventLoop, scope: asyncio.Timeout) -> None:
        self._timeouts, self._loop, self._scope = timeouts, loop, scope
        self._counted = timeouts.stopped_for(loop)

    def wait(self, seconds: float) -> None:
        self._end = self._loop.time() + seconds
        self._timer = self._loop.call_at(self._end, self._expire)

    def cancel(self) -> None:
        self._timer.cancel()

    def _expire(self) -> None:
        stopped_for = self._timeouts.stopped_for(self._loop)
        added, self._counted = stopped_for - self._counted, stopped_for
        if not added:
            self._scope.reschedule(self._loop.time())
            return
        # What arrived while the process was stopped is read within a beat of its going on.
        self.wait(max(self._end + added - self._loop.time(), _BEAT))
