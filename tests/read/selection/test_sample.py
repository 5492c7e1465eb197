"""Samples of rows: which may be kept, and how they are spread."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.read.selection.sample import StratifiedSample


def sampled(count: int, *, rows: int, seed: int = 1) -> list[int]:
    sample = StratifiedSample[int](rows=rows, size=10**9, seed=seed)
    for number in range(count):
        sample.offer(number, 1)
    return sample.rows


@given(count=st.integers(0, 300), rows=st.integers(1, 20))
def test_it_keeps_all_rows_or_one_of_each_stretch_of_equal_length(count: int, rows: int) -> None:
    kept = sampled(count, rows=rows)

    if count <= rows:
        assert kept == list(range(count))
        return
    stretch = 1
    while -(-count // stretch) > rows:
        stretch *= 2
    assert [number // stretch for number in kept] == list(range(-(-count // stretch)))


@given(sizes=st.lists(st.integers(0, 50), min_size=1, max_size=100))
def test_it_is_no_larger_than_allowed_but_never_empty(sizes: list[int]) -> None:
    sample = StratifiedSample[int](rows=1000, size=100)
    for number, size in enumerate(sizes):
        sample.offer(number, size)
        kept = sample.rows
        assert kept
        assert len(kept) == 1 or sum(sizes[each] for each in kept) <= 100
        assert sample.whole == (len(kept) == number + 1)


@pytest.mark.parametrize("count", [64, 100, 127])
def test_every_row_is_as_likely_as_its_neighbours(count: int) -> None:
    draws = 3000
    drawn = Counter(number for seed in range(draws) for number in sampled(count, rows=4, seed=seed))
    stretch = 16 if count == 64 else 32

    for start in range(0, count, stretch):
        length = min(stretch, count - start)
        expected = draws / length
        for number in range(start, start + length):
            assert abs(drawn[number] - expected) < 6 * expected**0.5, number


def test_rows_that_alternate_are_both_sampled() -> None:
    assert {number % 2 for number in sampled(100_000, rows=64)} == {0, 1}


def test_the_same_rows_give_the_same_sample() -> None:
    assert sampled(5000, rows=50) == sampled(5000, rows=50) != sampled(5000, rows=50, seed=2)
