from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.transport.limits.retry import MAX_BACKOFF, MAX_OBEYED_WAIT, delay
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
