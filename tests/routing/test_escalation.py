"""The ascent of a chain, driven by scripts of replies instead of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.routing.confidence import judge_for
from scrimp.routing.escalation import Ask, Check, CheckResult, escalate, kept_of
from scrimp.values import Attempt, Chain, Completion, Failure, FailureKind, ModelRef, Parameters, Step, Stop

OPEN = Parameters()
FEELING = Parameters(choices=("positive", "negative"))


def chain(length: int, *, signal: str = "auto") -> Chain:
    names = "abcdefgh"[:length]
    return Chain(steps=tuple(Step(name, (ModelRef("p", name),)) for name in names), signal=signal)


def said(text: str, stop: Stop = "stop") -> Completion:
    return Completion(text=text, usage=None, stop=stop, model="?")


def broke(kind: FailureKind) -> Failure:
    return Failure(kind=kind, message="it broke")


def climb(
    steps: Chain,
    replies: Sequence[Completion | Failure],
    *,
    parameters: Parameters = OPEN,
    check: Callable[[str], bool] | None = None,
) -> tuple[tuple[Attempt, ...], list[str]]:
    """Drive a chain with one scripted reply for each step; return the attempts and which steps were asked."""
    escalation = escalate(steps, judge_for(steps.signal, parameters), check=check is not None)
    asked: list[str] = []
    try:
        question = next(escalation)
        while True:
            reply: Completion | Failure | CheckResult
            if isinstance(question, Check):
                assert check is not None
                reply = CheckResult(passed=check(question.text), detail="exit status 1")
            else:
                assert isinstance(question, Ask)
                asked.append(question.step.name)
                reply = replies[question.index]
                if isinstance(reply, Completion):
                    reply = Completion(text=reply.text, usage=None, stop=reply.stop, model=question.step.name)
            question = escalation.send(reply)
    except StopIteration as end:
        return end.value, asked


def outcome(attempts: Sequence[Attempt]) -> tuple[str, float | None, str] | None:
    kept = kept_of(attempts)
    return None if kept is None else (kept.name, kept.confidence, kept.why)


def test_a_tier_keeps_its_one_valid_completion_without_a_made_up_confidence() -> None:
    attempts, asked = climb(chain(1), [said("18")])

    assert (outcome(attempts), asked) == (("a", None, "valid"), ["a"])


def test_two_models_that_agree_end_the_climb_and_the_later_is_kept() -> None:
    attempts, asked = climb(chain(3), [said("18 dollars"), said("**18**"), said("never asked")])

    assert asked == ["a", "b"]
    assert outcome(attempts) == ("b", 1.0, "agreement")


def test_two_that_differ_call_the_third() -> None:
    sided, _ = climb(chain(3), [said("18"), said("19"), said("18")])
    alone, _ = climb(chain(3), [said("18"), said("19"), said("20")])

    assert outcome(sided) == ("c", 1.0, "agreement")
    assert outcome(alone) == ("c", None, "last step")


def test_open_ended_text_is_not_cascaded() -> None:
    attempts, asked = climb(chain(3), [said("Once upon a time there lived a king who had no daughters.")] * 3)

    assert (outcome(attempts), asked) == (("a", None, "nothing to judge by"), ["a"])


@pytest.mark.parametrize(
    "first", [said(""), said("no", stop="refused"), broke("server"), broke("auth"), broke("quota")]
)
def test_what_is_empty_refused_or_failed_goes_up(first: Completion | Failure) -> None:
    attempts, asked = climb(chain(2), [first, said("18")])

    assert asked == ["a", "b"]
    assert outcome(attempts) == ("b", None, "last step")
    assert attempts[0].valid is False


def test_an_invalid_label_goes_up_and_says_what_was_wrong() -> None:
    attempts, _ = climb(chain(2), [said("meh"), said("positive")], parameters=FEELING)

    assert attempts[0].failure is not None
    assert attempts[0].failure.kind == "schema"
    assert attempts[1].parsed == "positive"
    assert attempts[1].kept


@pytest.mark.parametrize("text", ["", "half a sent"])
def test_a_completion_cut_off_at_the_cap_ends_the_chain(text: str) -> None:
    attempts, asked = climb(chain(2), [said(text, stop="length"), said("18")])

    assert asked == ["a"]
    assert (attempts[-1].why, attempts[-1].valid, outcome(attempts)) == ("truncated", False, None)


@pytest.mark.parametrize("kind", ["invalid", "budget"])
def test_a_request_at_fault_and_a_spent_budget_end_the_chain(kind: FailureKind) -> None:
    attempts, asked = climb(chain(2), [broke(kind), said("18")])

    assert (asked, outcome(attempts), attempts[-1].why) == (["a"], None, kind)


def test_an_invalid_last_step_gives_way_to_the_best_valid_one_before_it() -> None:
    attempts, _ = climb(chain(4), [said("18"), said("19"), said("20"), said("")])

    assert outcome(attempts) == ("c", 0.0, "best of the valid")
    assert [attempt.name for attempt in attempts] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("last", [broke("server"), broke("budget"), said("1", stop="length")])
def test_a_last_step_that_did_not_come_about_keeps_nothing(last: Completion | Failure) -> None:
    attempts, _ = climb(chain(3), [said("18"), said("19"), last])

    assert outcome(attempts) is None
    assert attempts[0].valid


def test_a_check_that_passes_is_as_sure_as_it_gets() -> None:
    attempts, asked = climb(chain(2), [said("18"), said("19")], check=lambda text: text == "18")

    assert (outcome(attempts), asked) == (("a", 1.0, "check"), ["a"])


def test_a_check_that_fails_goes_up_and_its_completion_is_never_kept() -> None:
    attempts, asked = climb(chain(2), [said("18"), said("19")], check=lambda _: False)

    assert asked == ["a", "b"]
    assert outcome(attempts) is None
    assert attempts[-1].failure is not None
    assert attempts[-1].failure.message == "the check refused the completion: exit status 1"


def test_only_what_is_otherwise_valid_is_checked() -> None:
    seen: list[str] = []
    climb(
        chain(2),
        [said("meh"), said("positive")],
        parameters=FEELING,
        check=lambda text: bool(seen.append(text)) or True,
    )

    assert seen == ["positive"]


def test_a_chain_that_asks_for_agreement_wants_it_even_where_a_check_passed() -> None:
    _, asked = climb(chain(2, signal="agreement"), [said("18"), said("18")], check=lambda _: True)

    assert asked == ["a", "b"]


def test_the_wrong_kind_of_reply_is_a_bug_and_says_so() -> None:
    escalation = escalate(chain(1), judge_for("auto", OPEN), check=False)
    next(escalation)

    with pytest.raises(TypeError, match="a call was answered with a CheckResult"):
        escalation.send(CheckResult(passed=True))


texts = st.sampled_from(
    ["18", "18 dollars", "19", "", "positive", "negative", "once upon a time there was a king in a land"]
)
stops = st.sampled_from(["stop", "stop", "stop", "length", "refused", "error"])
failures = st.sampled_from(["auth", "server", "invalid", "budget", "timeout", "rate_limit"]).map(broke)
scripts = st.lists(st.builds(said, texts, stops) | failures, min_size=1, max_size=5)
asked_for = st.sampled_from([OPEN, FEELING])


@given(scripts, asked_for, st.none() | st.booleans())
def test_every_climb_keeps_the_promises_of_a_chain(
    script: list[Completion | Failure], parameters: Parameters, passes: bool | None
) -> None:
    check = None if passes is None else lambda _: passes
    attempts, asked = climb(chain(len(script)), script, parameters=parameters, check=check)

    assert asked == list("abcdefgh"[: len(asked)])  # in order, each at most once
    assert [attempt.name for attempt in attempts] == asked
    assert sum(attempt.kept for attempt in attempts) <= 1
    assert all(attempt.valid for attempt in attempts if attempt.kept)
    assert all(attempt.completion is not None for attempt in attempts if attempt.valid)
    assert (attempts, asked) == climb(chain(len(script)), script, parameters=parameters, check=check)
