"""Tuning's arithmetic beside SciPy's and beside sums written out: neither knows of the other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scrimp.tuning.policy_metrics import _wilson
from scrimp.tuning.statistics.binomial import IncrementalBinomialCdf, binomial_cdf, binomial_pmf
from scrimp.tuning.statistics.bounds import (
    PairedOutcomes,
    ScorePair,
    betting_p,
    exact_p,
    lower_bound,
    min_rows,
    studentized_mean,
)
from scrimp.tuning.statistics.calibration import calibration

SHARES = (
    st.sampled_from((0.0, 1.0))
    | st.floats(1e-3, 0.999)
    | st.floats(1e-12, 1e-3)
    | st.floats(1e-12, 1e-3).map(lambda share: 1 - share)
)


@given(trials=st.integers(1, 20_000), part=st.floats(0, 1), share=SHARES)
def test_the_cdf_is_scipys(trials: int, part: float, share: float) -> None:
    count = round(part * trials)

    assert binomial_cdf(count, trials, share) == pytest.approx(
        stats.binom.cdf(count, trials, share), rel=1e-7, abs=1e-12
    )


@given(trials=st.integers(1, 20_000), away=st.floats(-6, 6), share=st.floats(1e-4, 1 - 1e-4))
def test_the_cdf_is_scipys_near_the_mean(trials: int, away: float, share: float) -> None:
    count = round(trials * share + away * math.sqrt(trials * share * (1 - share)))

    assert binomial_cdf(count, trials, share) == pytest.approx(
        stats.binom.cdf(count, trials, share), rel=1e-7, abs=1e-12
    )


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=40), share=SHARES)
def test_the_incremental_cdf_is_scipys_at_every_step(steps: list[tuple[int, int]], share: float) -> None:
    incremental = IncrementalBinomialCdf(share)
    counts, trials = np.cumsum(steps, axis=0).T
    trials = np.maximum(1, 500 - trials)

    stepwise = [incremental.cdf(int(count), int(of)) for count, of in zip(counts, trials, strict=True)]
    assert stepwise == pytest.approx(stats.binom.cdf(counts, trials, share), abs=1e-8)


@given(trials=st.integers(1, 3000), share=SHARES)
def test_the_pmf_is_scipys_but_for_a_billionth(trials: int, share: float) -> None:
    counts, probabilities = zip(*binomial_pmf(trials, share), strict=True)

    assert probabilities == pytest.approx(stats.binom.pmf(counts, trials, share), rel=1e-8, abs=1e-12)
    assert list(counts) == list(range(counts[0], counts[-1] + 1))
    assert stats.binom.cdf(counts[0] - 1, trials, share) + stats.binom.sf(counts[-1], trials, share) <= 1.1e-9


@given(total=st.integers(1, 5000), part=st.floats(0, 1), risk=st.floats(0.001, 0.5))
def test_an_interval_of_a_share_is_wilsons(total: int, part: float, risk: float) -> None:
    count = round(part * total)
    interval = _wilson(count, total, risk)
    expected = stats.binomtest(count, total).proportion_ci(confidence_level=1 - risk, method="wilson")

    assert (interval.low, interval.value, interval.high) == pytest.approx((expected.low, count / total, expected.high))


@given(st.lists(st.tuples(st.integers(0, 10).map(lambda tenths: tenths / 10), st.booleans()), min_size=2, max_size=60))
def test_the_auroc_is_the_mann_whitney_statistic(rows: list[tuple[float, bool]]) -> None:
    surest = [(1.0, True), (0.0, False), *rows]  # one of each at least
    found = calibration([sure for sure, _ in surest], [right for _, right in surest])
    good, bad = ([sure for sure, right in surest if right is wanted] for wanted in (True, False))
    expected = stats.mannwhitneyu(good, bad, method="asymptotic").statistic / (len(good) * len(bad))

    assert found.auroc == pytest.approx(expected)


def trinomial_p(seen: PairedOutcomes, target: float, rates: int) -> float:
    """Return the largest chance, over rates of gains, of an outcome at least as sure as the one seen."""
    outcomes = [
        (losses, seen.rows - losses - gains, gains)
        for gains in range(seen.rows + 1)
        for losses in range(seen.rows - gains + 1)
    ]
    least = studentized_mean(seen, target) - 1e-7
    as_sure = np.array([each for each in outcomes if studentized_mean(PairedOutcomes(*each), target) >= least])
    gain = np.linspace(0, target / (1 + target), rates)
    loss = 1 - target + target * gain
    shares = np.stack([loss, np.maximum(0, 1 - loss - gain), gain], axis=-1)
    return max(float(stats.multinomial.pmf(as_sure, seen.rows, each).sum()) for each in shares)


@pytest.mark.parametrize("target", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("counts", [(0, 20, 0), (0, 45, 0), (1, 40, 2), (2, 50, 0), (0, 30, 6), (3, 36, 1), (1, 58, 1)])
def test_the_exact_test_is_the_largest_trinomial_chance(counts: tuple[int, int, int], target: float) -> None:
    seen = PairedOutcomes(*counts)
    largest = trinomial_p(seen, target, rates=300) if studentized_mean(seen, target) > 0 else 1.0

    assert exact_p(seen, target) == pytest.approx(largest, rel=0.02, abs=1e-6)


@given(
    st.lists(st.tuples(st.sampled_from((0.0, 0.25, 0.5, 1.0)), st.sampled_from((0.5, 1.0))), min_size=1, max_size=30),
    st.sampled_from((0.6, 0.9)),
)
def test_betting_is_one_over_the_mean_capital_of_forty_gamblers(
    scores: list[tuple[float, float]], target: float
) -> None:
    differences = np.array([score - target * top for score, top in scores])
    stakes = (np.arange(40) + 0.5) / 40 / target
    capital = np.prod(1 + np.outer(stakes, differences), axis=1).mean()

    assert betting_p(differences.tolist(), target) == pytest.approx(min(1.0, 1 / capital))


@pytest.mark.parametrize(("rows", "losses"), [(60, 0), (100, 0), (100, 1), (200, 3), (400, 20), (300, 75)])
@pytest.mark.parametrize("risk", [0.05, 0.1])
def test_without_gains_the_bound_is_that_of_clopper_and_pearson(rows: int, losses: int, risk: float) -> None:
    paired = [ScorePair(str(number), float(number >= losses), 1.0) for number in range(rows)]
    exact = float(stats.beta.ppf(risk, rows - losses, losses + 1))
    bound = lower_bound(paired, risk)

    # To a thousandth below; rates of gains that were not seen are allowed for, and cost a little.
    assert exact - 0.01 < bound <= exact


@given(st.floats(0.5, 0.999), st.floats(0.001, 0.5))
def test_the_fewest_rows_are_the_first_whose_clean_record_is_rare_enough(target: float, risk: float) -> None:
    rows = min_rows(target, risk)
    clean = stats.binom.cdf(0, [rows - 1, rows], 1 - target)

    assert clean[1] <= risk * (1 + 1e-9)
    assert clean[0] > risk * (1 - 1e-9)
