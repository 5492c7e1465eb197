"""How fast calls may be sent: token buckets for requests and tokens per minute.

The rates come from the config or from the provider's own headers, whichever is lower. Times are seconds of any steady
clock; tokens are estimated before a call and corrected by what it used.
"""

from __future__ import annotations

from collections.abc import Callable

from scrimp.providers.replies.rate_limit_headers import StatedLimits

_MINUTE = 60.0
# Capacity of a bucket with the user's rate, in seconds of that rate: enough to start at once, too little to spend a
# minute's worth in a burst. A provider that states its limits also states the level of its bucket, of a minute's worth.
_BURST_SECONDS = 5.0


class TokenBucket:
    """A token bucket, filled by `rate` per second up to its capacity; without a rate it is never empty."""

    def __init__(self, per_minute: int | None) -> None:
        self._own = None if per_minute is None else per_minute / _MINUTE
        self.rate = self._own
        self._level = self.capacity
        self._at = 0.0

    @property
    def capacity(self) -> float:
        """The most that is in it."""
        if self.rate is None:
            return 0.0
        return max(1.0, self.rate * (_MINUTE if self._own is None else _BURST_SECONDS))

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until this amount may be taken; one above the capacity needs a full bucket."""
        if self.rate is None:
            return 0.0
        missing = min(amount, self.capacity) - self._filled(now)
        # Less than a thousandth is a rounding error, and waiting for it would never end.
        return missing / self.rate if missing > 1e-3 else 0.0

    def take(self, amount: float, now: float) -> None:
        """Take an amount, even if the bucket goes below zero."""
        if self.rate is not None:
            self._level, self._at = self._filled(now) - amount, now

    def empty(self, now: float) -> None:
        """Take all there is."""
        self._level, self._at = 0.0, now

    def learn(self, per_minute: int | None, left: int | None, now: float) -> None:
        """Adopt the rate and level that the provider states, if they allow less than ours."""
        if per_minute is not None:
            stated, known = per_minute / _MINUTE, self.rate is not None
            self.rate = stated if self._own is None else min(stated, self._own)
            if not known:
                self._level, self._at = self.capacity, now
        if left is not None and self.rate is not None:
            self._level, self._at = min(self._filled(now), left), now

    def _filled(self, now: float) -> float:
        rate = self.rate or 0.0
        return min(self.capacity, self._level + rate * (now - self._at))


class RateLimiter:
    """Limits the rate of calls to one provider."""

    def __init__(self, *, rpm: int | None = None, tpm: int | None = None) -> None:
        self._requests, self._tokens = TokenBucket(rpm), TokenBucket(tpm)
        self.changed: Callable[[], None] = _nobody_waits  # called where calls may go before the time that `wait` said

    def wait(self, tokens: int, now: float) -> float:
        """Return the seconds until a call of this many tokens may be sent."""
        return max(0.0, self._requests.wait(1, now), self._tokens.wait(tokens, now))

    def take(self, tokens: int, now: float) -> None:
        """Record that a call of this many tokens is sent."""
        self._requests.take(1, now)
        self._tokens.take(tokens, now)

    def begin_empty(self, now: float) -> None:
        """Let the first call wait until the rate allows it, instead of many going at once."""
        self._requests.empty(now)
        self._tokens.empty(now)

    def give_back(self, tokens: int, now: float) -> None:
        """Undo `take` for a call that was not sent."""
        self._requests.take(-1, now)
        self._tokens.take(-tokens, now)

    def correct(self, estimated: int, used: int, now: float) -> None:
        """Replace the estimate of a call by the tokens it used."""
        self._tokens.take(used - estimated, now)

    def learn(self, stated: StatedLimits, now: float) -> None:
        """Adopt the provider's limits that a reply states."""
        self._requests.learn(stated.requests, stated.requests_remaining, now)
        self._tokens.learn(stated.tokens, stated.tokens_remaining, now)


def _nobody_waits() -> None:
    """Wake no call."""
