"""How fast calls may go: token buckets for requests and tokens a minute, a spacing, a moment before which none goes.

The rates come from the config or from the provider's own headers, whichever is lower. Times are seconds of any steady
clock; tokens are estimated before a call and corrected by what it used.
"""

from __future__ import annotations

from scrimp.providers.rate_limit_headers import StatedLimits

_MINUTE = 60.0
# A bucket of the user's rate holds so many seconds of it: enough to begin at once, too little to use up a minute's
# worth in a burst. A provider that states its limits tells how full its own bucket is, which holds a minute's worth.
_BURST_SECONDS = 5.0
# Spacing: its bounds in seconds, what an objection and an answer make of it, and the weight of the newest gap.
_SHORTEST_SPACING, _LONGEST_SPACING = 0.005, 10.0
_WIDER, _CLOSER, _NEWEST = 1.5, 0.99, 0.1


class TokenBucket:
    """A token bucket: fills by `rate` a second up to its burst; without a rate it never runs dry."""

    def __init__(self, per_minute: int | None) -> None:
        self._own = None if per_minute is None else per_minute / _MINUTE
        self.rate = self._own
        self._level = self._burst
        self._at = 0.0

    @property
    def _burst(self) -> float:
        if self.rate is None:
            return 0.0
        return max(1.0, self.rate * (_MINUTE if self._own is None else _BURST_SECONDS))

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until so much may be taken. More than the bucket holds is taken from a full one."""
        if self.rate is None:
            return 0.0
        missing = min(amount, self._burst) - self._filled(now)
        # Less than a thousandth is rounding: waiting for it would be to wait for ever.
        return missing / self.rate if missing > 1e-3 else 0.0

    def take(self, amount: float, now: float) -> None:
        """Take it, into debt if need be: what was used is used."""
        if self.rate is not None:
            self._level, self._at = self._filled(now) - amount, now

    def learn(self, per_minute: int | None, left: int | None, now: float) -> None:
        """Adopt what the provider states of its own bucket, where it allows less than ours."""
        if per_minute is not None:
            stated, known = per_minute / _MINUTE, self.rate is not None
            self.rate = stated if self._own is None else min(stated, self._own)
            if not known:
                self._level, self._at = self._burst, now
        if left is not None and self.rate is not None:
            self._level, self._at = min(self._filled(now), left), now

    def _filled(self, now: float) -> float:
        rate = self.rate or 0.0
        return min(self._burst, self._level + rate * (now - self._at))


class CallSpacing:
    """Seconds between two calls, found out by trying: for a provider that limits a minute's calls and states no limit.

    Fewer calls at a time do not help there once they are few. The first objection then spaces calls as far apart
    as answers came, each further one half as far again, and every answer brings them a little closer.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._gap, self._answered_at = 0.0, float("-inf")
        self._sent_at = float("-inf")

    def wait(self, now: float) -> float:
        """Return the seconds until the next call may be sent."""
        return self._sent_at + self.seconds - now if self.seconds else 0.0

    def sent(self, now: float) -> None:
        """Note that a call is sent."""
        self._sent_at = now

    def answered(self, now: float) -> None:
        """Learn from an answer."""
        if self._answered_at > float("-inf"):
            gap = min(now - self._answered_at, _LONGEST_SPACING)
            self._gap += (gap - self._gap) * _NEWEST
        self._answered_at = now
        self.seconds = self.seconds * _CLOSER if self.seconds > _SHORTEST_SPACING else 0.0

    def objected(self) -> None:
        """Learn from an objection to one of few calls."""
        self.seconds = min(_LONGEST_SPACING, max(self._gap, self.seconds * _WIDER, _SHORTEST_SPACING * 2))


class RateLimiter:
    """What keeps calls to one provider apart in time."""

    def __init__(self, *, rpm: int | None = None, tpm: int | None = None) -> None:
        self._requests, self._tokens = TokenBucket(rpm), TokenBucket(tpm)
        self._spacing = CallSpacing()
        self._not_before = float("-inf")

    def wait(self, tokens: int, now: float) -> float:
        """Return the seconds until a call of so many tokens may be sent; 0 is now."""
        buckets = max(self._requests.wait(1, now), self._tokens.wait(tokens, now))
        return max(0.0, self._not_before - now, self._spacing.wait(now), buckets)

    def take(self, tokens: int, now: float) -> None:
        """Note that a call of so many tokens is sent."""
        self._requests.take(1, now)
        self._tokens.take(tokens, now)
        self._spacing.sent(now)

    def give_back(self, tokens: int, now: float) -> None:
        """Take back a call that was not sent after all."""
        self._requests.take(-1, now)
        self._tokens.take(-tokens, now)

    def correct(self, estimated: int, used: int, now: float) -> None:
        """Put a call's own count in the place of the estimate."""
        self._tokens.take(used - estimated, now)

    def answered(self, now: float) -> None:
        """Note that a call was answered."""
        self._spacing.answered(now)

    def objected(self) -> None:
        """Note that the provider objected to the rate although few calls are in flight."""
        self._spacing.objected()

    def hold(self, until: float) -> None:
        """Send nothing before a moment; the latest one counts."""
        self._not_before = max(self._not_before, until)

    def learn(self, stated: StatedLimits, now: float) -> None:
        """Adopt what a reply states of the provider's limits."""
        self._requests.learn(stated.requests, stated.requests_remaining, now)
        self._tokens.learn(stated.tokens, stated.tokens_remaining, now)
