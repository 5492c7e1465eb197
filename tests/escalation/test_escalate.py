"""Escalation along a chain, driven by scripts of replies instead of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.enums import FailureKind, StopReason
from scrimp.escalation.attempts import STRAIGHT, kept_of
from scrimp.escalation.confidence import assessor_for
from scrimp.escalation.escalate import escalate
from scrimp.escalation.questions import CallResult, CallStep, CallTwoSteps, CheckResult, Question, RunCheck
from scrimp.escalation.signals import SIGNALS
from scrimp.escalation.signals.judge import judge_prompts
from scrimp.values import Attempt, Chain, Completion, Failure, ModelRef, Parameters, Step, TokenLogprob

OPEN = Parameters()
FEELING = Parameters(choices=("positive", "negative"))
TEXT = "How many geese are left?"
STORY = "Once upon a time there lived a king who had no daughters."


def chain(length: int, *, signal: str = "auto", parallel: bool = False, judge: Step | None = None) -> Chain:
    names = "abcdefgh"[:length]
    steps = tuple(Step(name, (ModelRef("p", name),)) for name in names)
    return Chain(steps=steps, signal=signal, parallel=parallel, judge=judge)


def said(text: str, stop_reason: StopReason = "stop") -> Completion:
    return Completion(text=text, usage=None, stop_reason=stop_reason, model="?")


def broke(kind: FailureKind) -> Failure:
    return Failure(kind=kind, message="it broke")


def probable(share: float) -> Completion:
    return Completion(text="", usage=None, stop_reason="stop", model="?", logprobs=(TokenLogprob("ok", log(share)),))


class Climb:
    """A chain driven with one scripted reply for each step, and what was asked on the way."""

    def __init__(
        self,
        steps: Chain,
        replies: Sequence[CallResult],
        *,
        parameters: Parameters = OPEN,
        text: str = "",
        again: CallResult | None = None,
        verdicts: Sequence[CallResult] = (),
        check: Callable[[str], bool] | None = None,
        start: int = 0,
        corrections: int = 0,
    ) -> None:
        """`again` answers the second wording or corrects a reply, `verdicts` the judge, in turn, over and over."""
        self._replies, self._again, self._verdicts, self._check = replies, again, verdicts, check
        self.asked: list[str] = []  # steps, by name; in other words as name*, about a completion as ?
        self.questions: list[Question] = []
        escalation = escalate(
            steps, assessor_for(steps.signal, parameters, alone=len(steps.steps) == 1), text=text,
            check=check is not None, start=start, corrections=corrections,
        )  # fmt: skip
        try:
            question = next(escalation)
            while True:
                self.questions.append(question)
                question = escalation.send(self._reply(question))
        except StopIteration as end:
            self.attempts: tuple[Attempt, ...] = end.value

    def _reply(self, question: Question) -> CallResult | CheckResult | tuple[CallResult, CallResult]:
        match question:
            case RunCheck(text):
                assert self._check is not None
                return CheckResult(passed=self._check(text), detail="exit status 1")
            case CallTwoSteps(first, second):
                return self._made(first), self._made(second)
            case _:
                return self._made(question)

    def _made(self, ask: CallStep) -> CallResult:
        if ask.parameters is not None or ask.predicate is not None:
            verdict = self._verdicts[self.asked.count("?") % len(self._verdicts)]
            self.asked.append("?")
            return verdict
        self.asked.append(ask.step.name + ("" if ask.text is None else "*"))
        made = self._replies[ask.index] if ask.text is None else self._again
        assert made is not None
        return replace(made, model=ask.step.name) if isinstance(made, Completion) else made

    @property
    def kept(self) -> tuple[str, float | None, str] | None:
        return outcome(self.attempts)

    @property
    def reasons(self) -> list[str]:
        return [attempt.reason for attempt in self.attempts]


def climb(
    steps: Chain,
    replies: Sequence[CallResult],
    *,
    parameters: Parameters = OPEN,
    check: Callable[[str], bool] | None = None,
) -> tuple[tuple[Attempt, ...], list[str]]:
    """Return the attempts and which steps were asked."""
    climbed = Climb(steps, replies, parameters=parameters, check=check)
    return climbed.attempts, climbed.asked


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
    attempts, asked = climb(chain(3), [said(STORY)] * 3)

    assert (outcome(attempts), asked) == (("a", None, "nothing to judge by"), ["a"])


@pytest.mark.parametrize(
    "first", [said(""), said("no", stop_reason="refused"), broke("server"), broke("auth"), broke("quota")]
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
    attempts, asked = climb(chain(2), [said(text, stop_reason="length"), said("18")])

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


@pytest.mark.parametrize("last", [broke("server"), broke("budget"), said("1", stop_reason="length")])
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
    escalation = escalate(chain(1), assessor_for("auto", OPEN), check=False)
    next(escalation)

    with pytest.raises(TypeError, match="a call was answered with a CheckResult"):
        escalation.send(CheckResult(passed=True))


def test_a_lone_cheap_model_that_says_the_same_in_other_words_is_believed() -> None:
    climbed = Climb(chain(2), [said("18"), said("never asked")], text=TEXT, again=said("Let me see. So it is **18**."))

    assert climbed.asked == ["a", "a*"]
    assert climbed.kept == ("a", 1.0, "agreement")
    assert kept_of(climbed.attempts) is climbed.attempts[0]  # what it said to the user's own words
    assert climbed.reasons == ["says the same when asked in other words", "agreement"]


def test_the_second_wording_holds_the_prompt_as_it_is() -> None:
    climbed = Climb(chain(2), [said("18"), said("18")], text=TEXT, again=said("18"))

    again = climbed.questions[1]
    assert isinstance(again, CallStep)
    assert again.text is not None
    assert again.text.count(TEXT) == 1
    assert again.text != TEXT


def test_a_lone_cheap_model_that_contradicts_itself_goes_up_and_says_so() -> None:
    climbed = Climb(chain(2), [said("18"), said("20")], text=TEXT, again=said("19"))

    assert climbed.asked == ["a", "a*", "b"]
    assert climbed.kept == ("b", None, "last step")
    assert climbed.reasons == [
        "no other completion to agree with yet",
        "no other completion says the same",
        "last step",
    ]


@pytest.mark.parametrize(
    "again",
    [*map(broke, ("server", "invalid", "budget", "auth")), said(""), said("1", stop_reason="length"),
     said("no", stop_reason="refused")],
)  # fmt: skip
def test_a_second_wording_that_comes_to_nothing_fails_no_row(again: CallResult) -> None:
    climbed = Climb(chain(2), [said("18"), said("20")], text=TEXT, again=again)

    assert climbed.asked == ["a", "a*", "b"]
    assert climbed.kept == ("b", None, "last step")


@pytest.mark.parametrize(("first", "parameters"), [(said("18"), FEELING), (said(STORY), OPEN)])
def test_what_is_invalid_or_open_ended_is_not_asked_for_in_other_words(
    first: CallResult, parameters: Parameters
) -> None:
    climbed = Climb(chain(2), [first, said("positive")], text=TEXT, parameters=parameters)

    assert "a*" not in climbed.asked


def test_two_cheap_models_are_never_asked_in_other_words() -> None:
    assert Climb(chain(3), [said("18"), said("19"), said("20")], text=TEXT).asked == ["a", "b", "c"]


def test_the_first_two_steps_are_called_at_once_when_that_is_asked_for() -> None:
    climbed = Climb(chain(3, parallel=True), [said("18"), said("18"), said("never asked")], text=TEXT)

    assert [type(question) for question in climbed.questions] == [CallTwoSteps]
    assert climbed.kept == ("b", 1.0, "agreement")


def test_a_last_step_is_never_called_beside_the_first() -> None:
    climbed = Climb(chain(2, parallel=True), [said("18"), said("20")], text=TEXT, again=said("19"))

    assert climbed.asked == ["a", "a*", "b"]


def test_what_was_called_at_once_and_is_not_needed_stays_among_the_attempts() -> None:
    climbed = Climb(chain(3, parallel=True), [said("18"), said("19"), said("20")], check=lambda _: True)

    assert climbed.kept == ("a", 1.0, "check")
    assert [(attempt.name, attempt.why, attempt.kept) for attempt in climbed.attempts] == [
        ("a", "check", True), ("b", "not needed", False),
    ]  # fmt: skip


@pytest.mark.parametrize("first", [said("1", stop_reason="length"), broke("invalid")])
def test_the_last_attempt_of_a_row_without_a_completion_is_the_one_that_says_why(first: CallResult) -> None:
    climbed = Climb(chain(3, parallel=True), [first, said("19"), said("20")])

    assert climbed.kept is None
    assert [attempt.name for attempt in climbed.attempts] == ["b", "a"]


def test_a_judge_is_asked_in_both_orders_about_every_step_but_the_last() -> None:
    steps = chain(3, signal="judge", judge=Step("j", (ModelRef("p", "j"),)))
    climbed = Climb(steps, [said("18"), said("19"), said("20")], text=TEXT, verdicts=[said("wrong"), said("Wrong.")])

    assert climbed.asked == ["a", "?", "?", "b", "?", "?", "c"]
    about = [ask for ask in climbed.questions if isinstance(ask, CallStep) and ask.parameters is not None]
    assert [ask.text for ask in about] == [*judge_prompts(TEXT, "18"), *judge_prompts(TEXT, "19")]
    assert {ask.step.name for ask in about} == {"j"}
    assert [ask.index for ask in about] == [0, 0, 1, 1]  # booked with the step they are about
    assert climbed.reasons == ["judge 0.00 is below 0.9", "judge 0.00 is below 0.9", "last step"]


def test_a_completion_the_judge_calls_right_is_kept() -> None:
    climbed = Climb(chain(2, signal="judge"), [said("18"), said("20")], text=TEXT, verdicts=[said("right")])

    assert (climbed.asked, climbed.kept) == (["a", "?", "?"], ("a", 1.0, "judge"))


@pytest.mark.parametrize(
    ("verdicts", "asked", "reason"),
    [
        ([said("right"), said("wrong")], 2, "the judge contradicts itself, or says neither right nor wrong"),
        ([said("hm"), said("right")], 2, "the judge contradicts itself, or says neither right nor wrong"),
        ([broke("server"), said("right")], 1, "the judge gave no verdict: it broke"),
        ([said("right", stop_reason="length"), said("right")], 1, "the judge gave no verdict: length"),
        ([said("right", stop_reason="refused"), said("right")], 1, "the judge gave no verdict: refused"),
    ],
)
def test_a_judge_without_a_verdict_sends_the_row_up(verdicts: Sequence[CallResult], asked: int, reason: str) -> None:
    climbed = Climb(chain(2, signal="judge"), [said("18"), said("20")], text=TEXT, verdicts=verdicts)

    assert climbed.asked == ["a", *["?"] * asked, "b"]
    assert climbed.reasons == [reason, "last step"]


def test_a_judge_is_not_asked_about_what_is_invalid() -> None:
    climbed = Climb(chain(2, signal="judge"), [said(""), said("20")], text=TEXT)

    assert climbed.asked == ["a", "b"]


def test_the_judge_reads_the_whole_task_where_the_prompt_is_only_its_end() -> None:
    steps = chain(2, signal="judge")
    escalation = escalate(steps, assessor_for("judge", OPEN), text="geese", task="Count them.\n\ngeese")
    next(escalation)
    question = escalation.send(said("18"))

    assert isinstance(question, CallStep)
    assert "Count them.\n\ngeese" in (question.text or "")


@pytest.mark.parametrize(
    ("decision", "kept", "reason"),
    [
        (probable(0.95), ("a", 0.95, "decisions"), "decisions"),
        (probable(0.5), ("b", None, "last step"), "decisions 0.50 is below 0.9"),
        (said("", stop_reason="refused"), ("b", None, "last step"), "the judge gave no verdict: refused"),
        (broke("not_found"), ("b", None, "last step"), "the judge gave no verdict: it broke"),
    ],
)
def test_a_probability_for_the_completion_is_its_confidence(
    decision: CallResult, kept: tuple[str, float | None, str], reason: str
) -> None:
    climbed = Climb(chain(2, signal="decisions"), [said("18"), said("20")], text=TEXT, verdicts=[decision])

    assert climbed.kept is not None
    assert climbed.kept == (kept[0], pytest.approx(kept[1]), kept[2])
    assert climbed.reasons[0] == reason
    question = climbed.questions[1]
    assert isinstance(question, CallStep)
    assert (question.text, question.predicate) == (f"Q: {TEXT}\n\nA: 18", "The answer is correct and complete.")


@pytest.mark.parametrize(
    ("first", "kept", "reason"),
    [
        ('{"n": 18, "confidence": 0.95}', "a", "self"), ('{"n": 18, "confidence": "95 %"}', "a", "self"),
        ('{"n": 18, "confidence": 0.5}', "b", "self 0.50 is below 0.9"),
        ('{"n": 18}', "b", "the completion states no confidence of its own"),
        ("18", "b", "the completion states no confidence of its own"),
    ],
)  # fmt: skip
def test_a_completion_says_itself_how_sure_it_is(first: str, kept: str, reason: str) -> None:
    climbed = Climb(chain(2, signal="self"), [said(first), said('{"n": 19}')], text=TEXT)

    assert climbed.kept is not None
    assert (climbed.asked, climbed.kept[0]) == (["a", "b"][: 1 + (kept == "b")], kept)
    assert climbed.reasons[0] == reason


def test_backed_takes_only_the_first_steps_word() -> None:
    against = Climb(chain(4, signal="backed"), [said("18"), said("19"), said("19"), said("20")], text=TEXT)
    beside = Climb(chain(4, signal="backed"), [said("18"), said("19"), said("18"), said("20")], text=TEXT)

    assert (against.asked, against.kept) == (["a", "b", "c", "d"], ("d", None, "last step"))
    assert (beside.asked, beside.kept) == (["a", "b", "c"], ("a", 1.0, "agreement"))


@pytest.mark.parametrize("first", [said("I don't know."), said("", "length"), broke("server"), said(STORY)])
def test_where_the_first_step_gave_nothing_to_back_the_last_is_called_next(first: CallResult) -> None:
    certified = replace(chain(4, signal="backed"), escalate_unjudged=True)
    climbed = Climb(certified, [first, said("19"), said("19"), said("20")], text=TEXT)

    assert climbed.asked in (["a", "d"], ["a"])  # a completion that was cut off ends any chain
    assert (climbed.kept or ("d",))[0] == "d"


NON_ANSWERS = [
    "I don't know.", "N/A", "n/a", "unknown", "null", "Sorry, I can't help with that.", '{"answer": null}',
    "The answer is unknown.", "Not specified", "Keine Angabe.", "No lo sé", "je ne sais pas",
    "不知道", "わかりません", "لا أعرف",
]  # fmt: skip


@pytest.mark.parametrize("signal", ["auto", "agreement", "backed"])
@pytest.mark.parametrize("words", NON_ANSWERS)
def test_two_that_have_no_answer_never_agree(words: str, signal: str) -> None:
    climbed = Climb(chain(3, signal=signal), [said(words), said(words), said("20")], text=TEXT)

    assert climbed.kept == ("c", None, "last step")


def test_a_label_that_says_unknown_is_an_answer() -> None:
    known = Parameters(choices=("known", "unknown"))
    climbed = Climb(chain(3, signal="agreement"), [said("unknown"), said("unknown"), said("known")], parameters=known)

    assert climbed.kept == ("b", 1.0, "agreement")


def test_a_certified_chain_does_not_keep_what_nothing_judges() -> None:
    steps = replace(chain(3, signal="agreement"), escalate_unjudged=True)
    climbed = Climb(steps, [said(STORY), said(STORY), said(STORY)], text=TEXT)

    assert climbed.kept == ("c", None, "last step")
    assert climbed.reasons[0] == "nothing to judge by"


def test_a_row_that_goes_straight_up_calls_the_last_step_and_says_why() -> None:
    climbed = Climb(chain(3, parallel=True), [said("1"), said("2"), said("20")], text=TEXT, start=2)

    assert (climbed.asked, climbed.kept) == (["c"], ("c", None, STRAIGHT))


def test_an_invalid_last_step_says_what_was_wrong_with_it() -> None:
    climbed = Climb(chain(2), [said("meh"), said("so-so")], parameters=FEELING)

    none = "the completion is none of the choices, or several: "
    assert climbed.reasons == [none + "'meh'", none + "'so-so'"]


@pytest.mark.parametrize("parallel", [False, True])
def test_two_calls_answered_with_one_reply_are_a_bug_and_say_so(parallel: bool) -> None:
    escalation = escalate(chain(3, parallel=parallel), assessor_for("auto", OPEN))
    next(escalation)
    wrong = said("18") if parallel else (said("18"), said("18"))

    with pytest.raises(TypeError, match="answered with a"):
        escalation.send(wrong)


texts = st.sampled_from(
    ["18", "18 dollars", "19", "", "positive", "negative", "once upon a time there was a king in a land",
     '{"n": 18, "confidence": 0.95}', '{"n": 18, "confidence": 0.2}']
)  # fmt: skip
stops: st.SearchStrategy[StopReason] = st.sampled_from(["stop", "stop", "stop", "length", "refused", "error"])
failures = st.sampled_from(["auth", "server", "invalid", "budget", "timeout", "rate_limit"]).map(broke)
replies: st.SearchStrategy[CallResult] = st.builds(said, texts, stops) | failures
scripts = st.lists(replies, min_size=1, max_size=5)
asked_for = st.sampled_from([OPEN, FEELING])
opinions: st.SearchStrategy[CallResult] = (
    st.sampled_from([said("right"), said("wrong"), said("hm")]) | st.sampled_from([probable(0.95), probable(0.2)])
) | failures
signals = st.sampled_from([signal for signal in SIGNALS if signal not in ("choices", "schema", "check")])
JUDGES_A_STEP = {"judge": 2, "decisions": 1}


@given(scripts, replies, st.lists(opinions, min_size=1, max_size=4), signals, asked_for, st.none() | st.booleans())
def test_every_climb_keeps_the_promises_of_a_chain(
    script: list[CallResult],
    again: CallResult,
    verdicts: list[CallResult],
    signal: str,
    parameters: Parameters,
    passes: bool | None,
) -> None:
    steps = chain(len(script), signal=signal)
    check = None if passes is None else lambda _: passes

    def climbed() -> Climb:
        return Climb(steps, script, parameters=parameters, text=TEXT, again=again, verdicts=verdicts, check=check)

    first = climbed()
    called = [name for name in first.asked if name != "?"]
    in_order = [name for name in called if "*" not in name]
    everyone = list("abcdefgh"[: len(script)])
    assert in_order == everyone[: len(in_order)] or (signal == "backed" and in_order == [everyone[0], everyone[-1]])
    assert len(called) <= len(script) + (len(script) == 2)  # each at most once, and a second wording
    assert first.asked.count("?") <= JUDGES_A_STEP.get(signal, 0) * (len(script) - 1)
    assert [attempt.name for attempt in first.attempts] == [name[0] for name in called]
    assert sum(attempt.kept for attempt in first.attempts) <= 1
    assert all(attempt.valid for attempt in first.attempts if attempt.kept)
    assert all(attempt.completion is not None for attempt in first.attempts if attempt.valid)
    assert all(attempt.reason for attempt in first.attempts)
    assert (first.attempts, first.asked) == (climbed().attempts, first.asked)


@given(scripts, st.lists(opinions, min_size=1, max_size=4), signals, asked_for, st.none() | st.booleans())
def test_calling_two_steps_at_once_keeps_the_same_completion(
    script: list[CallResult], verdicts: list[CallResult], signal: str, parameters: Parameters, passes: bool | None
) -> None:
    def climbed(*, parallel: bool) -> Climb:
        return Climb(
            chain(len(script), signal=signal, parallel=parallel), script, parameters=parameters, text=TEXT,
            again=said("18"), verdicts=verdicts, check=None if passes is None else lambda _: passes,
        )  # fmt: skip

    one, both = climbed(parallel=False), climbed(parallel=True)
    assert one.attempts == tuple(attempt for attempt in both.attempts if attempt.why != "not needed")
    assert sorted(both.asked) == sorted([*one.asked, *("b" for a in both.attempts if a.why == "not needed")])


@pytest.mark.parametrize(
    ("steps", "replies", "again", "asked", "kept"),
    [
        (1, [said("meh")], said("positive"), ["a", "a*"], ("a", None, "choices")),
        (1, [said("meh")], said("so-so"), ["a", "a*", "a*", "a*"], None),
        (1, [said("meh")], broke("network"), ["a", "a*"], None),
        (1, [said("meh", "length")], said("positive"), ["a"], None),
        (1, [said("meh", "refused")], said("positive"), ["a"], None),
        (1, [said(" ")], said("positive"), ["a"], None),
        (1, [said("positive")], said("negative"), ["a"], ("a", None, "choices")),
        (2, [said("meh"), said("so-so")], said("positive"), ["a", "b", "b*"], ("b", None, "last step")),
        # What a cheap step said is valid: the last one need not be asked again.
        (
            3, [said("positive"), said("meh"), said("so-so")], said("negative"), ["a", "b", "c"],
            ("a", None, "best of the valid"),
        ),
    ],
)  # fmt: skip
def test_only_the_last_step_is_told_what_is_wrong_and_asked_again(
    steps: int,
    replies: list[Completion],
    again: CallResult,
    asked: list[str],
    kept: tuple[str, float | None, str] | None,
) -> None:
    climbed = Climb(chain(steps), replies, parameters=FEELING, again=again, corrections=3)

    assert (climbed.asked, climbed.kept) == (asked, kept)


def test_a_check_that_refuses_a_completion_has_nothing_to_tell_the_model() -> None:
    climbed = Climb(chain(1), [said("positive")], parameters=FEELING, check=lambda _: False, corrections=3)

    assert (climbed.asked, climbed.kept) == (["a"], None)


def test_a_reply_is_followed_by_what_is_wrong_with_it() -> None:
    climbed = Climb(chain(1), [said("meh")], parameters=FEELING, again=said("so-so"), corrections=2)
    replies = [(question.reply, question.text) for question in climbed.questions if isinstance(question, CallStep)]

    assert [reply for reply, _ in replies] == [None, "meh", "so-so"]
    assert all(reply is None or (text and f"'{reply}'" in text) for reply, text in replies)
