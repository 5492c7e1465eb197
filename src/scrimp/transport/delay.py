"""How long to wait before a call is sent again: as the provider asked, else exponential backoff with full jitter."""

from __future__ import annotations

from scrimp.values import Failure

# First step and ceiling of the backoff, in seconds; the official SDKs' figures (providers' reference, 2.3).
FIRST, CEILING = 0.5, 8.0
# OpenAI's own SDK obeys no longer wait than this; past it the call fails and failover or a later run takes over.
LONGEST_OBEYED = 120.0


def delay(failure: Failure, tries: int, fraction: float) -> float | None:
    """Return seconds to wait after the `tries`-th failure, None to give up; `fraction` is random, from 0 to 1."""
    if not failure.retryable:
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= LONGEST_OBEYED else None
    # An overloaded provider (529) asks for patience it does not put a number on.
    scale = 4.0 if failure.http == 529 else 1.0
    return min(CEILING, FIRST * 2.0 ** (tries - 1)) * scale * fraction
