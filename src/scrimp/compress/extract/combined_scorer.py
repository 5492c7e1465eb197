"""Two rankings of sentences in one: what their words say, and what another scorer says."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

from scrimp.compress.extract.focus import relevance
from scrimp.compress.extract.sentences import is_break, label_rank
from scrimp.compress.options import Scorer


def beside_words(other: Scorer) -> Scorer:
    """Return a scorer that adds another's scores to BM25's, each in standard deviations from its mean."""

    def scorer(units: Sequence[str], query: str) -> list[float]:
        pairs = zip(_standard(relevance(units, query), units), _standard(other(units, query), units), strict=True)
        return [word + told for word, told in pairs]

    return scorer


def _standard(scores: Sequence[float], units: Sequence[str]) -> list[float]:
    """Return scores in deviations from the mean of sentences, whose labels and line breaks are not looked at."""
    told = [score for score, unit in zip(scores, units, strict=True) if not is_break(unit) and label_rank(unit) is None]
    spread = pstdev(told) if told else 0.0
    return [(score - fmean(told)) / spread for score in scores] if spread else [0.0] * len(scores)
