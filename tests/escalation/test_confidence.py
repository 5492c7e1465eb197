"""What is held of a completion, by every signal that needs no judge."""

from __future__ import annotations

from math import log

import pytest
from msgspec.structs import replace

from scrimp.enums import StopReason
from scrimp.errors import ConfigError
from scrimp.escalation.confidence import assessor_for
from scrimp.escalation.verdict import Verdict
from scrimp.values import Attempt, Completion, Parameters, TokenLogprob

FEELING = Parameters(choices=("positive", "negative"))
TICKET = Parameters(
    schema={
        "type": "object",
        "properties": {"team": {"type": "string"}, "pair": {"type": "array", "prefixItems": [{"type": "integer"}]}},
        "required": ["team"],
    }
)
OPEN = Parameters()


def completion(
    text: str, *, model: str = "a", stop_reason: StopReason = "stop", top: dict[str, float] | None = None
) -> Completion:
    alternatives = tuple((piece, log(share)) for piece, share in (top or {}).items())
    logprobs = (TokenLogprob(text, alternatives[0][1], alternatives),) if top else ()
    return Completion(text=text, usage=None, stop_reason=stop_reason, model=model, logprobs=logprobs)


def attempt(text: str, *, model: str = "a", valid: bool = True) -> Attempt:
    return Attempt(
        step=0, name=model, completion=completion(text, model=model), failure=None, confidence=None, why="",
        valid=valid, kept=False,
    )  # fmt: skip


def verdict(given: Completion, *attempts: Attempt, signal: str = "auto", parameters: Parameters = OPEN) -> Verdict:
    return assessor_for(signal, parameters)(given, attempts)


@pytest.mark.parametrize(
    ("text", "stop_reason", "why"),
    [("", "stop", "empty"), (" \n", "stop", "empty"), ("18", "length", "truncated"), ("", "length", "truncated"),
     ("I cannot help", "refused", "refused"), ("18", "error", "error"), ("", "tool", "tool"),
     ("18", "tool", "tool"), ("18", "unknown", "unknown")],
)  # fmt: skip
@pytest.mark.parametrize("signal", ["auto", "agreement", "logprobs", "check"])
def test_what_is_not_a_completion_is_never_valid(text: str, stop_reason: StopReason, why: str, signal: str) -> None:
    told = verdict(completion(text, stop_reason=stop_reason), attempt("18", model="b"), signal=signal)

    assert (told.valid, told.why, told.confidence, told.needs_another) == (False, why, None, False)


def test_a_label_is_parsed_and_what_is_none_is_invalid() -> None:
    good, bad = verdict(completion("**Positive**."), parameters=FEELING), verdict(completion("meh"), parameters=FEELING)

    assert (good.valid, good.parsed) == (True, "positive")
    assert (bad.valid, bad.why, bad.parsed) == (False, "choices", None)
    assert "none of the choices" in bad.detail


def test_alternatives_beside_a_label_are_its_confidence() -> None:
    told = verdict(completion("positive", top={"positive": 0.6, "negative": 0.2}), parameters=FEELING)

    assert told.confidence == pytest.approx(0.75)
    assert told.why == "logprobs"


def test_auto_without_alternatives_waits_for_agreement_on_the_label() -> None:
    first = verdict(completion("positive"), parameters=FEELING)
    second = verdict(completion("Positive!", model="b"), attempt("positive"), parameters=FEELING)

    assert (first.confidence, first.needs_another, first.why) == (None, True, "choices")
    assert (second.confidence, second.why, second.parsed) == (1.0, "agreement", "positive")


def test_the_signal_choices_wants_no_more_than_a_label() -> None:
    told = verdict(completion("positive"), signal="choices", parameters=FEELING)

    assert (told.valid, told.confidence, told.needs_another, told.why) == (True, None, False, "choices")


@pytest.mark.parametrize(
    "text", ['{"team": "b"}', '```json\n{"team": "b"}\n```', 'Here it is:\n```\n{"team": "b"}\n```']
)
def test_json_that_keeps_the_schema_is_parsed(text: str) -> None:
    told = verdict(completion(text), signal="schema", parameters=TICKET)

    assert (told.valid, told.parsed, told.confidence, told.why) == (True, {"team": "b"}, None, "schema")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('{"team": 3}', 'team: 3 is not of type "string"'), ("{}", '"team" is a required property'),
        ("billing", "the completion is not JSON"), ('{"team": NaN}', "not JSON"),
        ('{"team": "b", "pair": ["x"]}', 'pair/0: "x" is not of type "integer"'), ('{"team": "\\ud800"}', "not JSON"),
    ],
)  # fmt: skip
def test_json_that_breaks_the_schema_is_invalid_and_says_where(text: str, detail: str) -> None:
    told = verdict(completion(text), signal="schema", parameters=TICKET)

    assert told.valid is False
    assert detail in told.detail


