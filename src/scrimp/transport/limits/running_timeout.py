"""Time-outs that count the time in which this process ran, not the time in which it was stopped."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType

_BEAT = 1.0  # seconds


class RunningTimeouts:
    """Time-outs of the calls of one event loop; a beat each second shows for how long the loop did not run.

    It does not while the process is stopped (SIGSTOP, a paused container, a machine asleep), or waits for those who
    reads its output. Replies that arrive meanwhile are paid for: they must be read, not thrown away as late.
    """

    def __init__(self) -> None:
        self._open = 0
        self._beat: asyncio.TimerHandle | None = None
        self._ran_at = 0.0  # when the loop last ran, as far as is known
        self._stopped_for = 0.0  # seconds, in all

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """Raise TimeoutError once what is within has taken this many seconds in which this process ran."""
        return _Countdown(self, seconds)

    def stopped_for(self, loop: asyncio.AbstractEventLoop) -> float:
        """Return the seconds in which the loop did not run, of all in which a call was open."""
        now = loop.time()
        if now - self._ran_at >= 2 * _BEAT:
            self._stopped_for += now - self._ran_at
        self._ran_at = now
        return self._stopped_for

    def opened(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count a call that begins."""
        if not self._open:
            self._ran_at = loop.time()
            self._beat = loop.call_later(_BEAT, self._tick, loop)
        self._open += 1

    def closed(self) -> None:
        """Count a call that has ended."""
        self._open -= 1
        if not self._open and self._beat is not None:
            self._beat.cancel()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.stopped_for(loop)
        self._beat = loop.call_later(_BEAT, self._tick, loop)


class _Countdown:
    """Ends what is within it after seconds to which those are added in which the loop did not run.

    As `asyncio.timeout` does it, which would be asked for another end each time. A class, not a generator: there is one
    for each call.
    """

    __slots__ = ("_cancels", "_counted", "_end", "_expired", "_loop", "_seconds", "_task", "_timeouts", "_timer")

    def __init__(self, timeouts: RunningTimeouts, seconds: float) -> None:
        self._timeouts, self._seconds, self._expired = timeouts, seconds, False
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> None:
        if (task := asyncio.current_task(self._loop)) is None:
            raise RuntimeError("only what is within a task can be ended")
        self._task, self._cancels = task, task.cancelling()
        self._timeouts.opened(self._loop)
        self._counted = self._timeouts.stopped_for(self._loop)
        self._wait(self._seconds)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timeouts.closed()
        # Where somebody else has canceled the task as well, it is canceled.
        if self._expired and self._task.uncancel() <= self._cancels and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _wait(self, seconds: float) -> None:
        self._end = self._loop.time() + seconds
        self._timer = self._loop.call_at(self._end, self._expire)

    def _expire(self) -> None:
        stopped_for = self._timeouts.stopped_for(self._loop)
        added, self._counted = stopped_for - self._counted, stopped_for
        if not added:
            self._expired = True
            self._task.cancel()
            return
        # What arrived while the process was stopped is read within a beat of its going on.
        self._wait(max(self._end + added - self._loop.time(), _BEAT))
