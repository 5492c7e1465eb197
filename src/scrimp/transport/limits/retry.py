"""Whether a call is sent again and when: as the provider asked, else exponential backoff with full jitter."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from scrimp.failures import is_retryable
from scrimp.values import Failure

# First step and ceiling of the backoff, in seconds; the official SDKs' figures (providers' reference, 2.3).
FIRST, CEILING = 0.5, 8.0
# OpenAI's own SDK obeys no longer wait than this; past it the call fails and failover or a later run takes over.
LONGEST_OBEYED = 120.0
# A call refused for its rate has failed at nothing: it queues again, so many times, without using up its retries.
_TURNS = 10


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often a call is tried again and how long one request may take, in seconds."""

    retries: int = 2
    timeout: float = 600.0


class RetryState:
    """The tries of one call."""

    def __init__(self, patience: RetryPolicy, chance: Callable[[], float]) -> None:
        self._retries, self._chance = patience.retries, chance
        self._failed = self._turned_away = 0
        self.over = False

    def wait(self, failure: Failure) -> float | None:
        """Return the seconds to wait after a failure, None to give up; then they are over."""
        seconds = self._wait(failure)
        self.over = seconds is None
        return seconds

    def _wait(self, failure: Failure) -> float | None:
        if failure.kind == "rate_limit" and self._retries:
            self._turned_away += 1
            if self._turned_away > _TURNS:
                return None
            return delay(failure, self._turned_away, self._chance())
        self._failed += 1
        return delay(failure, self._failed, self._chance()) if self._failed <= self._retries else None


def delay(failure: Failure, tries: int, fraction: float) -> float | None:
    """Return seconds to wait after the `tries`-th failure, None to give up; `fraction` is random, from 0 to 1."""
    if not is_retryable(failure):
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= LONGEST_OBEYED else None
    # An overloaded provider (529) asks for patience it does not put a number on.
    scale = 4.0 if failure.http == 529 else 1.0
    return min(CEILING, FIRST * 2.0 ** (tries - 1)) * scale * fraction
