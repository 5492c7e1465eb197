"""How many concurrent calls a provider takes, found by additive increase and multiplicative decrease.

The limit starts high and doubles every round trip until the provider first objects. Where the first reply states how
many requests may be sent now, it starts there instead: the rate limiter keeps to that number. After an objection it
recovers half of the loss in each round trip, and grows by one per round trip above its old value.
An objection is that most calls end with a 429, a 503, a 529 or a timeout while others are answered, or that calls have
become much slower. Fewer refusals are cheaper to repeat than to avoid: a provider may refuse for other reasons than
their number, and then a lower limit does not help; nor does it where nothing is answered at all. Latency alone is weak
evidence (completions differ in length, and a provider may be slow for other reasons), so a limit that was lowered
for it is raised again if that did not make calls faster. Times are seconds of any steady clock.

The method is that of TCP congestion control (RFC 5681), with the way back of BIC (Xu, Harfoush and Rhee, 2004); the
test of latency is in the spirit of TCP Vegas (Brakmo and Peterson, 1995).
"""

from __future__ import annotations

from statistics import median

# Concurrent calls to a provider while only the first answer is known, and it does not state how many there may be.
FIRST_WINDOW = 256
_AFTER_OBJECTION, _AFTER_SLOWDOWN = 0.7, 0.75
# The share of objections that lowers the limit, and the one that lowers it below what a plain client keeps in flight;
# the weight of the newest call in that share.
_TOO_MANY, _FAR_TOO_MANY, _PLAIN, _NEWEST = 0.5, 0.75, 16, 0.05
# This many times the usual latency is much slower; a lower limit that does not cut it by a fifth is raised again.
_MUCH_SLOWER, _HELPED = 3.0, 0.8
# The fewest replies from which a latency is taken.
_SAMPLE = 20
# Below this a difference is network noise, not the provider.
_NOTICEABLE_SECONDS = 0.2


class AdaptiveLimit:
    """The limit for one provider; `ceiling` is what the user allows."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._size = 1.0  # the first call goes alone: a wrong key then costs one call
        self._begun = False
        self._doubling = True
        self._objected_at_size = 0.0
        self._lowered_at = float("-inf")
        self._objections = 0.0  # share of the calls since then
        self._answered = False  # a call since then
        self._latencies: list[float] = []
        self._usual: float | None = None  # latency in seconds
        self._before_slowdown: tuple[float, float] | None = None  # size and latency before it was lowered for latency

    @property
    def size(self) -> int:
        """The calls that may be in flight now."""
        return int(self._size)

    def answered(self, began: float, now: float, *, stated: int | None = None) -> None:
        """Learn from a reply that was not an objection, to a call sent at `began`.

        `stated` is how many requests more the reply says that the provider takes now; None where it does not say.
        """
        if not self._begun:
            self._begun = True
            self._size = float(min(self._ceiling, max(FIRST_WINDOW, stated or 0)))
            return
        if self._size < self._ceiling:
            per_round_trip = self._size if self._doubling else max(1.0, (self._objected_at_size - self._size) / 2)
            self._size = min(self._ceiling, self._size + per_round_trip / self._size)
        if began <= self._lowered_at:
            return  # it was in flight when the limit was higher
        self._answered = True
        self._objections -= self._objections * _NEWEST
        self._latencies.append(now - began)
        if len(self._latencies) >= max(_SAMPLE, self.size):
            self._compare(median(self._latencies), now)
            self._latencies.clear()

    def objected(self, began: float, now: float) -> None:
        """Learn from an objection to a call sent at `began`; most calls must have met one to lower the limit."""
        if began <= self._lowered_at:
            return
        self._objections += (1 - self._objections) * _NEWEST
        if self._answered and self._objections > (_TOO_MANY if self._size > _PLAIN else _FAR_TOO_MANY):
            self._doubling, self._before_slowdown, self._objected_at_size = False, None, self._size
            self._lower(_AFTER_OBJECTION, now)

    def _compare(self, latency: float, now: float) -> None:
        """Compare the latency of the latest calls with the usual one."""
        if self._before_slowdown is not None:
            size, before = self._before_slowdown
            self._before_slowdown = None
            if latency > before * _HELPED:
                self._size, self._usual = max(self._size, size), latency  # slow for another reason
                return
        if self._usual is None or latency < self._usual:
            self._usual = latency
        elif latency > max(self._usual * _MUCH_SLOWER, self._usual + _NOTICEABLE_SECONDS):
            self._before_slowdown, self._doubling = (self._size, latency), False
            self._lower(_AFTER_SLOWDOWN, now)

    def _lower(self, factor: float, now: float) -> None:
        self._size = max(1.0, self._size * factor)
        self._lowered_at, self._objections, self._answered = now, 0.0, False
        self._latencies.clear()
