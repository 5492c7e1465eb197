"""The model's own probability of a label, from the alternatives its provider reports with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.answers.label_probability import label_confidence
from scrimp.values import Completion, Parameters

if TYPE_CHECKING:
    from scrimp.escalation.verdict import Verdict


def from_logprobs(completion: Completion, parameters: Parameters, verdict: Verdict) -> Verdict | None:
    """Return p(label) / p(any of the choices) as confidence; None without choices or reported alternatives."""
    if not isinstance(verdict.parsed, str) or not parameters.choices:
        return None
    probability = label_confidence(completion.logprobs, verdict.parsed, parameters.choices)
    return None if probability is None else replace(verdict, confidence=probability, why="logprobs", detail="")
