"""Whether a call is sent again and when: as the provider asked, else exponential backoff with full jitter."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from scrimp.failures import is_retryable
from scrimp.values import Failure

# First step and ceiling of the backoff in seconds, as in the official SDKs (providers' reference, 2.3).
FIRST_WAIT, MAX_BACKOFF = 0.5, 8.0
# The longest wait a provider may ask for, as in OpenAI's SDK; beyond it the call fails over or is left to a later run.
MAX_OBEYED_WAIT = 120.0
# A rate limited call has not failed: it queues again, up to this many times, without using up its retries.
_REQUEUES = 10
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
        self._failed = self._requeued = 0
        self.exhausted = False

    def next_wait(self, failure: Failure) -> float | None:
        """Return the seconds to wait after a failure; None if the call is given up, which also sets `exhausted`."""
        seconds = self._wait(failure)
        self.exhausted = seconds is None
        return seconds

    def _wait(self, failure: Failure) -> float | None:
        if failure.kind == "rate_limit" and self._retries:
            self._requeued += 1
            return None if self._requeued > _REQUEUES else delay(failure, self._requeued, self._random_fraction())
        self._failed += 1
        return delay(failure, self._failed, self._random_fraction()) if self._failed <= self._retries else None


def delay(failure: Failure, attempt: int, fraction: float) -> float | None:
    """Return the seconds to wait after the `attempt`-th failure, None to give up; `fraction` is random, from 0 to 1."""
    if not is_retryable(failure):
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= MAX_OBEYED_WAIT else None
    scale = _OVERLOADED_SCALE if failure.http == _OVERLOADED else 1.0
    return min(MAX_BACKOFF, FIRST_WAIT * 2.0 ** (attempt - 1)) * scale * fraction
