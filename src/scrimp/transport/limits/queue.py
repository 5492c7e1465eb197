"""The way to one provider: calls enter it in turn, as many at once and as fast as the provider takes them."""

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
_FIRST_OUTPUT, _NEWEST = 100.0, 0.05
# Statuses that say "not so many at once", whatever kind of failure they are.
_OBJECTIONS = frozenset((429, 503, 529))
# Rounds of refused calls after which all others wait, too.
_ALL_REFUSED = 2
# Where so few calls at once are too many, it is not their number but their rate.
_FEW = 3

_Place: TypeAlias = tuple[asyncio.Future[None], int]


class ProviderQueue:
    """A queue in front of one provider: with one for each, a slow provider holds back nobody else's calls."""

    def __init__(self, window: AdaptiveLimit, pace: RateLimiter, clock: Callable[[], float]) -> None:
        self._window, self._pace, self._clock = window, pace, clock
        self._in_flight = 0
        self._output = _FIRST_OUTPUT  # tokens of a usual completion
        self._rounds = 0  # of calls refused for their rate, with no completion between them
        self._waiting: deque[_Place] = deque()
        self._ahead: deque[_Place] = deque()  # those that are tried again
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, request_bytes: int, *, ahead: bool = False) -> int:
        """Wait for a place, and return the tokens that were set aside; whoever has entered must leave.

        A call that is tried again goes ahead: it has waited, and rows in order of input wait for it.
        """
        tokens = request_bytes // _BYTES_PER_TOKEN + int(self._output)
        if not self._ahead and (ahead or not self._waiting) and self._admits(tokens):
            self._take(tokens)
            return tokens
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._ahead if ahead else self._waiting).append((place, tokens))
        self._plan()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it had its place already, and gives it back
                self.leave(unsent=tokens)
            else:
                self._wake()  # whoever is behind it may need less
            raise
        return tokens

    def leave(self, *, unsent: int | None = None) -> None:
        """Give a place back to whoever waits for one; `unsent` tokens were set aside for a call that was not made."""
        self._in_flight -= 1
        if unsent is not None:
            self._pace.give_back(unsent, self._clock())
        self._wake()

    def learn(self, result: Completion | Failure, stated: StatedLimits | None, *, estimated: int, began: float) -> None:
        """Learn from the end of a call that was sent at `began`, for which so many tokens were set aside."""
        now = self._clock()
        if stated is not None:
            self._pace.learn(stated, now)
        if isinstance(result, Completion):
            self._count(result.usage, estimated, now)
            self._window.answered(began, now)
            self._pace.answered(now)
            self._rounds = 0
        elif result.http in _OBJECTIONS or policy_of(result).slows_down:
            few = self._in_flight <= _FEW
            if self._window.objected(began, now) and result.kind == "rate_limit":
                self._rounds += 1
                if few:
                    self._pace.objected()
        elif policy_of(result).is_answer:
            self._window.answered(began, now)

    def _count(self, usage: Usage | None, estimated: int, now: float) -> None:
        if usage is not None:
            self._output += (usage.output - self._output) * _NEWEST
            # What comes from a provider's prompt cache does not count toward most limits (reference, 5).
            self._pace.correct(estimated, usage.input - usage.cache_read + usage.output, now)

    def turned_away(self, seconds: float) -> None:
        """Note that a call was refused for its rate, and comes again in so many seconds.

        One of many waits alone: they were too many at once, which the window mends. Where nothing comes through any
        more, all wait.
        """
        if self._rounds >= _ALL_REFUSED:
            self._pace.hold(self._clock() + seconds)

    def _admits(self, tokens: int) -> bool:
        return self._in_flight < self._window.limit and not self._pace.wait(tokens, self._clock())

    def _take(self, tokens: int) -> None:
        self._in_flight += 1
        self._pace.take(tokens, self._clock())

    def _wake(self) -> None:
        while queue := self._ahead or self._waiting:
            place, tokens = queue[0]
            if place.done():  # cancelled while it waited
                queue.popleft()
            elif self._admits(tokens):
                queue.popleft()
                self._take(tokens)
                place.set_result(None)
            else:
                break
        self._plan()

    def _plan(self) -> None:
        """Come back when the pace allows the next one; where only the window is full, whoever leaves comes back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        queue = self._ahead or self._waiting
        if queue and self._in_flight < self._window.limit:
            wait = self._pace.wait(queue[0][1], self._clock())
            self._timer = asyncio.get_running_loop().call_later(wait, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._wake()
