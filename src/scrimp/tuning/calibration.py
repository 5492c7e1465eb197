"""Whether a model's confidence tells right from wrong, and whether it means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import sqrt
from statistics import NormalDist

from msgspec import Struct

_BINS = 10


class Bin(Struct, frozen=True):
    """Completions of about one confidence: how sure the model was of them on average, and how many were right."""

    confidence: float
    right: float
    rows: int


class Calibration(Struct, frozen=True, kw_only=True):
    """Confidence beside truth; shares of 1.

    `auroc` is the chance that a right completion is surer than a wrong one, a half where confidence says nothing; None
    where all are right or all wrong. `error` is the mean difference between confidence and share right over the bins,
    by rows (expected calibration error: Naeini, Cooper & Hauskrecht, AAAI 2015).
    """

    rows: int
    right: float
    auroc: float | None
    low: float | None
    high: float | None
    error: float
    bins: tuple[Bin, ...]


def calibration(confidences: Sequence[float], right: Sequence[bool], risk: float = 0.05) -> Calibration:
    """Return how confidences and truth go together, with the AUROC's interval at that risk (Hanley & McNeil, 1982).

    Raises ValueError without rows.
    """
    if not confidences:
        raise ValueError("no confidence is known")
    auroc = _auroc(confidences, right)
    low = high = None
    if auroc is not None:
        reach = NormalDist().inv_cdf(1 - risk / 2) * _spread(auroc, sum(right), len(right) - sum(right))
        low, high = max(0.0, auroc - reach), min(1.0, auroc + reach)
    bins = _bins(confidences, right)
    return Calibration(
        rows=len(right), right=sum(right) / len(right), auroc=auroc, low=low, high=high,
        error=sum(each.rows * abs(each.confidence - each.right) for each in bins) / len(right), bins=bins,
    )  # fmt: skip


def _auroc(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """Return the Mann-Whitney statistic over its largest value; a tie counts a half."""
    good = sum(right)
    bad = len(right) - good
    if not good or not bad:
        return None
    below = won = 0.0
    ranked = sorted(zip(confidences, right, strict=True))
    for _, tied in groupby(ranked, key=lambda pair: pair[0]):
        together = [each for _, each in tied]
        good_here = sum(together)
        bad_here = len(together) - good_here
        won += good_here * (below + bad_here / 2)
        below += bad_here
    return won / (good * bad)


def _spread(auroc: float, good: int, bad: int) -> float:
    first, second = auroc / (2 - auroc), 2 * auroc * auroc / (1 + auroc)
    square = auroc * (1 - auroc) + (good - 1) * (first - auroc * auroc) + (bad - 1) * (second - auroc * auroc)
    return sqrt(max(0.0, square) / (good * bad))


def _bins(confidences: Sequence[float], right: Sequence[bool]) -> tuple[Bin, ...]:
    found: dict[int, list[tuple[float, bool]]] = {}
    for confidence, good in zip(confidences, right, strict=True):
        found.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, good))
    return tuple(
        Bin(sum(sure for sure, _ in each) / len(each), sum(good for _, good in each) / len(each), len(each))
        for _, each in sorted(found.items())
    )
