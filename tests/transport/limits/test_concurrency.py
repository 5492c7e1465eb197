from __future__ import annotations

import heapq
from itertools import count, pairwise
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.slow_start import FIRST


def opened(ceiling: int) -> AdaptiveLimit:
    """Return a limit whose first reply stated that as many may be sent as the user allows."""
    limiter = AdaptiveLimit(ceiling)
    limiter.answered(0.0, 1.0, stated=ceiling)
    return limiter


def answer(limiter: AdaptiveLimit, calls: int, *, began: float, seconds: float = 1.0) -> None:
    for _ in range(calls):
        limiter.answered(began, began + seconds)


def test_the_first_call_goes_alone() -> None:
    assert AdaptiveLimit(1000).size == 1


@pytest.mark.parametrize(("ceiling", "limit"), [(1, 1), (16, 16), (10_000, FIRST)])
def test_the_first_answer_raises_the_limit_but_not_above_the_users(ceiling: int, limit: int) -> None:
    limiter = AdaptiveLimit(ceiling)
    limiter.answered(0.0, 1.0)

    assert limiter.size == limit


@pytest.mark.parametrize(
    ("ceiling", "stated", "limit"),
    [(1000, 5000, 1000), (1000, 700, 700), (1000, 3, FIRST), (16, 5000, 16), (1000, None, FIRST)],
)
def test_where_the_first_answer_states_that_more_may_be_sent_they_are(
    ceiling: int, stated: int | None, limit: int
) -> None:
    limiter = AdaptiveLimit(ceiling)
    limiter.answered(0.0, 1.0, stated=stated)

    assert limiter.size == limit


def test_it_doubles_every_round_until_the_first_objection() -> None:
    limiter, limits = AdaptiveLimit(10_000), []
    limiter.answered(0.0, 1.0)

    for lap in range(3):
        answer(limiter, limiter.size, began=2.0 + lap)
        limits.append(limiter.size)

    assert limits == [2 * FIRST, 4 * FIRST, 8 * FIRST]


def refuse(limiter: AdaptiveLimit, *, share: float, began: float, calls: int = 200) -> None:
    """Let this share of a number of calls meet an objection, evenly spread."""
    for call in range(calls):
        refused = int((call + 1) * share) > int(call * share)
        (limiter.objected if refused else limiter.answered)(began, began + 1 + call / 1000)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.3, 0.4])
@pytest.mark.parametrize("ceiling", [1, 16, 64, 1000])
def test_refusals_among_many_answers_lower_nothing(share: float, ceiling: int) -> None:
    limiter = opened(ceiling)
    before = limiter.size

    for second in range(50):
        refuse(limiter, share=share, began=5.0 + second)

    assert limiter.size >= before


def test_when_most_calls_meet_an_objection_the_limit_is_lowered_once_for_all_in_flight() -> None:
    limiter = opened(100)

    refuse(limiter, share=0.9, began=5.0)

    assert 70 <= limiter.size < 75


def test_a_call_sent_after_the_limit_was_lowered_may_object_again() -> None:
    limiter = opened(100)

    refuse(limiter, share=0.9, began=5.0)
    refuse(limiter, share=0.9, began=6.5)

    assert 45 <= limiter.size <= 55


def test_where_nothing_is_answered_a_lower_limit_would_not_help() -> None:
    limiter = opened(100)

    refuse(limiter, share=1.0, began=5.0)

    assert limiter.size == 100


def test_below_what_a_plain_client_keeps_in_flight_only_far_too_many_objections_lower_the_limit() -> None:
    some, most = opened(16), opened(16)

    for second in range(0, 40, 2):
        refuse(some, share=0.65, began=5.0 + second, calls=100)
        refuse(most, share=0.95, began=5.0 + second, calls=100)

    assert some.size == 16
    assert most.size < 8


def test_after_an_objection_it_recovers_by_halves_then_grows_more_with_each_round_trip() -> None:
    limiter = AdaptiveLimit(5000)
    limiter.answered(0.0, 1.0, stated=500)
    refuse(limiter, share=0.9, began=5.0)

    limits = [limiter.size]
    for lap in range(20):
        answer(limiter, limiter.size + 1, began=7.0 + lap)
        limits.append(limiter.size)
    steps = [later - earlier for earlier, later in pairwise(limits)]
    back = next(lap for lap, limit in enumerate(limits) if limit >= 499)

    assert steps[0] <= (500 - limits[0]) / 2 + 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(steps[:back]))
    assert steps[back] <= 4
    assert limits[-1] == 5000


