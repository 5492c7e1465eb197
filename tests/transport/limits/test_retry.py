from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.enums import FailureKind
from scrimp.transport.limits.refusals import Refusals
from scrimp.transport.limits.retry import MAX_BACKOFF, MAX_OBEYED_WAIT, OUTAGE_STEP, RetryPolicy, RetryState, delay
from scrimp.values import Failure


def failure(**kwargs: object) -> Failure:
    return Failure(kind="server", message="down", **kwargs)  # type: ignore[arg-type]


def test_a_permanent_failure_is_never_retried() -> None:
    assert delay(Failure(kind="auth", message="no", retry_after=1.0), 1, 1.0) is None


@given(st.floats(0, MAX_OBEYED_WAIT))
def test_the_wait_a_provider_asks_for_is_obeyed_exactly(seconds: float) -> None:
    assert delay(failure(retry_after=seconds), 1, 0.5) == seconds


def test_a_call_whose_provider_asks_for_too_long_a_wait_is_given_up() -> None:
    assert delay(failure(retry_after=MAX_OBEYED_WAIT + 1), 1, 0.5) is None


@given(st.integers(1, 50), st.floats(0, 1))
def test_backoff_is_between_zero_and_its_ceiling(tries: int, random_fraction: float) -> None:
    wait = delay(failure(http=500), tries, random_fraction)

    assert wait is not None
    assert 0 <= wait <= MAX_BACKOFF


def test_the_backoff_for_an_overloaded_provider_is_longer() -> None:
    assert delay(failure(http=529), 1, 1.0) == 4 * delay(failure(http=500), 1, 1.0)  # type: ignore[operator]


@pytest.mark.parametrize(("tries", "most"), [(1, 0.5), (2, 1.0), (3, 2.0), (9, 8.0)])
def test_each_failure_doubles_the_longest_wait(tries: int, most: float) -> None:
    assert delay(failure(http=503), tries, 1.0) == most


@given(st.floats(1.0, MAX_OBEYED_WAIT), st.integers(1, 50), st.floats(0, 1))
def test_a_call_refused_again_waits_hardly_longer_than_asked(seconds: float, tries: int, fraction: float) -> None:
    wait = delay(failure(retry_after=seconds), tries, fraction)

    assert wait is not None
    assert seconds <= wait <= seconds * 1.1


def test_a_provider_that_says_at_once_and_refuses_again_is_not_flooded() -> None:
    waits = [delay(failure(retry_after=0.0), tries, 1.0) for tries in range(1, 9)]

    assert waits == [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


LIMITED = Failure(kind="rate_limit", message="slower", http=429)


def refusals_until_given_up(refusals: Refusals, *, answered_between: int) -> int:
    """Return how often a call was refused, so many answers to others before each, until it was given up."""
    state = RetryState(RetryPolicy(retries=1), lambda: 1.0)
    for refused in range(1, 2000):
        for _ in range(answered_between):
            refusals.answered()
        refusals.refused()
        if state.next_wait(LIMITED, refusals) is None:
            return refused
    return 2000


def test_a_call_refused_while_all_others_are_answered_is_given_up_after_ten_times() -> None:
    assert refusals_until_given_up(Refusals(), answered_between=50) == 11


def test_where_most_calls_are_refused_a_call_is_patient_and_not_for_ever() -> None:
    refusals = Refusals()
    for _ in range(50):
        for _ in range(3):
            refusals.refused()
        refusals.answered()

    assert 30 < refusals_until_given_up(refusals, answered_between=1) < 500


def test_refusals_without_an_answer_to_anybody_do_not_count_against_a_call() -> None:
    refusals, state = Refusals(), RetryState(RetryPolicy(retries=1), lambda: 1.0)

    for _ in range(1000):
        refusals.refused()
        assert state.next_wait(LIMITED, refusals) is not None


@pytest.mark.parametrize(("kind", "outage", "retries"), [("server", True, 1000), ("network", True, 2),
                         ("timeout", True, 2), ("server", False, 2), ("not_found", True, 0)])  # fmt: skip
def test_only_an_outage_that_costs_nothing_uses_up_no_retries(kind: FailureKind, outage: bool, retries: int) -> None:
    state, failed = (
        RetryState(RetryPolicy(retries=2), lambda: 1.0),
        Failure(kind=kind, message="down", http=503 if kind == "server" else None),
    )

    waits = [state.next_wait(failed, Refusals(), outage=outage) for _ in range(1000)]

    assert sum(wait is not None for wait in waits) == retries


@pytest.mark.parametrize("failed", [LIMITED, Failure(kind="server", message="down", http=503)])
def test_without_retries_nothing_is_sent_again(failed: Failure) -> None:
    assert RetryState(RetryPolicy(retries=0), lambda: 1.0).next_wait(failed, Refusals(), outage=True) is None


def test_a_call_that_may_have_been_billed_waits_out_some_of_an_outage_before_it_is_sent_again() -> None:
    broken = Failure(kind="network", message="the connection broke")
    state = RetryState(RetryPolicy(retries=2), lambda: 0.0)

    waits = [state.next_wait(broken, Refusals(), outage=True) for _ in range(3)]

    assert waits == [OUTAGE_STEP, 2 * OUTAGE_STEP, None]
