"""How much a completion is to be trusted: small signals, in order of trust, composed into one judge.

Whether a completion keeps what was promised (some text, one of the choices, the schema) comes first, whatever the
signal: what does not is never kept. Then, of what is at hand, the most trusted: a check the user supplied (asked for
by the escalation), the alternatives beside a label, agreement with another model on the canonical answer. The
probability of the tokens of a text says next to nothing of whether it is right, nor do its length or its hedging, so
open-ended text has no confidence at all: None, not a number that would be obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.answers.canonical import canonical
from scrimp.answers.label_probability import label_confidence
from scrimp.answers.labels import label_of
from scrimp.answers.literals import json_in
from scrimp.answers.schema import Validator, validator_for
from scrimp.errors import ConfigError
from scrimp.values import Attempt, Completion, Json, Parameters

SIGNALS = ("auto", "agreement", "choices", "schema", "check", "logprobs", "judge", "decisions", "self", "backed")
# Those in which one completion tells nothing until another agrees with it.
AGREEING = frozenset(("auto", "agreement", "backed"))


class Verdict(Struct, frozen=True, kw_only=True):
    """What is held of a completion; `more` says that it is no ground to stop: another completion would tell more."""

    confidence: float | None
    why: str
    valid: bool
    parsed: Json = None
    more: bool = False
    detail: str = ""  # in words: what is wrong where it is not valid, why nobody can tell where there is no confidence


if TYPE_CHECKING:  # a protocol takes a third of a millisecond to define, and only the checker reads it
    from typing import Protocol

    class Assessor(Protocol):
        """Judges a completion beside the attempts before it."""

        def __call__(
            self, completion: Completion, attempts: Sequence[Attempt], /, *, reworded: bool = False
        ) -> Verdict:
            """Return what is held of it; `reworded` says that its model was asked in other words than before."""


def assessor_for(signal: str, parameters: Parameters, *, alone: bool = False) -> Assessor:
    """Return the judge for a chain's signal and for what is asked; made once for many prompts, it is pure.

    auto takes, for choices, the model's own alternatives where the provider reports them, and agreement otherwise: that
    a label is one of the choices, or that JSON keeps its schema, tells nothing of whether it is right. The signals
    choices and schema are for who wants no more than that. A chain of one step is `alone`: there is nobody to agree
    with.
    """
    _check_signal(signal, parameters)
    complaint = validator_for(parameters.schema) if parameters.schema is not None else None

    def judge(completion: Completion, attempts: Sequence[Attempt], /, *, reworded: bool = False) -> Verdict:
        verdict = validity(completion) or promised(completion, parameters, complaint)
        if not verdict.valid:
            return verdict
        if signal in {"auto", "choices", "logprobs"} and isinstance(verdict.parsed, str) and parameters.choices:
            sure = label_confidence(completion.logprobs, verdict.parsed, parameters.choices)
            if sure is not None:
                return Verdict(confidence=sure, why="logprobs", valid=True, parsed=verdict.parsed)
        if signal == "self":
            return _told(completion, verdict)
        if signal in AGREEING and not alone:
            # backed: only the first step's word counts, not that two weaker ones agree against it.
            heard = [attempt for attempt in attempts if attempt.step == 0] if signal == "backed" else attempts
            return agreement(completion, heard, parameters, verdict, reworded=reworded)
        return verdict

    return judge


def _check_signal(signal: str, parameters: Parameters) -> None:
    if signal not in SIGNALS:
        raise ConfigError(f'no signal is called "{signal}": choose one of {", ".join(SIGNALS)}')
    if signal == "choices" and not parameters.choices:
        raise ConfigError('the chain\'s signal is "choices", but none are given: add --choices, or set signal = "auto"')
    if signal == "schema" and parameters.schema is None:
        raise ConfigError('the chain\'s signal is "schema", but none is given: add --schema, or set signal = "auto"')


def validity(completion: Completion) -> Verdict | None:
    """Return the verdict on a completion that is none: stopped early, or without text."""
    words = {"length": "truncated", "refused": "refused", "error": "error"}
    why = words.get(completion.stop) or ("" if completion.text.strip() else "empty")
    return Verdict(confidence=None, why=why, valid=False) if why else None


def promised(completion: Completion, parameters: Parameters, complaint: Validator | None) -> Verdict:
    """Return whether the completion keeps the schema or is one of the choices, and what it says then."""
    if complaint is not None:
        return _keeps_schema(completion.text, complaint)
    if not parameters.choices:
        return Verdict(confidence=None, why="valid", valid=True)
    label = label_of(completion.text, parameters.choices)
    wrong = "" if label else "the completion is none of the choices, or several"
    return Verdict(confidence=None, why="choices", valid=label is not None, parsed=label, detail=wrong)


def _keeps_schema(text: str, complaint: Validator) -> Verdict:
    found = json_in(text)
    if found is None:
        return Verdict(confidence=None, why="schema", valid=False, detail="the completion is not JSON")
    wrong = complaint(found.value)
    return Verdict(confidence=None, why="schema", valid=wrong is None, parsed=found.value, detail=wrong or "")


def _told(completion: Completion, verdict: Verdict) -> Verdict:
    """Return the confidence the completion states of itself in a field of that name; without one, more would tell."""
    from scrimp.escalation.signals.votes import self_reported  # noqa: PLC0415 - where a chain asks for it

    sure = self_reported(completion.text)
    told = _with(verdict, confidence=sure, why="self", more=sure is None)
    return told if sure is not None else replace(told, detail="the completion states no confidence of its own")


def agreement(
    completion: Completion, attempts: Sequence[Attempt], parameters: Parameters, verdict: Verdict, *,
    reworded: bool = False,
) -> Verdict:  # fmt: skip
    """Return 1 where another model's valid completion asserted the same before, 0 where none of them did.

    A model that was asked in other words counts as another. The first has nobody to agree with and says that more would
    tell; open-ended text has nothing to agree on, and the verdict stays as it was.
    """
    asserted = canonical(completion.text, parameters.choices, parameters.schema)
    others = [
        canonical(attempt.completion.text, parameters.choices, parameters.schema)
        for attempt in attempts
        if attempt.completion is not None
        and attempt.valid
        and (reworded or attempt.completion.model != completion.model)
    ]
    if asserted is not None and asserted in others:
        return _with(verdict, confidence=1.0, why="agreement")
    if any(other is not None for other in others):
        return _with(verdict, confidence=0.0, why="agreement")
    return verdict if asserted is None else _with(verdict, confidence=None, why=verdict.why, more=True)


def _with(verdict: Verdict, *, confidence: float | None, why: str, more: bool = False) -> Verdict:
    return Verdict(confidence=confidence, why=why, valid=True, parsed=verdict.parsed, more=more)
