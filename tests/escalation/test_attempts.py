from __future__ import annotations

from typing import get_args

import pytest

from scrimp.enums import Signal
from scrimp.escalation.attempts import is_escalated
from scrimp.values import Attempt, Chain, Step

STEPS = tuple(Step(name, ()) for name in ("a", "b", "c", "top"))


def attempt(step: int, why: str) -> Attempt:
    return Attempt(
        step=step, name=STEPS[step].name, completion=None, failure=None, confidence=None, why=why, valid=True, kept=True
    )  # fmt: skip


@pytest.mark.parametrize("signal", get_args(Signal))
def test_the_first_step_is_never_an_escalation_and_the_last_always_is(signal: Signal) -> None:
    chain = Chain(steps=STEPS, signal=signal)

    assert not is_escalated(attempt(0, "agreement"), chain)
    assert is_escalated(attempt(3, "agreement"), chain)


@pytest.mark.parametrize("signal", get_args(Signal))
@pytest.mark.parametrize("step", [1, 2])
def test_models_that_vote_are_asked_in_any_case(signal: Signal, step: int) -> None:
    chain = Chain(steps=STEPS, signal=signal)
    votes = {"agreement", "backed"}

    assert is_escalated(attempt(step, "agreement"), chain) == (signal not in votes | {"auto"})
    assert is_escalated(attempt(step, "logprobs"), chain) == (signal not in votes)


def test_the_second_of_two_models_is_above_the_cheap_one() -> None:
    assert is_escalated(attempt(1, "agreement"), Chain(steps=STEPS[:2], signal="agreement"))
