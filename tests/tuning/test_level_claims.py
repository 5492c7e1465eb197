from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.stats import binom

from scrimp.config.resolved.tuned_levels import TunedLevel
from scrimp.flows.tune.watch.level_drift import drift_of
from scrimp.tuning.level_claims import Agreement, LevelAnswer, LevelClaim, LevelPair, claim_levels
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


def level(target: float, of: LevelClaim | None = None) -> TunedLevel:
    """The level as `tune apply` writes it of a claim; without one it was certified by answers alone."""
    agreement = of.agreements["task"] if of else Agreement()
    return TunedLevel(
        signature="task", model="m", level="focus", target=target, risk=0.05, bound=target, pairs=200, version="v",
        certified="2026-01-02T03:04:05Z", agreed=agreement.agreed, compared=agreement.compared,
    )  # fmt: skip


def drawn(number: int, kept: float, chance: random.Random, *, right: float | None = None) -> LevelPair:
    """Return a pair that keeps the answer so often; with `right`, a wrong answer is labeled so, and not kept."""
    is_right = right is None or chance.random() < right
    same = is_right and chance.random() < kept
    scores = (None, None) if right is None else (float(same), float(is_right))
    return LevelPair(
        id=str(number), signature="task", kind="k", time=number,
        without=LevelAnswer(asserted="a", score=scores[1]),
        at_level=LevelAnswer(asserted="a" if same else f"other {number}", score=scores[0]),
    )  # fmt: skip


def unlabeled(pair: LevelPair) -> LevelPair:
    """Return the pair as a run collects it, which knows no right answers."""
    return replace(pair, at_level=replace(pair.at_level, score=None), without=replace(pair.without, score=None))


@pytest.mark.parametrize("target", [0.9, 0.95])
def test_a_level_that_just_keeps_its_target_is_blamed_in_one_of_forty_over_all_looks(target: float) -> None:
    chance = random.Random(f"keeps {target}")
    draws = [[drawn(number, target, chance) for number in range(500)] for _ in range(200)]
    blamed = sum(drift_of(pairs, level(target)) is not None for pairs in draws)

    # No more than chance makes of one in forty, of this many.
    assert binom.sf(blamed - 1, len(draws), 0.025) > 0.01


def test_wrong_answers_that_were_not_kept_when_it_was_certified_are_no_drift() -> None:
    chance = random.Random("labels")
    draws = [[drawn(number, 0.99, chance, right=0.8) for number in range(400)] for _ in range(40)]
    found = [claim(pairs[:200]) for pairs in draws]
    blamed = [
        drift_of(list(map(unlabeled, pairs[200:])), level(0.95, of)) for pairs, of in zip(draws, found, strict=True)
    ]
    worse = [unlabeled(drawn(number, 0.6, chance, right=0.8)) for number in range(200)]

    assert {of.labeled for of in found} == {200}
    assert blamed.count(None) >= 38
    assert "kept the answer" in str(drift_of(worse, level(0.95, found[0])))


def test_a_model_that_varies_is_not_blamed_for_it_by_pairs_without_a_second_answer() -> None:
    varies = claim(pairs(85, 15, again=SAME))
    later = [drawn(number, 0.85, random.Random(number)) for number in range(300)]

    assert varies.relative
    assert drift_of(later, level(0.95)) is not None
    assert drift_of(later, level(0.95, varies)) is None


@pytest.mark.parametrize(
    ("kept", "lost", "found"), [(8, 7, True), (0, 9, True), (9, 1, False), (85, 9, True), (0, 1, False)]
)
def test_few_pairs_show_a_level_that_lost_its_answers_and_so_do_the_newest_of_many(
    kept: int, lost: int, found: bool
) -> None:
    assert (drift_of(pairs(kept, lost), level(0.9)) is not None) == found


def test_what_was_no_answer_without_the_level_either_is_no_drift() -> None:
    neither = LevelAnswer(score=0.0)
    empty = [
        LevelPair(id=str(n), signature="task", kind="k", time=n, without=neither, at_level=neither) for n in range(50)
    ]

    assert drift_of(empty, level(0.95)) is None
