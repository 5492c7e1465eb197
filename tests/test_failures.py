"""What failures imply: every kind is in the table, and what the rooms that read it rely on holds for each."""

from __future__ import annotations

from typing import get_args

import pytest

from scrimp.enums import FailureKind
from scrimp.failures import POLICIES, is_retryable, may_be_billed, policy_of
from scrimp.values import Failure


def failure(kind: FailureKind, *, retry_hint: bool | None = None) -> Failure:
    return Failure(kind=kind, message="no", retry_hint=retry_hint)


def test_the_table_has_every_kind_and_no_other() -> None:
    assert set(POLICIES) == set(get_args(FailureKind))


# Written out by hand from the design's table of failures: a change of the table must be a change here, too.
@pytest.mark.parametrize(
    ("implied", "kinds"),
    [
        ("retried", {"rate_limit", "timeout", "server", "network"}),
        ("fails_over", {"auth", "quota", "rate_limit", "timeout", "server", "network", "not_found"}),
        ("waited_out", {"server", "network"}),
        ("opens_breaker", {"rate_limit", "timeout", "server", "network", "not_found"}),
        ("slows_down", {"rate_limit", "timeout"}),
        ("ends_provider", {"auth", "quota"}),
        ("ends_chain", {"invalid", "budget", "batch"}),
        ("is_answer", {"refused", "too_long", "schema"}),
    ],
)
def test_what_each_kind_implies(implied: str, kinds: set[str]) -> None:
    assert {kind for kind in POLICIES if getattr(policy_of(failure(kind)), implied)} == kinds


@pytest.mark.parametrize("kind", POLICIES)
def test_a_run_ends_with_the_limits_status_for_money_alone(kind: FailureKind) -> None:
    assert policy_of(failure(kind)).exit_status == (5 if kind == "budget" else 4)


@pytest.mark.parametrize("kind", POLICIES)
def test_one_effect_does_not_contradict_another(kind: FailureKind) -> None:
    policy = policy_of(failure(kind))

    assert not (policy.retried and (policy.ends_provider or policy.ends_chain or policy.is_answer))
    assert not (policy.fails_over and policy.ends_chain)
    assert not (policy.is_answer and policy.opens_breaker)
    assert policy.fails_over or not policy.ends_provider


@pytest.mark.parametrize("kind", POLICIES)
@pytest.mark.parametrize("hint", [True, False])
def test_the_providers_own_word_goes_before_the_kind(kind: FailureKind, hint: bool) -> None:
    assert is_retryable(failure(kind, retry_hint=hint)) is hint
    assert is_retryable(failure(kind)) is policy_of(failure(kind)).retried


@pytest.mark.parametrize(
    ("http", "billed"),
    [
        *((status, False) for status in (301, 400, 401, 408, 429, 500, 502, 503, 529)),
        *((status, True) for status in (None, 200, 504, 520, 524, 598, 599)),  # no reply, a broken one, a gateway's
    ],
)
def test_only_a_call_that_was_declined_or_never_sent_cost_nothing_for_sure(http: int | None, *, billed: bool) -> None:
    sent = Failure(kind="server", message="no", http=http)

    assert may_be_billed(sent) == billed
    assert not may_be_billed(Failure(kind="server", message="no", http=http, sent=False))
