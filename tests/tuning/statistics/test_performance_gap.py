"""APGR: one half for chance, the most for who knows the scores."""

from __future__ import annotations

import random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.statistics.performance_gap import gap_recovered

PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.floats(-1, 1)), min_size=1, max_size=60)


@given(pairs=PAIRS)
def test_no_order_recovers_more_than_the_one_that_knows(pairs: list[tuple[int, int, float]]) -> None:
    low, top, worth = zip(*pairs, strict=True)
    found = gap_recovered(worth, low, top)

    assert (found is None) == (sum(top) <= sum(low))
    if found is not None:
        assert found.apgr <= found.best + 1e-9


@given(pairs=PAIRS)
def test_an_order_and_its_reverse_recover_one_together(pairs: list[tuple[int, int, float]]) -> None:
    low, top, worth = zip(*pairs, strict=True)
    found, reverse = gap_recovered(worth, low, top), gap_recovered([-one for one in worth], low, top)

    if found is not None and reverse is not None:
        assert found.apgr + reverse.apgr == pytest.approx(1)


def test_an_order_that_tells_nothing_apart_recovers_half() -> None:
    found = gap_recovered([0.3] * 4, [0, 0, 1, 0], [1, 1, 0, 1])

    assert found is not None
    assert found.apgr == pytest.approx(0.5)


def test_random_orders_recover_half_with_the_stated_spread() -> None:
    chance = random.Random(7)
    low = [chance.random() < 0.6 for _ in range(300)]
    top = [chance.random() < 0.8 for _ in range(300)]
    found = [gap_recovered([chance.random() for _ in low], low, top) for _ in range(400)]
    values = [one.apgr for one in found if one is not None]

    assert fmean(values) == pytest.approx(0.5, abs=0.03)
    assert stdev(values) == pytest.approx(found[0].random_sd if found[0] else 0, rel=0.15)


def test_ten_prompts_worth_it_first_recover_the_gap_at_once() -> None:
    found = gap_recovered([1] * 10 + [0] * 90, [0] * 10 + [1] * 90, [1] * 100)

    assert found is not None
    assert found.apgr == found.best == pytest.approx(0.95)
