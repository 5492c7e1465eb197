"""Recorded rows: one prompt with what each of several models asserted, how right it was and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import InputError


class RecordedAnswer(Struct, frozen=True, kw_only=True, gc=False):
    """One model's completion: score in 0..1, None if it is not labeled; cost in dollars.

    `asserted` is the canonical answer, None if there is none; `confidence` is in 0..1 where a signal gave one.
    """

    score: float | None = None
    asserted: str | None = None
    confidence: float | None = None
    cost: float = 0.0


class RecordedRow(Struct, frozen=True, kw_only=True, gc=False):
    """One prompt with each model's answer; `signature` names the task, `kind` the kind of task."""

    id: str
    answers: Mapping[str, RecordedAnswer]
    signature: str = ""
    kind: str = ""


def answer_of(row: RecordedRow, model: str) -> RecordedAnswer:
    """Return a model's answer to a prompt.

    Raises InputError if it was not recorded.
    """
    answer = row.answers.get(model)
    if answer is None:
        recorded = ", ".join(row.answers) or "none"
        raise InputError(f'row {row.id} has no completion of "{model}": name one of the models it has ({recorded})')
    return answer


def label_by_agreement(rows: Iterable[RecordedRow], flagship: str) -> list[RecordedRow]:
    """Return the rows with unlabeled answers labeled by trust in the flagship.

    Models that assert what the flagship asserts share its label, and count as right if none of them has one; a
    flagship that no model agrees with stays unlabeled. What is certified on such rows is quality measured against the
    flagship's word, not against the truth: callers must say so.
    """
    return [_labeled(row, answer_of(row, flagship).asserted) for row in rows]


def _labeled(row: RecordedRow, asserted: str | None) -> RecordedRow:
    same = {
        model: answer for model, answer in row.answers.items() if asserted is not None and answer.asserted == asserted
    }
    if len(same) < 2:
        return row
    score = next((answer.score for answer in same.values() if answer.score is not None), 1.0)
    labeled = {model: replace(answer, score=score) for model, answer in same.items() if answer.score is None}
    return replace(row, answers={**row.answers, **labeled})
