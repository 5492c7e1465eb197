"""Combine BM25 with another scorer of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

from scrimp.compress.extract.bm25 import relevance
from scrimp.compress.extract.sentences import is_break, label_rank
from scrimp.compress.options import Scorer


def combined_with_bm25(other: Scorer) -> Scorer:
    """Return a scorer that adds the scores of BM25 and another scorer, both standardized."""

    def scorer(units: Sequence[str], query: str) -> list[float]:
        pairs = zip(
            _standardized(relevance(units, query), units), _standardized(other(units, query), units), strict=True
        )
        return [bm25 + extra for bm25, extra in pairs]

    return scorer


def _standardized(scores: Sequence[float], units: Sequence[str]) -> list[float]:
    """Return scores as standard deviations from the mean of sentences, ignoring labels and line breaks."""
    scored = [
        score for score, unit in zip(scores, units, strict=True) if not is_break(unit) and label_rank(unit) is None
    ]
    spread = pstdev(scored) if scored else 0.0
    return [(score - fmean(scored)) / spread for score in scores] if spread else [0.0] * len(scores)
