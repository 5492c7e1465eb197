from __future__ import annotations

import heapq
from itertools import count, pairwise
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.transport.limits.concurrency import FIRST_WINDOW, AdaptiveLimit


def opened(ceiling: int) -> AdaptiveLimit:
    """A window whose first call was answered."""
    window = AdaptiveLimit(ceiling)
    window.answered(0.0, 1.0)
    return window


def answer(window: AdaptiveLimit, calls: int, *, began: float, seconds: float = 1.0) -> None:
    for _ in range(calls):
        window.answered(began, began + seconds)


def test_the_first_call_goes_alone() -> None:
    assert AdaptiveLimit(1000).size == 1


@pytest.mark.parametrize(("ceiling", "limit"), [(1, 1), (16, 16), (10_000, FIRST_WINDOW)])
def test_the_first_answer_opens_it_wide_but_not_beyond_what_the_user_allows(ceiling: int, limit: int) -> None:
    assert opened(ceiling).size == limit


def test_it_doubles_every_round_until_the_first_objection() -> None:
    window, limits = opened(10_000), []

    for lap in range(3):
        answer(window, window.size, began=2.0 + lap)
        limits.append(window.size)

    assert limits == [2 * FIRST_WINDOW, 4 * FIRST_WINDOW, 8 * FIRST_WINDOW]


def test_a_round_of_calls_objects_once_however_many_of_them_say_so() -> None:
    window = opened(100)

    for tick in range(50):
        window.objected(5.0, 6.0 + tick / 100)

    assert window.size == 70


def test_a_call_sent_after_the_narrowing_may_object_again() -> None:
    window = opened(100)

    window.objected(5.0, 6.0)
    window.objected(6.5, 7.0)

    assert window.size == 49


def test_after_an_objection_it_comes_back_by_less_and_less_and_beyond_it_grows_by_one_a_round() -> None:
    window = opened(1000)
    before = window.size
    window.objected(5.0, 6.0)

    limits = [window.size]
    for lap in range(40):
        answer(window, window.size + 1, began=7.0 + lap)
        limits.append(window.size)
    steps = [later - earlier for earlier, later in pairwise(limits)]

    assert steps[0] <= (before - limits[0]) / 2 + 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(steps))
    assert all(1 <= step <= 2 for step in steps[-20:])
    assert before < limits[-1] < before + 40


def test_no_number_of_objections_closes_it() -> None:
    window = opened(1000)

    for second in range(100):
        window.objected(second + 2.0, second + 2.5)

    assert window.size == 1


def slowed() -> AdaptiveLimit:
    """A window of 100 that was narrowed because calls came to take five seconds instead of one; the time is 15."""
    window = opened(100)
    answer(window, 100, began=5.0)
    answer(window, 100, began=10.0, seconds=5.0)
    return window


def test_it_narrows_when_calls_become_much_slower() -> None:
    assert slowed().size == 75


def test_slowness_that_nobody_would_notice_narrows_nothing() -> None:
    window = opened(100)

    answer(window, 100, began=5.0, seconds=0.001)
    answer(window, 100, began=10.0, seconds=0.1)

    assert window.size == 100


def test_a_window_narrowed_for_latency_is_given_back_where_it_did_not_help() -> None:
    window = slowed()

    answer(window, 100, began=16.0, seconds=5.0)
    given_back = window.size
    answer(window, 400, began=30.0, seconds=5.0)

    assert (given_back, window.size) == (100, 100)


def test_a_window_narrowed_for_latency_stays_so_where_that_helped() -> None:
    window = slowed()

    answer(window, 100, began=16.0, seconds=1.2)

    assert window.size < 80


def test_calls_sent_before_the_narrowing_do_not_say_whether_it_helped() -> None:
    window = slowed()

    answer(window, 100, began=14.0, seconds=5.0)  # in flight when it was narrowed
    answer(window, 100, began=20.0, seconds=1.2)

    assert window.size < 80


events = st.lists(
    st.tuples(st.booleans(), st.floats(0, 100, allow_subnormal=False), st.floats(0, 10, allow_subnormal=False)),
    max_size=300,
)


@given(st.integers(1, 2000), events)
def test_it_never_closes_and_never_passes_what_the_user_allows(
    ceiling: int, happened: list[tuple[bool, float, float]]
) -> None:
    window, now = AdaptiveLimit(ceiling), 0.0

    for objects, took, later in happened:
        now += later
        (window.objected if objects else window.answered)(now - took, now)
        assert 1 <= window.size <= ceiling


def mean_window(window: AdaptiveLimit, allowed: int, *, calls: int, seed: int) -> float:
    """Drive it as hard as it lets us against a provider of so many calls at once and 429 above; its mean in the end."""
    random_fraction, order = Random(seed), count()
    flights: list[tuple[float, int, float, bool]] = []
    now, served, limits = 0.0, 0, []
    for done in range(calls):
        while len(flights) < window.size:
            taken = served < allowed
            served += taken
            took = random_fraction.uniform(0.5, 1.5) if taken else 0.05
            heapq.heappush(flights, (now + took, next(order), now, taken))
        now, _, began, taken = heapq.heappop(flights)
        served -= taken
        (window.answered if taken else window.objected)(began, now)
        if done > calls / 2:
            limits.append(window.size)
    return fmean(limits)


@pytest.mark.parametrize("allowed", [1, 5, 40, 150, 1000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_settles_near_what_a_provider_allows(allowed: int, seed: int) -> None:
    mean = mean_window(AdaptiveLimit(5000), allowed, calls=60_000, seed=seed)

    assert 0.6 * allowed <= mean <= 1.2 * allowed + 1
