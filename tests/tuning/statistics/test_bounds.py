"""Certificates rest on these: p-values hold their risk, and more right completions never make one worse."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.statistics.binomial import IncrementalBinomialCdf, binomial_cdf, binomial_pmf
from scrimp.tuning.statistics.bounds import (
    PairedOutcomes,
    ScorePair,
    _max_losses,
    betting_p,
    count_outcomes,
    exact_p,
    lower_bound,
    min_rows,
    p_value,
    rows_needed,
    studentized_mean,
)

TARGETS = st.sampled_from((0.8, 0.9, 0.95, 0.98))
COUNTS = st.tuples(st.integers(0, 12), st.integers(0, 150), st.integers(0, 12)).map(
    lambda counts: PairedOutcomes(*counts)
)


def choose(trials: int, count: int, share: float) -> float:
    return math.comb(trials, count) * share**count * (1 - share) ** (trials - count)


@given(trials=st.integers(1, 60), count=st.integers(-1, 61), share=st.floats(0.001, 0.999))
def test_at_most_is_the_sum_of_the_chances(trials: int, count: int, share: float) -> None:
    summed = sum(choose(trials, at, share) for at in range(min(count, trials) + 1))

    assert binomial_cdf(count, trials, share) == pytest.approx(summed, abs=1e-9)


@given(trials=st.integers(1, 300), share=st.floats(0, 1))
def test_chances_leave_out_next_to_nothing(trials: int, share: float) -> None:
    found = binomial_pmf(trials, share)

    assert sum(chance for _, chance in found) == pytest.approx(1, abs=1e-8)
    assert len({count for count, _ in found}) == len(found)


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=40), share=st.floats(0, 1))
def test_an_incremental_cdf_has_the_values_of_a_fresh_start(steps: list[tuple[int, int]], share: float) -> None:
    incremental = IncrementalBinomialCdf(share)
    count, trials = 0, 500
    for more, fewer in steps:
        count, trials = count + more, max(1, trials - fewer)
        assert incremental.cdf(count, trials) == pytest.approx(binomial_cdf(count, trials, share), abs=1e-8)


@given(
    seen=st.tuples(st.integers(0, 3), st.integers(80, 200), st.integers(0, 12)).map(
        lambda counts: PairedOutcomes(*counts)
    ),
    target=st.sampled_from((0.6, 0.8, 0.9)),
    gains=st.integers(0, 80),
)
def test_as_many_losses_are_allowed_as_leave_the_surety(seen: PairedOutcomes, target: float, gains: int) -> None:
    least = studentized_mean(seen, target)
    rest = seen.rows - gains
    most = _max_losses(seen.rows, gains, target, least)

    assert least > 0.01  # else there is nothing to solve for
    assert -1 <= most <= rest
    assert most == -1 or studentized_mean(PairedOutcomes(most, rest - most, gains), target) >= least - 1e-6
    assert most == rest or studentized_mean(PairedOutcomes(most + 1, rest - most - 1, gains), target) < least + 1e-6


def test_the_losses_seen_are_allowed_and_one_more_is_not() -> None:
    seen = PairedOutcomes(2, 150, 5)

    assert _max_losses(seen.rows, seen.gains, 0.9, studentized_mean(seen, 0.9) - 1e-7) == 2


@given(losses=st.integers(0, 6), both=st.integers(1, 200), target=TARGETS)
def test_without_gains_the_exact_test_is_at_least_the_binomial_one(losses: int, both: int, target: float) -> None:
    seen = PairedOutcomes(losses, both, 0)

    assert exact_p(seen, target) >= binomial_cdf(losses, losses + both, 1 - target) - 1e-9


@pytest.mark.parametrize(("losses", "rows"), [(0, 59), (1, 93)])
def test_the_fewest_rows_for_95_percent_are_those_of_the_binomial_test(losses: int, rows: int) -> None:
    assert exact_p(PairedOutcomes(losses, rows - losses, 0), 0.95) <= 0.05
    assert exact_p(PairedOutcomes(losses, rows - losses - 1, 0), 0.95) > 0.05


@given(seen=COUNTS, target=TARGETS)
def test_a_loss_made_right_never_raises_p(seen: PairedOutcomes, target: float) -> None:
    better = PairedOutcomes(max(0, seen.losses - 1), seen.both + min(1, seen.losses), seen.gains)

    assert exact_p(better, target) <= exact_p(seen, target) + 1e-6


@given(
    seen=st.tuples(st.integers(0, 2), st.integers(5, 45), st.integers(0, 6)).map(
        lambda counts: PairedOutcomes(*counts)
    ),
    target=TARGETS,
    rate=st.floats(0, 0.4),
)
def test_no_rate_of_gains_between_those_searched_is_worse(seen: PairedOutcomes, target: float, rate: float) -> None:
    """The chance of an outcome this good, summed over all outcomes, at a rate the search may not have looked at."""
    least = studentized_mean(seen, target) - 1e-7
    loss, both, gain = null(target, rate)
    total = 0.0
    for gains, losses in product(range(seen.rows + 1), repeat=2):
        rest = seen.rows - gains - losses
        if rest >= 0 and studentized_mean(PairedOutcomes(losses, rest, gains), target) >= max(least, 1e-9):
            ways = math.comb(seen.rows, gains) * math.comb(seen.rows - gains, losses)
            total += ways * gain**gains * loss**losses * both**rest

    assert total <= exact_p(seen, target) * 1.02 + 1e-6


def null(target: float, gain: float) -> tuple[float, float, float]:
    """Return rates of losses, of both right and of gains that miss the target by nothing."""
    loss = 1 - target + target * gain
    return loss, 1 - loss - gain, gain


def sampled(rates: Sequence[float], size: int, chance: random.Random) -> list[ScorePair]:
    kinds = chance.choices(((0.0, 1.0), (1.0, 1.0), (1.0, 0.0)), weights=rates, k=size)
    return [ScorePair(str(at), score, top) for at, (score, top) in enumerate(kinds)]


@pytest.mark.parametrize("target", [0.9, 0.95])
@pytest.mark.parametrize("gain", [0.0, 0.03, 0.2])
@pytest.mark.parametrize("size", [60, 150])
def test_a_policy_that_misses_its_target_is_seldom_certified(target: float, gain: float, size: int) -> None:
    chance = random.Random(f"{target}{gain}{size}")
    rates = null(target, gain)
    wrong = sum(p_value(sampled(rates, size, chance), target, 0.05) <= 0.05 for _ in range(400))

    assert wrong <= 400 * 0.05 + 2 * math.sqrt(400 * 0.05 * 0.95)


@pytest.mark.parametrize("size", [60, 150])
def test_shares_of_right_are_certified_no_more_often_than_the_risk(size: int) -> None:
    chance = random.Random(size)

    def rows() -> list[ScorePair]:
        tops = [chance.choice((0.5, 0.8, 1.0)) for _ in range(size)]
        return [
            ScorePair(str(chance.random()), top * 0.9 + chance.choice((-0.1, 0.1)) * top, top) for top in tops
        ]  # the mean is nine tenths of the flagship's

    wrong = sum(p_value(rows(), 0.9, 0.05) <= 0.05 for _ in range(300))

    assert wrong <= 300 * 0.05


def test_betting_sees_small_steady_differences() -> None:
    assert betting_p([0.78 - 0.95 * 0.8] * 400, 0.95) <= 0.01


@given(values=st.lists(st.sampled_from((-0.9, 0.1, 0.0, 1.0)), min_size=1, max_size=50))
def test_betting_knows_no_order(values: list[float]) -> None:
    assert betting_p(values, 0.9) == pytest.approx(betting_p(values[::-1], 0.9))


@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_scores_are_rounded_alike_for_both_models(scores: list[float]) -> None:
    rows = [ScorePair(str(at), score, score) for at, score in enumerate(scores)]
    seen = count_outcomes(rows)

    assert seen.losses == seen.gains == 0


def test_rounded_scores_are_right_on_average() -> None:
    seen = count_outcomes(ScorePair(str(at), 0.3, 0.7) for at in range(4000))

    assert seen.both / 4000 == pytest.approx(0.3, abs=0.03)
    assert seen.losses / 4000 == pytest.approx(0.4, abs=0.03)


def test_the_lower_bound_is_the_last_target_that_is_certified() -> None:
    rows = [ScorePair(str(at), float(at > 1), 1.0) for at in range(200)]
    bound = lower_bound(rows, 0.05)

    assert p_value(rows, bound) <= 0.05 < p_value(rows, bound + 0.001)
    assert 0.95 < bound < 0.99


def test_nothing_is_certified_of_nothing() -> None:
    assert p_value([], 0.95) == 1
    assert lower_bound([], 0.05) == 0.5


def test_a_target_of_everything_cannot_be_tested() -> None:
    with pytest.raises(ValueError, match="outside"):
        p_value([], 1.0)


@given(target=TARGETS)
def test_a_clean_record_needs_the_fewest_rows(target: float) -> None:
    rows = min_rows(target, 0.05)

    assert exact_p(PairedOutcomes(0, rows, 0), target) <= 0.05 + 1e-6
    assert rows_needed(PairedOutcomes(0, 10, 0), 10, target, 0.05) == pytest.approx(rows, abs=1)


def test_no_number_of_rows_certifies_what_was_not_kept() -> None:
    assert rows_needed(PairedOutcomes(10, 90, 0), 100, 0.95, 0.05) is None


def test_planned_rows_certify_when_all_goes_on_as_before() -> None:
    needed = rows_needed(PairedOutcomes(2, 96, 1), 100, 0.95, 0.05)
    assert needed is not None
    losses, gains = round(0.02 * needed), round(0.01 * needed)

    assert exact_p(PairedOutcomes(losses, round(0.96 * needed), gains), 0.95) <= 0.06


def test_the_smaller_of_two_p_values_counts_twice_where_scores_are_between_wrong_and_right() -> None:
    whole = [ScorePair(str(row), 1.0, 1.0) for row in range(60)]
    partly = [*whole, ScorePair("half", 0.5, 1.0)]
    by_betting = betting_p([pair.score - 0.9 * pair.flagship_score for pair in partly], 0.9)

    assert p_value(whole, 0.9) == exact_p(count_outcomes(whole), 0.9)
    assert p_value(partly, 0.9) == 2 * min(by_betting, exact_p(count_outcomes(partly), 0.9))
