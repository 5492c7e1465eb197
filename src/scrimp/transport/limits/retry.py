"""Whether a call is sent again and when: as the provider asked, else exponential backoff with full jitter."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from scrimp.failures import is_retryable, may_be_billed, policy_of
from scrimp.transport.limits.refusals import Refusals
from scrimp.values import Failure

# First step and ceiling of the backoff in seconds, as in the official SDKs (providers' reference, 2.3).
FIRST_WAIT, MAX_BACKOFF = 0.5, 8.0
# The longest wait a provider may ask for, as in OpenAI's SDK; beyond it the call fails over or is left to a later run.
MAX_OBEYED_WAIT = 120.0
# The same for a provider that asked for less than a second and refused the call again: Retry-After: 0 from a provider
# with a limit per minute must not become a flood.
_FIRST_FLOOR, _HIGHEST_FLOOR = 0.05, 1.0
_SPREAD = 0.1  # of a wait, at most, once calls have come back as asked and were refused again
# The first wait during an outage after a call that may have been billed; the second one is twice as long.
OUTAGE_STEP = 1.5
# An overloaded provider (529) seldom states how long to wait: back off longer.
_OVERLOADED, _OVERLOADED_SCALE = 529, 4.0


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often a call is retried and how long one request may take, in seconds."""

    retries: int = 2
    timeout: float = 600.0


class RetryState:
    """The retries of one call."""

    def __init__(self, policy: RetryPolicy, random_fraction: Callable[[], float]) -> None:
        self._retries, self._random_fraction = policy.retries, random_fraction
        self._failed = self._refused = self._waited = 0
        self._unlucky, self._answers = 0, -1  # refusals with an answer to another call before each; the answers seen
        self.exhausted = False

    def next_wait(self, failure: Failure, refusals: Refusals, *, outage: bool = False) -> float | None:
        """Return the seconds to wait after a failure; None if the call is given up, which also sets `exhausted`.

        Neither a refusal for the rate nor one during an outage uses up a retry: the call is not at fault. How
        long an outage may last is for the circuit breaker to say.
        """
        seconds = self._wait(failure, refusals, outage=outage)
        self.exhausted = seconds is None
        return seconds

    def _wait(self, failure: Failure, refusals: Refusals, *, outage: bool) -> float | None:
        if failure.kind == "rate_limit" and self._retries:
            self._refused += 1
            self._unlucky += refusals.answers != self._answers
            self._answers = refusals.answers
            patient = self._unlucky <= refusals.patience
            return delay(failure, self._refused, self._random_fraction()) if patient else None
        in_outage = outage and policy_of(failure).waited_out and self._retries > 0
        if in_outage and not may_be_billed(failure):
            self._waited += 1
            return delay(failure, self._waited, self._random_fraction())
        self._failed += 1
        seconds = delay(failure, self._failed, self._random_fraction()) if self._failed <= self._retries else None
        # What may have been billed is sent again no more often than allowed, and so that an outage passes meanwhile.
        return seconds if seconds is None or not in_outage else max(seconds, OUTAGE_STEP * self._failed)


def delay(failure: Failure, attempt: int, fraction: float) -> float | None:
    """Return the seconds to wait after the `attempt`-th failure, None to give up; `fraction` is random, from 0 to 1."""
    if not is_retryable(failure):
        return None
    if (asked := failure.retry_after) is not None:
        if asked > MAX_OBEYED_WAIT:
            return None
        if attempt == 1:
            return asked
        # Those that wait as long as each other would come back together and be too many again.
        return max(asked * (1 + _SPREAD * fraction), floor(attempt - 1) * (1 + fraction) / 2)
    scale = _OVERLOADED_SCALE if failure.http == _OVERLOADED else 1.0
    return min(MAX_BACKOFF, FIRST_WAIT * 2.0 ** (attempt - 1)) * scale * fraction


def floor(repeated: int) -> float:
    """Return the least wait in seconds after a wait that the provider asked for has not helped this many times."""
    return min(_HIGHEST_FLOOR, _FIRST_FLOOR * 2.0 ** (repeated - 1))
