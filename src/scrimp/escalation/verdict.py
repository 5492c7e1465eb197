"""What is held of a completion: whether it keeps what was promised, and how sure it is."""

from __future__ import annotations

from msgspec import Struct

from scrimp.answers.labels import label_of
from scrimp.answers.literals import json_in
from scrimp.answers.schema import Validator
from scrimp.values import Completion, Json, Parameters


class Verdict(Struct, frozen=True, kw_only=True):
    """A confidence from 0 to 1, or None where there is nothing to judge by, and the word for the signal that decided.

    A completion that is not valid is never given out as ok. `more` says that another completion would tell more, so
    that this one is no reason to stop.
    """

    confidence: float | None
    why: str
    valid: bool
    parsed: Json = None
    more: bool = False
    detail: str = ""  # a sentence: what is wrong where it is not valid, why there is no confidence


def validity(completion: Completion) -> Verdict | None:
    """Return the verdict on a completion that stopped early or has no text; None on any other."""
    words = {"length": "truncated", "refused": "refused", "error": "error"}
    why = words.get(completion.stop_reason) or ("" if completion.text.strip() else "empty")
    return Verdict(confidence=None, why=why, valid=False) if why else None


def promised(completion: Completion, parameters: Parameters, validate: Validator | None) -> Verdict:
    """Return whether the completion keeps the schema or is one of the choices, and what it says then."""
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
