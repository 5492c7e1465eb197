from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from scrimp.flows.tune.watch.level_drift import drift_of
from scrimp.tuning.level_claims import LevelAnswer, LevelClaim, LevelPair, claim_levels
from scrimp.tuning.statistics.looks import share_of_look

SAME, OTHER = LevelAnswer(asserted="a", cost=Decimal("0.6"), input=60), LevelAnswer(asserted="b", input=60)
PLAIN = LevelAnswer(asserted="a", cost=Decimal(1), input=100)


def pairs(kept: int, lost: int, again: LevelAnswer | None = None) -> list[LevelPair]:
    return [
        LevelPair(
            id=str(number), signature="task", kind="k", time=number, without=PLAIN, again=again,
            at_level=SAME if number < kept else OTHER,
        )
        for number in range(kept + lost)
    ]  # fmt: skip


def claim(found: list[LevelPair], target: float = 0.9, look: int = 1, risk: float = 0.05) -> LevelClaim:
    (only,) = claim_levels(found, target, risk, lambda _: look)
    return only


@pytest.mark.parametrize("target", [0.9, 0.95])
@pytest.mark.parametrize("look", [1, 2, 4])
@pytest.mark.parametrize("count", [60, 130, 200])
def test_a_level_at_the_edge_of_its_target_is_certified_as_seldom_as_the_share_of_the_risk_of_a_look(
    target: float, look: int, count: int
) -> None:
    enough = next((kept for kept in range(count + 1) if claim(pairs(kept, count - kept), target, look).certified), None)
    chance = 0.0 if enough is None else binom.sf(enough - 1, count, target)

    assert chance <= 0.05 * share_of_look(look)


@given(st.integers(0, 80), st.integers(0, 8), st.integers(0, 30))
def test_pairs_that_it_leaves_as_they_are_count_as_kept_and_lost_ones_never_help(
    kept: int, lost: int, unchanged: int
) -> None:
    found = pairs(kept, lost) + [
        LevelPair(id=f"u{n}", signature="task", kind="k", time=0, without=PLAIN, at_level=PLAIN, unchanged=True)
        for n in range(unchanged)
    ]
    if not found:
        return
    one, worse = claim(found), claim([*found, *pairs(0, 1)])

    assert one.kept == pytest.approx((kept + unchanged) / len(found))
    assert one.unchanged == unchanged
    assert worse.p >= one.p - 1e-9
    assert worse.certified <= one.certified


def test_what_a_model_does_not_repeat_is_not_laid_at_the_door_of_the_level() -> None:
    lost_both = pairs(0, 20, again=OTHER)
    found = pairs(100, 0, again=SAME) + lost_both

    assert not claim(pairs(100, 20)).certified
    assert claim(found).certified
    assert claim(found).self_agreement == pytest.approx(100 / 120)


def test_a_model_that_varies_makes_no_gain_of_prompts_that_the_level_leaves_as_they_are() -> None:
    found = pairs(20, 5, again=PLAIN) + [
        LevelPair(
            id=f"u{n}", signature="task", kind="k", time=0, without=PLAIN, at_level=PLAIN, again=OTHER, unchanged=True
        )
        for n in range(10)
    ]

    assert claim(found).kept == pytest.approx(20 / 25)


def test_an_answer_that_was_not_what_was_asked_for_is_no_evidence_for_a_level() -> None:
    rejected = LevelAnswer(score=0.0)
    failing = [
        LevelPair(id=str(n), signature="task", kind="k", time=0, without=PLAIN, at_level=rejected) for n in range(9)
    ]
    both = [
        LevelPair(id=f"b{n}", signature="task", kind="k", time=0, without=rejected, at_level=rejected)
        for n in range(100)
    ]

    assert claim(pairs(60, 0) + failing).kept == pytest.approx(60 / 69)
    assert not claim(both).certified


def test_a_saving_is_one_less_the_costs_and_unknown_where_a_cost_is() -> None:
    priced, unpriced = claim(pairs(4, 0)).saving, claim(pairs(4, 1)).saving

    assert (priced.dollars, priced.tokens) == (pytest.approx(0.4), pytest.approx(0.4))
    assert (unpriced.dollars, unpriced.tokens) == (None, pytest.approx(0.4))


@pytest.mark.parametrize(("kept", "lost"), [(9, 1), (8, 2), (8, 4), (7, 5), (0, 1), (0, 2), (90, 10), (85, 17)])
def test_drift_is_what_a_level_that_keeps_its_target_shows_in_one_check_of_forty(kept: int, lost: int) -> None:
    chance = binom.sf(lost - 1, kept + lost, 0.1)

    assert (drift_of(pairs(kept, lost), 0.9) is not None) == (chance <= 0.025)
