"""A circuit breaker for one model of one provider: after repeated failures the model is only probed now and then.

Closed, it lets every call through. After some failures with no success between them it opens: no call is made until a
cool-down is over and one call, the probe, may try. A probe that succeeds closes it; one that fails makes the next
cool-down longer, unless the provider says itself how long to wait. After some failed probes and some time it is given
up: no call waits for it any more, though a probe may still find that it is back. A model that has never answered is
given up sooner; one that is gone, at once. Times are seconds of any steady clock.

The pattern is Nygard's (Release It!, 2007).
"""

from __future__ import annotations

from scrimp.failures import may_be_billed, policy_of
from scrimp.transport.limits.retry import MAX_BACKOFF, OUTAGE_STEP, floor
from scrimp.values import Failure

# Failed calls in a row that open it, and failed probes after which no call waits for it: a dead provider costs ten
# calls besides those that were in flight.
OPENS_AFTER = GIVEN_UP_AFTER = 5
# Seconds after which it is given up: a minute's rate limit is over by then, and so is a short outage of a model that
# has not answered yet.
_LIMITED_FOR, _DOWN_FOR, _ABSENT_FOR = 65.0, 39.0, 5.0
# Cool-downs in seconds: the first, how it grows, the longest; a limited model is back sooner than a broken one.
_FIRST_COOL_DOWN, _GROWTH, _LONGEST_COOL_DOWN = 1.0, 3.0, 30.0
_LIMITED_GROWTH = 2.0
_ABSENT_FIRST, _ABSENT_LONGEST = 0.5, 2.0
# A provider that refuses everything for its rate for less than this is having a moment: its calls wait by themselves.
_MOMENT = 2.0


class CircuitBreaker:
    """Closed, open or half open; `failure` says why it is not closed."""

    def __init__(self) -> None:
        self.failure: Failure | None = None
        self.retry_at = float("-inf")
        self._in_a_row = 0
        self._limited = False  # the last of them was a refusal for the rate
        self._row_began = float("-inf")  # when the first of them ended
        self._round_began = float("-inf")
        self._answered = False
        self._probe: float | None = None  # when the probe in flight was sent
        self._failed_probes = 0
        self.given_up = False  # waiting for it is pointless

    @property
    def outage(self) -> bool:
        """Whether a call that fails now meets a model in trouble: one not let through yet, or not since."""
        return not self._answered or self.failure is not None

    @property
    def probing(self) -> bool:
        """Whether a probe is in flight."""
        return self._probe is not None

    def ready(self, now: float) -> bool:
        """Return whether a call would be let through."""
        return self.failure is None or (self._probe is None and now >= self.retry_at)

    def admit(self, now: float) -> bool:
        """Let a call through, or not; the first one after a cool-down is the probe."""
        if not self.ready(now):
            return False
        if self.failure is not None:
            self._probe = now
        return True

    def withdraw(self, began: float) -> None:
        """Undo `admit` for a call that was not made."""
        if self._probe == began:
            self._probe = None

    def answered(self, began: float) -> None:
        """Learn from a reply that shows the model at work, to a call that was let through at `began`.

        A reply to a call sent before the failures began may be the last one: it offsets one failure, and does not
        close the breaker.
        """
        self._answered = True
        if began >= self._row_began:
            self.failure, self._probe, self._row_began = None, None, float("-inf")
            self._in_a_row = self._failed_probes = 0
            self.given_up = False
        elif self.failure is None:
            self._in_a_row = 0 if self._limited else self._in_a_row - 1  # a provider that answers does not refuse all
            if not self._in_a_row:
                self._row_began = float("-inf")

    def failed(self, failure: Failure, began: float, now: float) -> None:
        """Learn from a failed call that was let through at `began`."""
        if not policy_of(failure).opens_breaker:
            self.answered(began)
        elif self.failure is not None:
            if self._probe == began:
                self._failed_probes += 1
                self._open(failure, now)
        elif failure.kind != "rate_limit":
            self._count(failure, now)
        elif began > self._round_began:  # a round of rate limited calls is one failure
            self._round_began = now
            self._count(failure, now)

    def suspend(self, failure: Failure, seconds: float, now: float) -> None:
        """Open for the seconds the provider asks for, which are more than any call should wait."""
        self._row_began = now
        self._open(failure, now)
        self._failed_probes, self.given_up, self.retry_at = GIVEN_UP_AFTER, True, now + seconds

    def heed(self, failure: Failure, seconds: float, now: float, *, given_up: bool) -> None:
        """Leave the model for this many seconds, as another process found; a probe in flight is not in vain."""
        if self._probe is not None:
            return
        if self.failure is None:
            self.failure, self._row_began = failure, now
        self.retry_at = max(self.retry_at, now + seconds)
        self.given_up = given_up or self.given_up

    def try_now(self, now: float) -> None:
        """Let a probe through at once: another process found that the model answers."""
        self.retry_at = min(self.retry_at, now)

    def _count(self, failure: Failure, now: float) -> None:
        if not self._in_a_row:
            self._row_began = now
        self._in_a_row += 1
        self._limited = failure.kind == "rate_limit"
        moment = self._limited and now - self._row_began < _MOMENT
        if self._in_a_row >= OPENS_AFTER and not moment:
            self._open(failure, now)

    def _open(self, failure: Failure, now: float) -> None:
        self.failure, self._probe, self.retry_at = failure, None, now + self._cool_down(failure)
        self.given_up = self._is_hopeless(failure, now - self._row_began)

    def _cool_down(self, failure: Failure) -> float:
        probes = self._failed_probes
        if failure.retry_after is not None:
            return max(failure.retry_after, floor(probes + 1))
        if failure.kind == "rate_limit":
            return min(MAX_BACKOFF, _FIRST_COOL_DOWN * _LIMITED_GROWTH**probes)
        if not self._answered:
            if may_be_billed(failure):
                return OUTAGE_STEP * (probes + 1)
            return min(_ABSENT_LONGEST, _ABSENT_FIRST * 2.0**probes)
        return min(_LONGEST_COOL_DOWN, _FIRST_COOL_DOWN * _GROWTH**probes)

    def _is_hopeless(self, failure: Failure, seconds: float) -> bool:
        """Return whether no call should wait any longer for a model that has failed for this many seconds."""
        if failure.kind == "rate_limit":
            return self._failed_probes >= GIVEN_UP_AFTER and seconds >= _LIMITED_FOR
        if not policy_of(failure).retried:
            return True  # no wait brings back a model that is gone
        if not self._answered:
            return not policy_of(failure).waited_out or seconds >= _ABSENT_FOR
        return self._failed_probes >= GIVEN_UP_AFTER and seconds >= _DOWN_FOR