@pytest.mark.parametrize(
    "schema",
    [{"type": "strin"}, {"$ref": "#/nowhere"}, {"pattern": "(", "type": "string"}, {"$schema": "http://nobody/knows"}],
)
def test_a_schema_that_is_none_is_a_config_error(schema: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="the schema is not a JSON Schema"):
        assessor_for("auto", Parameters(schema=schema))


@pytest.mark.parametrize("uri", ["https://127.0.0.1:9/x.json", "file:///etc/hostname"])
def test_a_schema_that_points_elsewhere_is_refused_and_nothing_is_fetched(uri: str) -> None:
    with pytest.raises(ConfigError, match=r"another document"):
        assessor_for("auto", Parameters(schema={"$ref": uri}))


def test_two_models_that_assert_the_same_agree() -> None:
    told = verdict(completion("The answer is **18**.", model="b"), attempt("18 dollars"))

    assert (told.confidence, told.why) == (1.0, "agreement")


def test_two_models_that_differ_do_not() -> None:
    told = verdict(completion("19", model="b"), attempt("18"))

    assert (told.confidence, told.why, told.valid) == (0.0, "agreement", True)


def test_a_model_does_not_agree_with_itself_nor_with_what_was_invalid() -> None:
    assert verdict(completion("18"), attempt("18")).needs_another is True
    assert verdict(completion("18", model="b"), attempt("18", valid=False)).needs_another is True


def test_fields_of_json_agree_without_what_was_thought_aloud() -> None:
    told = verdict(
        completion('{"team": "Billing", "reasoning": "x"}', model="b"),
        attempt('{"reasoning": "y", "team": "billing"}'),
        parameters=TICKET,
    )  # fmt: skip

    assert told.confidence == 1.0


def test_open_ended_text_has_no_confidence_whatever_the_logprobs() -> None:
    essay = completion("Once upon a time there was a model that liked to talk, and so it did.", top={"Once": 0.99})

    assert verdict(essay) == Verdict(confidence=None, why="valid", valid=True)
    assert verdict(essay, signal="logprobs").confidence is None


@pytest.mark.parametrize(
    ("signal", "message"),
    [("choices", "needs --choices"), ("schema", "needs --schema")],
)
def test_a_signal_without_what_it_needs_is_a_config_error(signal: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        assessor_for(signal, OPEN)


@pytest.mark.parametrize(
    ("text", "confidence", "more"),
    [('{"n": 1, "confidence": 0.8}', 0.8, False), ('{"n": 1, "confidence": "high"}', 5 / 6, False),
     ('{"n": 1}', None, True), ("18", None, True)],
)  # fmt: skip
def test_self_takes_the_confidence_a_completion_states(text: str, confidence: float | None, more: bool) -> None:
    told = verdict(completion(text), signal="self")

    assert (told.confidence, told.why, told.valid, told.needs_another) == (confidence, "self", True, more)


def test_what_a_schema_refuses_is_invalid_however_sure_it_says_it_is() -> None:
    told = verdict(completion('{"confidence": 1.0}'), signal="self", parameters=TICKET)

    assert (told.valid, told.confidence) == (False, None)


def test_backed_hears_the_first_step_and_nobody_else() -> None:
    first, second = attempt("18"), replace(attempt("19", model="b"), step=1)

    assert verdict(completion("19", model="c"), first, second, signal="backed").confidence == 0.0
    assert verdict(completion("18", model="c"), first, second, signal="backed").confidence == 1.0
    assert verdict(completion("19", model="c"), first, second, signal="agreement").confidence == 1.0


def test_without_a_word_of_the_first_step_backed_goes_on() -> None:
    broken = attempt("", valid=False)

    assert verdict(completion("18", model="c"), broken, signal="backed").needs_another is True


def test_a_model_asked_in_other_words_may_agree_with_itself() -> None:
    judge = assessor_for("auto", OPEN)

    assert judge(completion("The answer is **18**."), [attempt("18")], reworded=True).confidence == 1.0
    assert judge(completion("The answer is **19**."), [attempt("18")], reworded=True).confidence == 0.0


@pytest.mark.parametrize("signal", ["judge", "decisions", "logprobs"])
def test_signals_of_others_leave_a_valid_completion_without_a_word_of_their_own(signal: str) -> None:
    assert verdict(completion("18"), attempt("18", model="b"), signal=signal) == Verdict(
        confidence=None, why="valid", valid=True
    )
