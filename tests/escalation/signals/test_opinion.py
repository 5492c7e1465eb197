"""What another model holds of a completion, and what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.enums import Signal, StopReason
from scrimp.escalation.questions import CallResult, CallStep, CheckResult
from scrimp.escalation.signals import ask_other_model
from scrimp.escalation.verdict import Verdict
from scrimp.values import Completion, Failure, ModelRef, Step, TokenLogprob

JUDGE = Step("j", (ModelRef("p", "j"),))
VALID = Verdict(confidence=None, why="valid", valid=True, parsed=18)
DOWN = Failure(kind="server", message="it broke")


def said(text: str, stop_reason: StopReason = "stop") -> Completion:
    return Completion(text=text, usage=None, stop_reason=stop_reason, model="j")


def asked(signal: Signal, replies: Sequence[CallResult]) -> tuple[Verdict, list[CallStep]]:
    left, questions = list(replies), []
    steps = ask_other_model(signal, 3, JUDGE, "how many?", said("18"), VALID)
    try:
        question = next(steps)
        while True:
            assert isinstance(question, CallStep)
            questions.append(question)
            question = steps.send(left.pop(0))
    except StopIteration as end:
        return end.value, questions


def test_a_judge_that_holds_to_its_word_in_both_orders_is_sure() -> None:
    right, questions = asked("judge", [said("right"), said("Right.")])
    wrong, _ = asked("judge", [said("wrong"), said("wrong")])

    assert (right.confidence, wrong.confidence) == (1.0, 0.0)
    assert (right.why, right.needs_another, right.valid, right.parsed) == ("judge", False, True, 18)
    first, second = questions
    assert "right or wrong" in (first.text or "")
    assert "wrong or right" in (second.text or "")
    assert {question.step for question in questions} == {JUDGE}


def test_a_judge_is_given_room_and_an_end_to_it() -> None:
    _, questions = asked("judge", [said("right"), said("right")])

    for question in questions:
        assert question.parameters is not None
        assert question.parameters.max_output is not None


words = st.sampled_from(["right", "wrong", "hm", "", "right or wrong"])
stops: st.SearchStrategy[StopReason] = st.sampled_from(["stop", "length", "refused"])
verdicts: st.SearchStrategy[CallResult] = st.builds(said, words, stops) | st.just(DOWN)


@given(verdicts, verdicts)
def test_only_two_whole_replies_that_agree_are_a_verdict(first: CallResult, second: CallResult) -> None:
    verdict, questions = asked("judge", [first, second])

    whole = [each for each in (first, second) if isinstance(each, Completion) and each.stop_reason == "stop"]
    agreed = len(whole) == 2 and whole[0].text == whole[1].text and whole[0].text in ("right", "wrong")
    assert (verdict.confidence is not None) is agreed
    assert verdict.needs_another is not agreed
    assert bool(verdict.detail) is not agreed
    assert len(questions) <= 2


@given(st.floats(1e-6, 1))
def test_a_decision_is_its_probability(share: float) -> None:
    decided = Completion(text="", usage=None, stop_reason="stop", model="j", logprobs=(TokenLogprob("ok", log(share)),))
    verdict, questions = asked("decisions", [decided])

    assert verdict.confidence == pytest.approx(share)
    assert [question.predicate for question in questions] == ["The answer is correct and complete."]


@pytest.mark.parametrize("reply", [DOWN, said("", stop_reason="refused")])
def test_a_decision_that_is_none_leaves_no_confidence(reply: CallResult) -> None:
    verdict, _ = asked("decisions", [reply])

    assert (verdict.confidence, verdict.needs_another) == (None, True)
    assert verdict.detail.startswith("the judge gave no verdict: ")


def test_an_opinion_answered_by_a_check_is_a_bug_and_says_so() -> None:
    steps = ask_other_model("judge", 0, JUDGE, "how many?", said("18"), VALID)
    next(steps)

    with pytest.raises(TypeError, match="a call was answered with a CheckResult"):
        steps.send(CheckResult(passed=True))
