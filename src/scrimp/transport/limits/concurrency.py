"""How many calls a provider takes at once, found out by trying: additive increase, multiplicative decrease.

It begins wide and doubles every round trip until the provider first objects. From then on it goes half the way back to
where that was in a round trip, and grows by one a round trip beyond.
An objection is a 429, a 503 or a 529, a call that timed out, or calls that have become much slower. Latency alone is
weak evidence (completions differ in length, and a provider may be slow for reasons of its own), so a window that was
narrowed for it is given back where narrowing did not make calls faster. Times are seconds of any steady clock.

The method is that of TCP congestion control (RFC 5681), with the way back of BIC (Xu, Harfoush and Rhee, 2004); the
test of latency is in the spirit of TCP Vegas (Brakmo and Peterson, 1995).
"""

from __future__ import annotations

from statistics import median

# Calls begun at once before anything is known of a provider that has answered its first call.
FIRST_WINDOW = 256
_OBJECTION, _SLOWER = 0.7, 0.75
# So many times the usual latency is much slower; a window that does not bring it down by a fifth is given back.
_MUCH, _HELPED = 3.0, 0.8
# Replies from which a latency is taken, at the least.
_SAMPLE = 20
# Below this a difference is noise of the network, not of the provider.
_NOTICEABLE_SECONDS = 0.2


class AdaptiveLimit:
    """The limit for one provider; `ceiling` is what the user allows."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._size = 1.0  # the first call goes alone: a wrong key then costs one call
        self._begun = False
        self._doubling = True
        self._objected_to = 0.0  # the size at the latest objection
        self._narrowed_at = float("-inf")
        self._seconds: list[float] = []
        self._usual: float | None = None
        self._given_up: tuple[float, float] | None = None  # the size and the latency before it was narrowed for latency

    @property
    def limit(self) -> int:
        """The calls that may be in flight now."""
        return int(self._size)

    def answered(self, began: float, now: float) -> None:
        """Learn from a reply that was no objection, to a call sent at `began`."""
        if not self._begun:
            self._begun = True
            self._size = float(min(self._ceiling, FIRST_WINDOW))
            return
        if self._size < self._ceiling:
            a_round_trip = self._size if self._doubling else max(1.0, (self._objected_to - self._size) / 2)
            self._size = min(self._ceiling, self._size + a_round_trip / self._size)
        if began <= self._narrowed_at:
            return  # it was in flight when the window was wider
        self._seconds.append(now - began)
        if len(self._seconds) >= max(_SAMPLE, self.limit):
            self._weigh(median(self._seconds), now)
            self._seconds.clear()

    def objected(self, began: float, now: float) -> bool:
        """Learn from an objection, and say whether it is news: one round of calls is one objection."""
        if began <= self._narrowed_at:
            return False
        self._doubling, self._given_up, self._objected_to = False, None, self._size
        self._narrow(_OBJECTION, now)
        return True

    def _weigh(self, seconds: float, now: float) -> None:
        """Compare the latency of the latest calls with the usual one."""
        if self._given_up is not None:
            size, before = self._given_up
            self._given_up = None
            if seconds > before * _HELPED:
                self._size, self._usual = max(self._size, size), seconds  # it is slow, and not because of us
                return
        if self._usual is None or seconds < self._usual:
            self._usual = seconds
        elif seconds > max(self._usual * _MUCH, self._usual + _NOTICEABLE_SECONDS):
            self._given_up, self._doubling = (self._size, seconds), False
            self._narrow(_SLOWER, now)

    def _narrow(self, factor: float, now: float) -> None:
        self._size = max(1.0, self._size * factor)
        self._narrowed_at = now
        self._seconds.clear()
