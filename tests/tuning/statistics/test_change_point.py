from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from scrimp.tuning.statistics.change_point import find_fall, lower_limit


def draws(seed: int, *periods: tuple[int, float]) -> list[bool]:
    chance = Random(seed)
    return [chance.random() < share for rows, share in periods for _ in range(rows)]


def seen_after(outcomes: list[bool], floor: float) -> int:
    """The number of outcomes after which a fall is found, the whole length where none is."""
    low, high = 0, len(outcomes)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if find_fall(outcomes[:middle], floor, 0.0125) else (middle + 1, high)
    return low


def test_two_hundred_streams_at_the_floor_are_blamed_as_seldom_as_the_risk_says_at_any_look() -> None:
    blamed = sum(find_fall(draws(seed, (1000, 0.9)), 0.9, 0.05) is not None for seed in range(200))

    assert blamed <= 10


@pytest.mark.parametrize(("share", "most"), [(0.1, 15), (0.4, 30), (0.6, 60)])
def test_a_fall_after_a_thousand_good_outcomes_is_seen_as_if_there_were_none_before(share: float, most: int) -> None:
    waits = sorted(seen_after(draws(seed, (1000, 0.97), (200, share)), 0.93) - 1000 for seed in range(20))

    assert waits[0] > 0
    assert waits[10] <= most


def test_what_is_said_of_a_fall_is_what_came_since_it_began() -> None:
    fall = find_fall([True] * 500 + [False] * 20, 0.9, 0.0125)

    assert fall is not None
    assert (fall.rows, fall.good) == (20, 0)


@given(outcomes=st.lists(st.booleans(), max_size=60), floor=st.floats(0, 1))
def test_a_fall_that_was_found_stays_found(outcomes: list[bool], floor: float) -> None:
    found = [find_fall(outcomes[:end], floor, 0.05) is not None for end in range(len(outcomes) + 1)]

    assert found == sorted(found)


@given(rows=st.integers(1, 400), share=st.floats(0, 1), risk=st.sampled_from([0.0125, 0.05, 0.3]))
def test_the_lower_limit_is_that_of_clopper_and_pearson(rows: int, share: float, risk: float) -> None:
    good = round(share * rows)
    expected = beta.ppf(risk, good, rows - good + 1) if good else 0.0

    assert lower_limit(good, rows, risk) == pytest.approx(expected, abs=1e-6)
