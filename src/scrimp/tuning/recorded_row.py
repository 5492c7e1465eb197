"""Recorded completions: what several models said to the same prompt, how right it was and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import InputError


class RecordedAnswer(Struct, frozen=True, kw_only=True):
    """One model's completion: score in 0..1, None where nobody labelled it; cost in dollars.

    `asserted` is the canonical answer, None where there is none; `confidence` is in 0..1 where a signal gave one.
    """

    score: float | None = None
    asserted: str | None = None
    confidence: float | None = None
    cost: float = 0.0


class RecordedRow(Struct, frozen=True, kw_only=True):
    """One prompt with what each model said to it; `signature` names the task, `kind` the kind of task."""

    id: str
    said: Mapping[str, RecordedAnswer]
    signature: str = ""
    kind: str = ""


def answer_of(row: RecordedRow, model: str) -> RecordedAnswer:
    """Return what a model said to a prompt.

    Raises InputError where it was not recorded.
    """
    found = row.said.get(model)
    if found is None:
        have = ", ".join(row.said) or "none"
        raise InputError(f'row {row.id} has no completion of "{model}": name one of the models it has ({have})')
    return found


def agreement_as_right(recorded: Iterable[RecordedRow], flagship: str) -> list[RecordedRow]:
    """Return the rows with what nobody labelled filled in by trust in the flagship's word.

    Models that assert what the flagship asserts share its label, and count as right where none of them has one; a
    flagship nobody agrees with stays unlabelled. What is certified on such rows is quality measured against the
    flagship's word, and not against the truth: whoever uses this says so.
    """
    return [_trusting(row, answer_of(row, flagship).asserted) for row in recorded]


def _trusting(row: RecordedRow, word: str | None) -> RecordedRow:
    same = {model: one for model, one in row.said.items() if word is not None and one.asserted == word}
    if len(same) < 2:
        return row
    score = next((one.score for one in same.values() if one.score is not None), 1.0)
    filled = {model: replace(one, score=score) for model, one in same.items() if one.score is None}
    return replace(row, said={**row.said, **filled})