def test_where_a_third_of_the_calls_is_refused_it_grows_by_little() -> None:
    limiter = AdaptiveLimit(5000)
    limiter.answered(0.0, 1.0, stated=100)
    refuse(limiter, share=0.9, began=5.0)
    answer(limiter, 150, began=7.0)
    before = limiter.size

    for lap in range(20):
        refuse(limiter, share=0.35, began=9.0 + lap, calls=before)

    assert before < limiter.size < before + 60


def test_the_limit_never_falls_below_one() -> None:
    limiter = opened(1000)

    for second in range(100):
        refuse(limiter, share=0.98, began=2.0 * second + 2.0)

    assert 1 <= limiter.size <= 4


def slowed() -> AdaptiveLimit:
    """Return a limit of 100 that was lowered when calls took five seconds instead of one; the time is 15."""
    limiter = opened(100)
    answer(limiter, 100, began=5.0)
    answer(limiter, 100, began=10.0, seconds=5.0)
    return limiter


def test_much_slower_calls_lower_the_limit() -> None:
    assert slowed().size == 75


def test_an_unnoticeable_slowdown_lowers_nothing() -> None:
    limiter = opened(100)

    answer(limiter, 100, began=5.0, seconds=0.001)
    answer(limiter, 100, began=10.0, seconds=0.1)

    assert limiter.size == 100


def test_a_limit_lowered_for_latency_is_restored_if_that_did_not_help() -> None:
    limiter = slowed()

    answer(limiter, 100, began=16.0, seconds=5.0)
    given_back = limiter.size
    answer(limiter, 400, began=30.0, seconds=5.0)

    assert (given_back, limiter.size) == (100, 100)


def test_a_limit_lowered_for_latency_stays_if_that_helped() -> None:
    limiter = slowed()

    answer(limiter, 100, began=16.0, seconds=1.2)

    assert limiter.size < 80


def test_calls_sent_before_the_limit_was_lowered_do_not_count_for_its_effect() -> None:
    limiter = slowed()

    answer(limiter, 100, began=14.0, seconds=5.0)  # in flight when it was narrowed
    answer(limiter, 100, began=20.0, seconds=1.2)

    assert limiter.size < 90


events = st.lists(
    st.tuples(st.booleans(), st.floats(0, 100, allow_subnormal=False), st.floats(0, 10, allow_subnormal=False)),
    max_size=300,
)


@given(st.integers(1, 2000), events)
def test_it_stays_between_one_and_the_users_limit(ceiling: int, happened: list[tuple[bool, float, float]]) -> None:
    limiter, now = AdaptiveLimit(ceiling), 0.0

    for objects, took, later in happened:
        now += later
        (limiter.objected if objects else limiter.answered)(now - took, now)
        assert 1 <= limiter.size <= ceiling


def mean_limit(limiter: AdaptiveLimit, allowed: int, *, calls: int, seed: int) -> float:
    """Fill the limit against a provider that allows so many concurrent calls; return the mean limit at the end."""
    random_fraction, order = Random(seed), count()
    flights: list[tuple[float, int, float, bool]] = []
    now, served, limits = 0.0, 0, []
    for done in range(calls):
        while len(flights) < limiter.size:
            taken = served < allowed
            served += taken
            took = random_fraction.uniform(0.5, 1.5) if taken else 0.05
            heapq.heappush(flights, (now + took, next(order), now, taken))
        now, _, began, taken = heapq.heappop(flights)
        served -= taken
        (limiter.answered if taken else limiter.objected)(began, now)
        if done > calls / 2:
            limits.append(limiter.size)
    return fmean(limits)


@pytest.mark.parametrize("allowed", [1, 5, 40, 150, 1000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_settles_near_what_a_provider_allows(allowed: int, seed: int) -> None:
    mean = mean_limit(AdaptiveLimit(5000), allowed, calls=60_000, seed=seed)

    assert 0.6 * allowed <= mean <= 1.2 * allowed + 1
