"""How many calls go while nothing is known of a provider: slow start, by time, since refusals come sooner than answers.

A completion may take a minute, a refusal comes within a moment. So the first call goes alone for that moment, or until
it is answered: a wrong key that is refused by then costs one call. Then others go, and after each moment in which few
were refused four times as many. A refusal before the first answer stops that until there is one. Times are seconds of
any steady clock.

The name is that of TCP (RFC 5681), which doubles for each round trip.
"""

from __future__ import annotations

from math import inf

# Seconds in which the first call goes alone, and after which more go each time; how many go after the first, and how
# many times as many each time.
ALONE, STEP = 0.25, 0.1
FIRST, TIMES = 64, 4
# The share of refusals among the calls of a step after which time alone lets no more go, and the one after which those
# that are not refused are what the provider takes.
_SOME, _TOO_MANY = 0.25, 0.4
# Seconds until it is asked again whether a step is due; by how many a timer is late on a busy machine, and how often it
# is asked then.
_SOON, _LATE, _LOOKS = 0.01, 0.05, 5


class SlowStart:
    """The slow start of one provider."""

    def __init__(self) -> None:
        self._grows_at: float | None = None  # None until a second call waits
        self._paused = self._answered = False
        self._ended_at = inf  # calls sent until then belong to it
        self._refusals = self._answers = 0  # since the last step
        self._looked = 0  # how often it was asked whether the next one is due

    def next_step(self, now: float) -> float | None:
        """Return when to ask whether more calls may go, now that one waits; None if only an answer lets them."""
        if self._paused or self._ended_at < inf:
            return None
        if self._grows_at is None:
            self._grows_at = now + ALONE
        return self._grows_at

    def is_due(self, now: float, others: int) -> bool:
        """Return whether more calls may go now, with `others` in flight; asked by a timer for the next step.

        A refusal may have come that the event loop has not handed over yet, the more so where the timer was late: so
        this is asked again soon before they may.
        """
        if self._ended_at < inf or self._paused or self._grows_at is None or now < self._grows_at:
            return False
        if self._looked == 0 or (now > self._grows_at + _LATE and self._looked < _LOOKS):
            self._grows_at, self._looked = now + _SOON, self._looked + 1
            return False
        if self._share(others) > _SOME:
            self.end(now)
            return False
        self._next_step(now + STEP)
        return True

    def end(self, now: float) -> None:
        """Stop growing by time; calls sent until then still show what the provider takes."""
        self._ended_at = min(self._ended_at, now)

    def answered(self, began: float, now: float, others: int, *, alone: bool) -> None:
        """Learn that a call sent at `began` was answered while this many others are in flight."""
        self._answers += began <= self._ended_at
        if self._answered:
            return
        self._answered, self._paused = True, False
        if alone:  # that it was refused before says nothing about how many may go
            self._next_step(now + STEP)
        elif self._share(others) > _SOME:
            self.end(now)

    def failed(self) -> None:
        """Learn that a call got no reply."""
        self._paused = self._paused or not self._answered

    def refused(self, began: float, others: int) -> bool:
        """Learn that a call sent at `began` was refused while others are in flight; return whether these are enough."""
        if began > self._ended_at:
            return False
        self._refusals += 1
        self._paused = self._paused or not self._answered
        return others > 0 and self._share(others) >= _TOO_MANY

    def _share(self, others: int) -> float:
        known = self._refusals + self._answers + others
        return self._refusals / known if known else 0.0

    def _next_step(self, at: float) -> None:
        self._grows_at, self._refusals, self._answers, self._looked = at, 0, 0, 0
