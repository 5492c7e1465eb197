"""How many concurrent calls a provider takes, found by additive increase and multiplicative decrease.

The limit starts slow, by time (slow_start.py), and doubles every round trip until the provider first objects. Where the
first reply states how many requests may be sent now, it goes there at once: the rate limiter keeps to that number.
Where too many of the first calls are refused, those in flight at that time are what the provider takes. After a later
objection the limit recovers half of the loss in each round trip. From there on it grows by little at first, and by more
after each round trip in which few calls are refused.
An objection is that most calls end with a 429, a 503, a 529 or a timeout while others are answered, or that calls have
become much slower. Fewer refusals are cheaper to repeat than to avoid: a provider may refuse for other reasons than
their number, and then a lower limit does not help; nor does it where nothing is answered at all. Latency alone is weak
evidence (completions differ in length, and a provider may be slow for other reasons), so a limit that was lowered
for it is raised again if that did not make calls faster. Times are seconds of any steady clock.

The method is that of TCP congestion control (RFC 5681), with the way back of BIC (Xu, Harfoush and Rhee, 2004); the
test of latency is in the spirit of TCP Vegas (Brakmo and Peterson, 1995).
"""

from __future__ import annotations

from math import inf

from scrimp.transport.limits.slow_start import ALONE, FIRST, TIMES, SlowStart

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
# Above what a provider is known to take the growth in a round trip is multiplied by e in each one, unless a quarter of
# the calls or more are refused: each undoes what this many answers do. It begins at one, after slow start at this part.
_ANSWERS_PER_REFUSAL, _PART = 3.0, 8.0


class AdaptiveLimit:
    """The limit for one provider; `ceiling` is what the user allows."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._size = 1.0  # the first call goes alone: a wrong key then costs one call
        self._begun = False  # a call was answered
        self._slow_start = SlowStart()
        self._growth = inf  # the most by which it grows in a round trip
        self._objected_at_size = 0.0
        self._lowered_at = -inf
        self._objections = 0.0  # share of the calls since then
        self._answered = False  # a call since then
        self._latencies: list[float] = []
        self._usual: float | None = None  # latency in seconds
        self._before_slowdown: tuple[float, float] | None = None  # size and latency before it was lowered for latency

    @property
    def size(self) -> int:
        """The calls that may be in flight now."""
        return int(self._size)

    def grows_at(self, now: float) -> float | None:
        """Return when to call `grow` for a call that waits; None if only answers make it grow."""
        return None if self._size >= self._ceiling else self._slow_start.next_step(now)

    def grow(self, now: float, others: int) -> None:
        """Grow by time, if that is due, with `others` in flight."""
        if self._size >= self._ceiling or not self._slow_start.is_due(now, others):
            return
        self._size = float(min(self._ceiling, max(FIRST, TIMES * self._size)))
        if self._size >= self._ceiling:
            self._slow_start.end(now + ALONE)  # its calls have been sent by then

    def answered(self, began: float, now: float, *, stated: int | None = None, others: int = 0) -> None:
        """Learn from a reply that was not an objection, to a call sent at `began`, with `others` in flight beside it.

        `stated` is how many requests more the reply says that the provider takes now; None if it does not say.
        """
        self._slow_start.answered(began, now, others, alone=self.size == 1)
        if not self._begun:
            self._begun = True
            if self._lowered_at == -inf:
                self._size = float(min(self._ceiling, max(FIRST, self._size, stated or 0)))
            return
        if self._size < self._ceiling:
            self._size = min(self._ceiling, self._size + self._per_round_trip() / self._size)
        if began <= self._lowered_at:
            return  # it was in flight when the limit was higher
        self._answered = True
        self._objections -= self._objections * _NEWEST
        self._latencies.append(now - began)
        if len(self._latencies) >= max(_SAMPLE, self.size):
            self._compare(_median(self._latencies), now)
            self._latencies.clear()

    def failed(self) -> None:
        """Learn that a call got neither an answer nor an objection."""
        self._slow_start.failed()

    def objected(self, began: float, now: float, *, others: int = 0) -> bool:
        """Learn from an objection to a call sent at `began`, with `others` in flight beside it.

        Return whether the limit was lowered by this call, which has no place any more. After slow start most calls must
        have met an objection to lower it.
        """
        if self._slow_start.refused(began, others):
            self._slow_start.end(now)
            self._size, self._lowered_at = min(self._size, float(others)), now
            self._growth = self._size / _PART
            return True
        self._growth = max(1.0, self._growth * (1 - min(0.5, _ANSWERS_PER_REFUSAL / self._size)))
        self._learn_objection(began, now)
        return False

    def _per_round_trip(self) -> float:
        """Return by how much the limit grows in a round trip."""
        regained = (self._objected_at_size - self._size) / 2
        if regained < self._growth:
            self._growth += self._growth / self._size
        return min(self._size, max(self._growth, regained))

    def _learn_objection(self, began: float, now: float) -> None:
        if began <= self._lowered_at:
            return
        self._objections += (1 - self._objections) * _NEWEST
        if self._answered and self._objections > (_TOO_MANY if self._size > _PLAIN else _FAR_TOO_MANY):
            self._growth, self._before_slowdown, self._objected_at_size = 1.0, None, self._size
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
            self._before_slowdown, self._growth = (self._size, latency), 1.0
            self._lower(_AFTER_SLOWDOWN, now)

    def _lower(self, factor: float, now: float) -> None:
        self._size = max(1.0, self._size * factor)
        self._lowered_at, self._objections, self._answered = now, 0.0, False
        self._latencies.clear()


def _median(values: list[float]) -> float:
    """Return the median; statistics has it, too, but takes some milliseconds to import."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
