"""Agreement: two models that assert the same are seldom both wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.answers.canonical import canonical, declines
from scrimp.values import Attempt, Completion, Parameters

if TYPE_CHECKING:
    from scrimp.escalation.verdict import Verdict

NO_ANSWER = "no answer"


def agreement(
    completion: Completion, attempts: Sequence[Attempt], parameters: Parameters, verdict: Verdict, *,
    reworded: bool = False,
) -> Verdict:  # fmt: skip
    """Return confidence 1 where another model's valid completion asserted the same before, 0 if none of them did.

    A model called with a reworded prompt counts as another. The first completion has none to agree with, so its verdict
    asks for more; open-ended text has nothing to agree on, and the verdict stays as it was. "I don't know" is not an
    answer to agree on either, but a doubt of the model itself: confidence 0.
    """
    said = completion.text if verdict.output is None else verdict.output
    asserted = canonical(said, parameters.choices, parameters.schema)
    others = [
        canonical(
            attempt.completion.text if attempt.output is None else attempt.output, parameters.choices, parameters.schema
        )
        for attempt in attempts
        if attempt.completion is not None
        and attempt.valid
        and (reworded or attempt.completion.model != completion.model)
    ]
    if asserted is None and declines(said, parameters.choices, parameters.schema):
        return replace(verdict, confidence=0.0, why=NO_ANSWER, detail="the completion says that it has no answer")
    if asserted is not None and asserted in others:
        return replace(verdict, confidence=1.0, why="agreement", detail="")
    if any(other is not None for other in others):
        return replace(verdict, confidence=0.0, why="agreement", detail="")
    return verdict if asserted is None else replace(verdict, confidence=None, needs_another=True, detail="")
