"""A model's own statement of its confidence, in a field of that name: the least trusted of all signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.answers.literals import json_in
from scrimp.regexes import pattern
from scrimp.values import Completion, Json, Parameters

if TYPE_CHECKING:
    from scrimp.escalation.verdict import Verdict

# The middles of the three thirds of 0..1: a word says only which third.
_WORDS = {"low": 1 / 6, "medium": 1 / 2, "moderate": 1 / 2, "high": 5 / 6}
_NUMBER = r"(\d{1,3}(?:\.\d+)?|\.\d+)\s*(%|percent|/\s*10|/\s*100)?"
_PER = {"": 1.0, "%": 100.0, "percent": 100.0, "/10": 10.0, "/100": 100.0}


def from_self_report(completion: Completion, _parameters: Parameters, verdict: Verdict) -> Verdict:
    """Return the confidence the completion states; where it states none, the verdict asks for another completion."""
    stated = self_reported(completion.text)
    if stated is None:
        detail = "the completion states no confidence of its own"
        return replace(verdict, confidence=None, why="self", needs_another=True, detail=detail)
    return replace(verdict, confidence=stated, why="self", detail="")


def self_reported(text: str) -> float | None:
    """Return the confidence a JSON completion reports of itself, 0..1; None if it reports none that can be read.

    A number up to 1 is a probability and one from 2 to 100 a percentage; what lies between (1.5) is neither. "85 %",
    "8/10" and low, medium or high are read, too.
    """
    found = json_in(text, lenient=True)
    if found is None or not isinstance(found.value, dict):
        return None
    named = [value for name, value in found.value.items() if name.strip().casefold() == "confidence"]
    return _read(named[0]) if len(named) == 1 else None


def _read(value: Json) -> float | None:
    match value:
        case bool():
            return None
        case int() | float():
            return _share(float(value), 1.0)
        case str():
            return _written(value.strip().casefold())
        case _:
            return None


def _written(words: str) -> float | None:
    if words in _WORDS:
        return _WORDS[words]
    number = pattern(_NUMBER).fullmatch(words)
    return _share(float(number[1]), _PER[(number[2] or "").replace(" ", "")]) if number else None


def _share(number: float, per: float) -> float | None:
    if per == 1.0 and 2 <= number <= 100:
        per = 100.0
    return number / per if 0 <= number <= per else None
