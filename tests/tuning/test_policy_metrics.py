"""Figures of a replay: ratios with intervals that hold what they promise."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.policies import Agree, Always
from scrimp.tuning.policy_metrics import measure, measure_all, oracle
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow

SCORES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40)


def rows(scores: list[tuple[float, float]]) -> list[RecordedRow]:
    return [
        RecordedRow(
            id=str(at), answers={"a": RecordedAnswer(score=low, cost=1), "top": RecordedAnswer(score=top, cost=10)}
        )
        for at, (low, top) in enumerate(scores)
    ]


@given(scores=SCORES)
def test_all_flagship_keeps_everything_and_saves_nothing(scores: list[tuple[float, float]]) -> None:
    found = measure(Always("top"), rows(scores), "top")

    assert (found.saved.value, found.flagship_share.value, found.calls) == (0, 1, 1)
    assert found.kept is None or (found.kept.low, found.kept.value, found.kept.high) == (1, 1, 1)


@given(scores=SCORES)
def test_the_oracle_keeps_no_less_than_any_model(scores: list[tuple[float, float]]) -> None:
    best = oracle(rows(scores), ("a",), "top")
    cheap = measure(Always("a"), rows(scores), "top")

    assert cheap.kept is None or (best.kept is not None and best.kept >= max(1, cheap.kept.value) - 1e-9)
    assert 0 <= best.saved <= 0.9


def test_kept_and_saved_are_ratios_of_sums() -> None:
    found = measure(Always("a"), rows([(1, 1), (0, 1), (1, 0), (0, 1)]), "top")

    assert found.kept is not None
    assert found.kept.value == pytest.approx(2 / 3)
    assert (found.saved.value, found.cost, found.labeled) == (pytest.approx(0.9), 4, 4)


def test_the_interval_of_what_is_kept_covers_the_truth_as_often_as_it_says() -> None:
    covered = 0
    for draw in range(300):
        chance = random.Random(draw)
        sample = chance.choices(((1, 1), (0, 1), (1, 0), (0, 0)), weights=(70, 10, 5, 15), k=200)
        kept = measure(Always("a"), rows([(low, top) for low, top in sample]), "top").kept
        assert kept is not None
        covered += kept.low <= 75 / 80 <= kept.high

    assert 0.91 <= covered / 300 <= 0.985


def test_rows_that_nobody_labeled_count_for_money_only() -> None:
    unlabeled = RecordedRow(id="9", answers={"a": RecordedAnswer(cost=1), "top": RecordedAnswer(cost=10)})
    found = measure(Always("a"), [*rows([(1, 1)]), unlabeled], "top")

    assert (found.rows, found.labeled, found.cost) == (2, 1, 2)


def test_nothing_is_said_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing is recorded"):
        measure(Always("a"), [], "top")


def test_policies_are_listed_with_the_most_expensive_first() -> None:
    found = measure_all((Always("a"), Agree(("a",))), rows([(1, 1), (0, 1)]), "top")

    assert [policy for policy, _ in found] == [Agree(("a",)), Always("top"), Always("a")]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30))
def test_the_interval_of_what_is_kept_is_that_of_the_residuals(scores: list[tuple[float, float]]) -> None:
    kept = measure(Always("a"), rows(scores), "top").kept
    total = sum(top for _, top in scores)
    if total < 1e-3:
        return
    ratio = sum(own for own, _ in scores) / total
    squares = sum((own - ratio * top) ** 2 for own, top in scores)
    margin = 1.959963984540054 * math.sqrt(squares * len(scores) / (len(scores) - 1)) / total

    assert kept is not None
    assert kept.value == pytest.approx(ratio)
    assert kept.high - kept.value == pytest.approx(margin, rel=1e-4, abs=1e-4 * (1 + ratio))
