"""What the form of an exam question with options tells of the gain of a better model; no word of its subject."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from scrimp.regexes import pattern
from scrimp.routing.prior.shape import Shape

_TWO_VERDICTS = r"([A-Za-z][A-Za-z ]{1,14}), ([A-Za-z][A-Za-z ]{1,14})\.?"  # "True, False", "Wrong, Not wrong"
_WORD = r"\w+"
_MOST_VERDICTS, _FEW_BEGINNINGS = 3, 2
_LONG = 150  # words
_OPENING = 8  # words
_JUDGMENTS = frozenset(("why", "because", "explain", "most", "best", "likely"))


def exam_features(shape: Shape) -> dict[str, float]:
    """Return the features of a question, each 0 to 1 but for the logarithm of its sentences.

    `verdicts`: two statements are judged at once; `alike`: options begin alike; `sentences`; `which`: it begins with
    which of them; `long`: of a passage or case; `unfinished`: it is to be completed; `judgment`: of what is best or
    most likely.
    """
    question = shape.question.rstrip()
    words: Sequence[str] = pattern(_WORD).findall(question.lower())
    return {
        "verdicts": float(len(_verdicts(shape.options)) <= _MOST_VERDICTS),
        "alike": float(len({option.partition(" ")[0].lower() for option in shape.options}) <= _FEW_BEGINNINGS),
        "sentences": math.log1p(question.count(". ") + question.count("? ")),
        "which": float("which" in words[:_OPENING]),
        "long": float(len(words) > _LONG),
        "unfinished": float(not question.endswith("?")),
        "judgment": float(not _JUDGMENTS.isdisjoint(words)),
    }


def _verdicts(options: Sequence[str]) -> set[str]:
    """Return the different verdicts of options that are pairs of them; an option that is not a pair counts as one."""
    found: set[str] = set()
    for option in options:
        pair = pattern(_TWO_VERDICTS).fullmatch(option)
        found.update((pair[1], pair[2]) if pair else (option,))
    return found


def predicted_gain(features: Mapping[str, float], intercept: float, weights: Mapping[str, float]) -> float:
    """Return the gain that a linear model expects."""
    return intercept + sum(weight * features[name] for name, weight in weights.items())
