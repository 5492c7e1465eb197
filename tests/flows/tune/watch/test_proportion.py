from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, binom

from scrimp.flows.tune.watch.proportion import LEAST, Proportion

counts = st.integers(1, 400).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows)))


@settings(max_examples=2 * settings().max_examples)  # its loop ends late in few of them
@given(now=counts, then=counts)
def test_a_difference_counts_where_the_beta_binomial_distribution_says_so(
    now: tuple[int, int], then: tuple[int, int]
) -> None:
    (part, rows), (before, of) = now, then
    expected = betabinom(rows, before + 0.5, of - before + 0.5)
    p = min(float(expected.sf(part - 1)), float(expected.cdf(part)))

    if abs(p / (LEAST / 2) - 1) > 1e-6:
        assert Proportion(part, rows).differs(Proportion(before, of)) == (p < LEAST / 2)


@pytest.mark.parametrize("share", [0.01, 0.9, 0.99])
def test_unchanged_shares_alarm_in_about_one_look_of_16000_also_near_none_and_all(share: float) -> None:
    seen, newest = binom(200, share), binom(300, share)
    alarms = sum(
        seen.pmf(before) * newest.pmf(part)
        for before in range(201) if seen.pmf(before) > 1e-7
        for part in range(301) if newest.pmf(part) > 1e-7 and Proportion(part, 300).differs(Proportion(before, 200))
    )  # fmt: skip

    assert alarms < 1.6 * LEAST
