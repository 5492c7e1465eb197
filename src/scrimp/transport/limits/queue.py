"""The queue of calls to one provider: they enter in turn, within its concurrency and rate limits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from scrimp.failures import policy_of
from scrimp.providers.replies.rate_limit_headers import StatedLimits
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.transport.limits.refusals import Refusals
from scrimp.values import Completion, Failure, Usage

# Estimates: a token is about four bytes of a request, a completion is as long as those before it.
_BYTES_PER_TOKEN = 4
_FIRST_OUTPUT, _NEWEST_WEIGHT = 100.0, 0.05
# Statuses that ask for fewer concurrent calls, whatever kind of failure they are.
_OBJECTIONS = frozenset((429, 503, 529))
# Seconds by which two readings of a clock for the same moment differ, and after which a time that has come is looked at
# again.
_CLOCK_NOISE, _SOON = 0.001, 0.01

_Waiter: TypeAlias = tuple[asyncio.Future[None], int]  # and the tokens it needs


class ProviderQueue:
    """Admits calls to one provider; each provider has its own queue, so that a slow one does not hold back others."""

    def __init__(self, limit: AdaptiveLimit, rate: RateLimiter, clock: Callable[[], float]) -> None:
        self._limit, self._rate, self._clock = limit, rate, clock
        self._in_flight = 0
        self._usual_output = _FIRST_OUTPUT  # tokens of a completion
        self.refusals = Refusals()
        self._asleep = 0  # calls that wait to be sent again and keep their places
        self._cuts = 0  # how often none of them has kept its place
        self._waiting: deque[_Waiter] = deque()
        self._resumed: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        rate.changed = self._wake

    async def enter(self, text_bytes: int, *, attached: int = 0, resumed: bool = False) -> int:
        """Wait for a place; return the tokens reserved, with `attached` for what is not text. Then call `leave`.

        A resumed call goes first: it has waited before, and rows printed in order of input wait for it.
        """
        tokens = text_bytes // _BYTES_PER_TOKEN + attached + int(self._usual_output)
        if not self._resumed and (resumed or not self._waiting) and self._admits(tokens):
            self._take(tokens)
            return tokens
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._resumed if resumed else self._waiting).append((place, tokens))
        self._schedule()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it already had its place, so give it back
                self.leave(unsent=tokens)
            else:
                self._wake()  # the next one may need less
            raise
        return tokens

    def leave(self, *, unsent: int | None = None) -> None:
        """Give a place back, and the tokens reserved if the call was not made (`unsent`)."""
        self._in_flight -= 1
        if unsent is not None:
            self._rate.give_back(unsent, self._clock())
        self._wake()

    def learn(self, result: Completion | Failure, stated: StatedLimits | None, *, estimated: int, began: float) -> bool:
        """Learn from the result of a call that was sent at `began` with `estimated` tokens reserved.

        Return whether a refused call keeps its place while it waits.
        """
        now, beside, keeps = self._clock(), max(0, self._in_flight - 1), True
        if stated is not None:
            self._rate.learn(stated, now)
        if isinstance(result, Completion):
            self._correct(result.usage, estimated, now)
            may_be_sent = None if stated is None else stated.requests_remaining
            self._limit.answered(began, now, stated=may_be_sent, others=beside)
            self.refusals.answered()
        elif result.http in _OBJECTIONS or policy_of(result).slows_down:
            if self._limit.objected(began, now, others=beside):
                # The limit is what is in flight now: neither this call nor those refused before have a place in it.
                keeps, self._asleep, self._cuts = False, 0, self._cuts + 1
            if result.kind == "rate_limit":
                self.refusals.refused()
        elif policy_of(result).is_answer:
            self._limit.answered(began, now, others=beside)
            self.refusals.answered()
        else:
            self._limit.failed()
        return keeps

    def _correct(self, usage: Usage | None, estimated: int, now: float) -> None:
        if usage is not None:
            self._usual_output += (usage.output - self._usual_output) * _NEWEST_WEIGHT
            # Tokens read from a provider's prompt cache do not count toward most limits (reference, 5).
            self._rate.correct(estimated, usage.input - usage.cache_read + usage.output, now)

    @property
    def idle(self) -> bool:
        """Whether no call is in flight."""
        return not self._in_flight

    def wait_for_time(self) -> float:
        """Return the seconds until time may let more calls go, where some wait for that alone; 0 if none do."""
        wait = None if self._has_place() else self._wait()
        return 0.0 if wait is None else max(wait, _SOON)

    def wait_for_rate(self) -> float:
        """Return the seconds until the rate allows the next call that waits for it; 0 if none does."""
        queue = self._resumed or self._waiting
        return self._rate.wait(queue[0][1], self._clock()) if queue and self._has_place() else 0.0

    @contextmanager
    def asleep(self, *, keeps_place: bool = True) -> Iterator[None]:
        """Mark a refused call as waiting to be sent again: it keeps its place, unless refusals are scattered."""
        self._asleep += keeps_place
        cuts = self._cuts
        try:
            yield
        finally:
            self._asleep -= keeps_place and cuts == self._cuts
            # Soon, not now: a call that is sent again enters first.
            asyncio.get_running_loop().call_soon(self._wake)

    def _has_place(self) -> bool:
        held = 0 if self.refusals.are_scattered else self._asleep
        return self._in_flight + held < self._limit.size

    def _admits(self, tokens: int) -> bool:
        return self._has_place() and not self._rate.wait(tokens, self._clock())

    def _take(self, tokens: int) -> None:
        self._in_flight += 1
        self._rate.take(tokens, self._clock())

    def _wake(self) -> None:
        while queue := self._resumed or self._waiting:
            place, tokens = queue[0]
            if place.done():  # canceled while it waited
                queue.popleft()
            elif self._admits(tokens):
                queue.popleft()
                self._take(tokens)
                place.set_result(None)
            else:
                break
        self._schedule()

    def _schedule(self) -> None:
        """Set a timer for when the next call may go by rate or time; where neither lets it, one that leaves wakes it.

        One that is set for that or sooner stays: set again for each call that enters, it would not go off while some
        enter in each pass of the loop.
        """
        if (wait := self._wait()) is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            return
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + wait + _CLOCK_NOISE:
                return
            self._timer.cancel()
        self._timer = loop.call_later(wait, self._on_timer)

    def _wait(self) -> float | None:
        """Return the seconds until the next call may go by rate or time; None if neither lets it, or none waits."""
        if not (self._resumed or self._waiting):
            return None
        if self._has_place():
            return self.wait_for_rate()
        now = self._clock()
        grows_at = self._limit.grows_at(now)
        return None if grows_at is None else grows_at - now

    def _on_timer(self) -> None:
        self._timer = None
        if not self._has_place():
            self._limit.grow(self._clock(), self._in_flight)
        self._wake()
