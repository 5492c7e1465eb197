"""What each kind of failure implies: one table for retries, failover, rate limits, escalation and the end of a run."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from scrimp.enums import FailureKind
from scrimp.errors import LIMIT_REACHED, NOTHING_ANSWERED
from scrimp.values import Failure

# Statuses of a gateway that had no reply from the server behind it, which may have answered. 520 and 524 are
# Cloudflare's, 598 and 599 those of other proxies.
GATEWAY_TIMEOUTS = frozenset((504, 520, 524, 598, 599))


class FailurePolicy(Struct, frozen=True, kw_only=True):
    """What follows from one kind of failure."""

    retried: bool = False  # the same request may succeed later (a provider's own x-should-retry overrides this)
    fails_over: bool = False  # another model of the same tier may do better
    waited_out: bool = False  # the provider is away, which is over soon or not at all: no call is at fault
    opens_breaker: bool = False  # the model is in trouble, rather than one prompt wrong for it
    slows_down: bool = False  # fewer concurrent calls, or calls further apart, would have avoided it
    ends_provider: bool = False  # the provider is not called again in this run
    ends_chain: bool = False  # a higher step would fail too: the request is at fault, or the money is spent
    is_answer: bool = False  # the model works and declined this prompt
    exit_status: int = NOTHING_ANSWERED  # of a run that ends because of it


POLICIES: Mapping[FailureKind, FailurePolicy] = {
    # The key or the balance: waiting does not help, another provider may.
    "auth": FailurePolicy(fails_over=True, ends_provider=True),
    "quota": FailurePolicy(fails_over=True, ends_provider=True),
    # Temporary trouble.
    "rate_limit": FailurePolicy(retried=True, fails_over=True, opens_breaker=True, slows_down=True),
    "timeout": FailurePolicy(retried=True, fails_over=True, opens_breaker=True, slows_down=True),
    "server": FailurePolicy(retried=True, fails_over=True, waited_out=True, opens_breaker=True),
    "network": FailurePolicy(retried=True, fails_over=True, waited_out=True, opens_breaker=True),
    # The model does not exist, for any row.
    "not_found": FailurePolicy(fails_over=True, opens_breaker=True),
    # This prompt, at this model.
    "refused": FailurePolicy(is_answer=True),
    "too_long": FailurePolicy(is_answer=True),
    "schema": FailurePolicy(is_answer=True),
    # The request itself, or the budget of the run.
    "invalid": FailurePolicy(ends_chain=True),
    "budget": FailurePolicy(ends_chain=True, exit_status=LIMIT_REACHED),
    # What the provider stored for the calls of the run is no longer there: the call is made without it.
    "cache_gone": FailurePolicy(),
    # The call waits in a batch.
    "batch": FailurePolicy(ends_chain=True),
}


def policy_of(failure: Failure) -> FailurePolicy:
    """Return what follows from a failure."""
    return POLICIES[failure.kind]


def may_be_billed(failure: Failure) -> bool:
    """Return whether a failed call may have cost something: a refusal with a status costs nothing.

    A call without a whole reply may have been answered, as may one whose gateway gave up on a model that was at work.
    """
    declined = failure.http is not None and failure.http >= 300 and failure.http not in GATEWAY_TIMEOUTS
    return failure.sent and not declined


def is_retryable(failure: Failure) -> bool:
    """Return whether the same request may succeed later: as the provider states, else by the kind of failure."""
    return POLICIES[failure.kind].retried if failure.retry_hint is None else failure.retry_hint
