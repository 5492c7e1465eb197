"""Verdicts on completions: whether one keeps the schema or the choices, and with what confidence."""

from __future__ import annotations

from msgspec import Struct

from scrimp.answers.labels import label_of
from scrimp.answers.literals import json_in
from scrimp.answers.schema import Validator
from scrimp.values import Completion, Json, Parameters


class Verdict(Struct, frozen=True, kw_only=True):
    """A confidence from 0 to 1, or None where no signal applies, and the name of the signal that decided.

    A completion that is not valid never becomes a row that is ok. `needs_another` says that another completion
    is needed to judge this one, so the chain continues.
    """

    confidence: float | None
    why: str
    valid: bool
    parsed: Json = None
    needs_another: bool = False
    detail: str = ""  # a sentence: why it is not valid, or why there is no confidence


def early_stop_verdict(completion: Completion) -> Verdict | None:
    """Return the verdict on a completion that stopped early or has no text; None on any other."""
    words = {"length": "truncated", "refused": "refused", "error": "error"}
    why = words.get(completion.stop_reason) or ("" if completion.text.strip() else "empty")
    return Verdict(confidence=None, why=why, valid=False) if why else None


def format_verdict(completion: Completion, parameters: Parameters, validate: Validator | None) -> Verdict:
    """Return whether the completion keeps the schema or is one of the choices, and its parsed value."""
    if validate is not None:
        return _keeps_schema(completion.text, validate)
    if not parameters.choices:
        return Verdict(confidence=None, why="valid", valid=True)
    label = label_of(completion.text, parameters.choices)
    wrong = "" if label else "the completion is none of the choices, or several"
    return Verdict(confidence=None, why="choices", valid=label is not None, parsed=label, detail=wrong)


def _keeps_schema(text: str, validate: Validator) -> Verdict:
    parsed = json_in(text)
    if parsed is None:
        return Verdict(confidence=None, why="schema", valid=False, detail="the completion is not JSON")
    wrong = validate(parsed.value)
    return Verdict(confidence=None, why="schema", valid=wrong is None, parsed=parsed.value, detail=wrong or "")
