"""Gatekeeping: the risk is handed on from passed tests, and never exceeded."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_orders import in_sequence
from scrimp.tuning.gatekeeping import START, GatedPolicy, PolicyTest, first_shares, gated_tests
from scrimp.tuning.policies import Always, Policy

A, B, C, D = (Always(name) for name in "abcd")
DIAMOND = (GatedPolicy(A), GatedPolicy(B), GatedPolicy(C, (0, 1)), GatedPolicy(D, (2,)))


def made_of(order: tuple[GatedPolicy, ...], p: dict[Policy, float]) -> list[PolicyTest]:
    return list(gated_tests(order, lambda policy, _: p[policy], 0.06))


def test_a_sequence_ends_at_its_first_failure_and_each_test_has_the_whole_risk() -> None:
    made = made_of(in_sequence((A, B, C)), {A: 0.06, B: 0.07, C: 0.0})

    assert [(test.policy, test.certified, test.risk) for test in made] == [(A, True, 0.06), (B, False, 0.06)]


def test_one_beginning_that_fails_does_not_end_what_waits_for_another() -> None:
    made = made_of(DIAMOND, {A: 0.5, B: 0.0, C: 0.02, D: 0.04})

    assert [(test.policy, test.certified) for test in made] == [(A, False), (B, True), (C, True), (D, False)]
    assert [test.risk for test in made] == pytest.approx([0.03, 0.03, 0.03, 0.03])
    assert made_of(DIAMOND, {A: 0.0, B: 0.0, C: 0.05, D: 0.05})[-1].risk == pytest.approx(0.06)


def test_the_policies_that_wait_for_nothing_share_the_risk() -> None:
    assert list(first_shares(DIAMOND, 0.06)) == [(A, 0.03), (B, 0.03)]


@st.composite
def orders(draw: st.DrawFn) -> tuple[GatedPolicy, ...]:
    count = draw(st.integers(1, 7))
    after = [draw(st.sets(st.integers(START, at - 1), min_size=1)) for at in range(count)]
    return tuple(GatedPolicy(Always(f"m{at}"), tuple(sorted(waits))) for at, waits in enumerate(after))


@given(orders(), st.data())
def test_what_all_failures_had_of_the_risk_is_no_more_than_the_risk(
    order: tuple[GatedPolicy, ...], data: st.DataObject
) -> None:
    """That the true ones all pass is the worst that can be: then the false ones must not have more than the risk."""
    false = data.draw(st.sets(st.sampled_from([gated.policy for gated in order])))
    made = list(gated_tests(order, lambda policy, _: 1.0 if policy in false else 0.0, 0.05))

    assert sum(test.risk for test in made if not test.certified) <= 0.05 * (1 + 1e-12)


def test_of_policies_that_should_all_fail_one_passes_no_more_often_than_the_risk() -> None:
    chance = Random(3)
    draws = 4_000
    passed = sum(
        any(test.certified for test in gated_tests(DIAMOND, lambda *_: chance.random(), 0.1)) for _ in range(draws)
    )

    assert 0.08 * draws < passed <= 0.1 * draws + 60
