"""Twenty pairs of the user's own task outweigh the prior, in either direction, and a few do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.routing.prior.difficulty import TaskGain, shipped_prior
from scrimp.routing.tiers import TIERS, tier_of

PUZZLE = "I have no body but come alive with wind. What am I?"
TRANSLATION = "Translate into French: good morning"


def test_twenty_pairs_outweigh_the_prior_in_either_direction() -> None:
    assert [tier_of(PUZZLE, None).tier, tier_of(TRANSLATION, None).tier] == ["high", "simple"]

    assert tier_of(PUZZLE, None, observed=TaskGain(20, 0.0)).tier == "simple"
    assert tier_of(TRANSLATION, None, observed=TaskGain(20, 0.3)).tier == "high"


@given(st.floats(-1, 1), st.sampled_from([PUZZLE, TRANSLATION, "Why does ice float?", "Solve 2x = 3"]))
def test_of_the_gain_that_is_expected_twenty_pairs_are_more_than_half(gain: float, text: str) -> None:
    prior = tier_of(text, None).gain
    expected = tier_of(text, None, observed=TaskGain(20, gain)).gain

    assert abs(expected - gain) < abs(expected - prior) or gain == prior


def test_a_single_pair_changes_little() -> None:
    assert tier_of(PUZZLE, None, observed=TaskGain(1, 0.0)).tier == "high"
    assert tier_of(TRANSLATION, None, observed=TaskGain(1, 0.3)).tier == "simple"


@pytest.mark.parametrize("gain", [-0.5, 0.0, 0.2, 1.0])
def test_high_stakes_raise_what_the_pairs_say(gain: float) -> None:
    observed = TaskGain(50, gain)
    plain, risky = (tier_of(f"Sum up this {noun}", None, observed=observed) for noun in ("letter", "contract"))

    assert TIERS.index(risky.tier) == min(TIERS.index(plain.tier) + 1, 2)
    assert risky.why == "summary with 50 pairs of its task; raised: legal"


def test_the_expected_gain_is_a_mean_of_prior_and_pairs() -> None:
    prior = shipped_prior()

    assert prior.with_pairs(0.2, TaskGain(prior.pseudo_pairs, 0.4)) == pytest.approx(0.3)
