"""The queue in front of one provider: calls enter in turn, as many at once and as fast as the provider takes them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from scrimp.failures import policy_of
from scrimp.providers.rate_limit_headers import StatedLimits
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.values import Completion, Failure, Usage

# A token is about four bytes of a request; completions are taken to be as long as those before them.
_BYTES_PER_TOKEN = 4
_FIRST_OUTPUT, _NEWEST_WEIGHT = 100.0, 0.05
# Statuses that say "not so many at once", whatever kind of failure they are.
_OBJECTIONS = frozenset((429, 503, 529))
# Rounds of refused calls after which all others wait, too.
_ROUNDS_TO_HOLD = 2
# Where so few calls at once are too many, their rate is the problem, not their number.
_FEW = 3

_Waiter: TypeAlias = tuple[asyncio.Future[None], int]  # and the tokens it needs


class ProviderQueue:
    """With one queue for each provider, a slow one holds back no other provider's calls."""

    def __init__(self, limit: AdaptiveLimit, rate: RateLimiter, clock: Callable[[], float]) -> None:
        self._limit, self._rate, self._clock = limit, rate, clock
        self._in_flight = 0
        self._usual_output = _FIRST_OUTPUT  # tokens of a completion
        self._refused_rounds = 0  # of calls refused for their rate, with no completion between them
        self._waiting: deque[_Waiter] = deque()
        self._resumed: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, request_bytes: int, *, resumed: bool = False) -> int:
        """Wait for a place, and return the tokens that were set aside; every call that has entered must leave.

        A call that is sent again goes first: it has waited, and rows in order of input wait for it.
        """
        tokens = request_bytes // _BYTES_PER_TOKEN + int(self._usual_output)
        if not self._resumed and (resumed or not self._waiting) and self._admits(tokens):
            self._take(tokens)
            return tokens
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._resumed if resumed else self._waiting).append((place, tokens))
        self._schedule()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it had its place already, and gives it back
                self.leave(unsent=tokens)
            else:
                self._wake()  # the next one may need less
            raise
        return tokens

    def leave(self, *, unsent: int | None = None) -> None:
        """Give a place back; `unsent` tokens were set aside for a call that was not made."""
        self._in_flight -= 1
        if unsent is not None:
            self._rate.give_back(unsent, self._clock())
        self._wake()

    def learn(self, result: Completion | Failure, stated: StatedLimits | None, *, estimated: int, began: float) -> None:
        """Learn from the end of a call that was sent at `began`, for which `estimated` tokens were set aside."""
        now = self._clock()
        if stated is not None:
            self._rate.learn(stated, now)
        if isinstance(result, Completion):
            self._correct(result.usage, estimated, now)
            self._limit.answered(began, now)
            self._rate.answered(now)
            self._refused_rounds = 0
        elif result.http in _OBJECTIONS or policy_of(result).slows_down:
            few = self._in_flight <= _FEW
            if self._limit.objected(began, now) and result.kind == "rate_limit":
                self._refused_rounds += 1
                if few:
                    self._rate.objected()
        elif policy_of(result).is_answer:
            self._limit.answered(began, now)

    def _correct(self, usage: Usage | None, estimated: int, now: float) -> None:
        if usage is not None:
            self._usual_output += (usage.output - self._usual_output) * _NEWEST_WEIGHT
            # What comes from a provider's prompt cache does not count toward most limits (reference, 5).
            self._rate.correct(estimated, usage.input - usage.cache_read + usage.output, now)

    def refused_for_rate(self, seconds: float) -> None:
        """Note that a call was refused for its rate, and comes again in so many seconds.

        One of many waits alone: they were too many at once, which the adaptive limit corrects. Where nothing comes
        through any more, all wait.
        """
        if self._refused_rounds >= _ROUNDS_TO_HOLD:
            self._rate.hold(self._clock() + seconds)

    def _admits(self, tokens: int) -> bool:
        return self._in_flight < self._limit.size and not self._rate.wait(tokens, self._clock())

    def _take(self, tokens: int) -> None:
        self._in_flight += 1
        self._rate.take(tokens, self._clock())

    def _wake(self) -> None:
        while queue := self._resumed or self._waiting:
            place, tokens = queue[0]
            if place.done():  # cancelled while it waited
                queue.popleft()
            elif self._admits(tokens):
                queue.popleft()
                self._take(tokens)
                place.set_result(None)
            else:
                break
        self._schedule()

    def _schedule(self) -> None:
        """Wake up when the rate allows the next call; where only the limit is full, the next call that leaves wakes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        queue = self._resumed or self._waiting
        if queue and self._in_flight < self._limit.size:
            wait = self._rate.wait(queue[0][1], self._clock())
            self._timer = asyncio.get_running_loop().call_later(wait, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._wake()
