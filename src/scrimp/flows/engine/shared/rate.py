"""The rate limits of a provider, shared by all processes with its key: they are taken from a server, some at a time.

The server is asked by a thread, before what was taken runs out; calls that wait are woken when it answers. Where it
does not, this process keeps to its part of the limits by itself: to what there is for one of those that shared them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from msgspec.structs import replace

from scrimp.errors import ServerDownError, ServerRefusedError
from scrimp.providers.replies.rate_limit_headers import StatedLimits
from scrimp.shared.rate_limits import Granted, Wanted
from scrimp.transport.limits.rate_limit import RateLimiter, TokenBucket

_MINUTE = 60.0
# What is taken in advance was sent in about this many seconds, and is at most what the limit allows in them.
_AHEAD_SECONDS = 0.25
# Seconds after which a server that did not answer is asked again; and of a wait that an answer ends.
_RETRY_SECONDS, _UNTIL_ANSWERED = 2.0, 1.0


class Takes(Protocol):
    """The buckets on the server, for the thread that asks it."""

    def take(self, requests: Wanted, tokens: Wanted) -> Granted:
        """Take from both."""


class SharedRateLimiter(RateLimiter):
    """Limits the rate of calls to one provider, together with others; without any limit no server is asked."""

    def __init__(self, takes: Takes, warn: Callable[[str], None], *, rpm: int | None, tpm: int | None) -> None:
        super().__init__(rpm=rpm, tpm=tpm)
        self._server, self._warn = takes, warn
        self._requests_left = self._tokens_left = 0  # taken and not sent yet
        self._stated: StatedLimits | None = None  # since the server was asked last
        self._sent: deque[tuple[float, int]] = deque()  # times and tokens of calls lately
        self._tokens_sent = 0
        self._task: asyncio.Task[None] | None = None
        self._not_before = float("-inf")
        self._sharing = 1
        self._alone: RateLimiter | None = None  # while the server does not answer
        self._sent_alone = self._tokens_alone = 0  # then
        self._warned = False

    def wait(self, tokens: int, now: float) -> float:
        """Return the seconds until a call of this many tokens may be sent; the server may allow it before that."""
        if not self._is_limited:
            return 0.0
        if self._alone is not None:
            if self._task is None and now >= self._not_before:
                self._ask(1, tokens)
            return self._alone.wait(tokens, now)
        if (own := super().wait(tokens, now)) > 0:  # the others may have higher limits, and share those
            return own
        if self._requests_left >= self._needed(self._requests, 1) and self._tokens_left >= self._needed(
            self._tokens, tokens
        ):
            return 0.0
        if self._task is None and now < self._not_before:
            return self._not_before - now
        if self._task is None:
            self._ask(1, tokens)
        return _UNTIL_ANSWERED

    def take(self, tokens: int, now: float) -> None:
        """Record that a call of this many tokens is sent."""
        if not self._is_limited:
            return
        super().take(tokens, now)
        if self._alone is not None:
            self._alone.take(tokens, now)
            self._sent_alone += 1
            self._tokens_alone += tokens
            return
        self._requests_left -= self._needed(self._requests, 1)
        self._tokens_left -= self._needed(self._tokens, tokens)
        self._sent.append((now, tokens))
        self._tokens_sent += tokens
        while self._sent[0][0] < now - _AHEAD_SECONDS:
            self._tokens_sent -= self._sent.popleft()[1]
        if self._task is None and now >= self._not_before and self._runs_low:
            self._ask(0, 0)

    def give_back(self, tokens: int, now: float) -> None:
        """Undo `take` for a call that was not sent."""
        super().give_back(tokens, now)
        if self._alone is not None:
            self._alone.give_back(tokens, now)
            self._sent_alone -= 1
            self._tokens_alone -= tokens
        elif self._is_limited:
            self._requests_left += self._needed(self._requests, 1)
            self._tokens_left += self._needed(self._tokens, tokens)

    def correct(self, estimated: int, used: int, now: float) -> None:
        """Replace the estimate of a call by the tokens it used."""
        super().correct(estimated, used, now)
        if self._alone is not None:
            self._alone.correct(estimated, used, now)
            self._tokens_alone += used - estimated
        elif self._is_limited:
            self._tokens_left -= self._needed(self._tokens, used - estimated)

    def learn(self, stated: StatedLimits, now: float) -> None:
        """Adopt the provider's limits that a reply states; others hear of them with the next request to the server."""
        super().learn(stated, now)
        self._stated = stated
        if self._alone is not None:
            self._alone.learn(_part(stated, self._sharing), now)

    @property
    def _is_limited(self) -> bool:
        return self._requests.rate is not None or self._tokens.rate is not None

    @property
    def _runs_low(self) -> bool:
        """Whether less is left than was sent in half the time that is taken in advance."""
        requests = self._requests.rate is not None and 2 * self._requests_left < len(self._sent)
        return requests or (self._tokens.rate is not None and 2 * self._tokens_left < self._tokens_sent)

    @staticmethod
    def _needed(bucket: TokenBucket, amount: int) -> int:
        return 0 if bucket.rate is None else amount

    def _ask(self, calls: int, tokens: int) -> None:
        """Ask for `calls` and `tokens`, and in advance for about as much as was sent lately."""
        stated, self._stated = self._stated or StatedLimits(), None
        requests = self._wanted(self._requests, calls, len(self._sent), self._requests_left, stated.requests_remaining)
        wanted = self._wanted(self._tokens, tokens, self._tokens_sent, self._tokens_left, stated.tokens_remaining)
        if self._alone is not None:
            requests = replace(requests, sent=self._part_of(self._requests, self._sent_alone))
            wanted = replace(wanted, sent=self._part_of(self._tokens, self._tokens_alone))
        self._task = asyncio.get_running_loop().create_task(self._take(requests, wanted))

    def _part_of(self, bucket: TokenBucket, sent: int) -> int:
        """Return how much was sent without the server, capped at this run's part of a full bucket."""
        return max(0, min(sent, int(bucket.capacity / self._sharing)))

    def _wanted(self, bucket: TokenBucket, amount: int, sent: int, in_hand: int, stated: int | None) -> Wanted:
        rate, need = bucket.rate or 0.0, max(0, amount - in_hand)
        ahead = min(sent, int(rate * _AHEAD_SECONDS / self._sharing))
        return Wanted(rate=rate, most=bucket.capacity, need=need, want=max(need, ahead - in_hand), left=stated)

    async def _take(self, requests: Wanted, tokens: Wanted) -> None:
        loop = asyncio.get_running_loop()
        try:
            granted = await asyncio.to_thread(self._server.take, requests, tokens)
        except (ServerDownError, ServerRefusedError) as error:
            self._go_on_alone(error, loop.time())
        else:
            self._alone, self._sharing = None, granted.sharing
            self._sent_alone = self._tokens_alone = 0
            self._requests_left += granted.requests
            self._tokens_left += granted.tokens
            self._not_before = loop.time() + granted.wait
        finally:
            self._task = None
            self.changed()

    def _go_on_alone(self, error: Exception, now: float) -> None:
        self._not_before = now + _RETRY_SECONDS
        if self._alone is None:
            self._requests_left = self._tokens_left = 0
            self._alone = RateLimiter(
                rpm=_share(self._requests.rate, self._sharing), tpm=_share(self._tokens.rate, self._sharing)
            )
            self._alone.begin_empty(now)
        if not self._warned:
            self._warned = True
            part = f"a part of them, 1/{self._sharing}" if self._sharing > 1 else "them"
            self._warn(f"{error}: until it does, rate limits are not shared, and this run keeps to {part}, by itself")


def _share(rate: float | None, sharing: int) -> int | None:
    return None if rate is None else max(1, int(rate * _MINUTE / sharing))


def _part(stated: StatedLimits, sharing: int) -> StatedLimits:
    amounts = (stated.requests, stated.requests_remaining, stated.tokens, stated.tokens_remaining)
    requests, requests_left, tokens, tokens_left = (None if each is None else each // sharing for each in amounts)
    return StatedLimits(requests or None, requests_left, tokens or None, tokens_left)
