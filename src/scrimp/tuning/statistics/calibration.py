"""Whether a model's confidence tells right from wrong, and whether it means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import sqrt
from statistics import NormalDist

from msgspec import Struct

_BINS = 10


class CalibrationBin(Struct, frozen=True):
    """Completions of about one confidence: their mean confidence, the share that was right, and how many they are."""

    confidence: float
    accuracy: float
    rows: int


class Calibration(Struct, frozen=True, kw_only=True):
    """Confidence compared with truth; shares of 1.

    `auroc` is the chance that a right completion has more confidence than a wrong one, a half where confidence says
    nothing; None if all are right or all wrong. `ece` is the expected calibration error: the mean difference between
    confidence and accuracy over the bins, by rows (Naeini, Cooper & Hauskrecht, AAAI 2015).
    """

    rows: int
    accuracy: float
    auroc: float | None
    auroc_low: float | None
    auroc_high: float | None
    ece: float
    bins: tuple[CalibrationBin, ...]


def calibration(confidences: Sequence[float], right: Sequence[bool], risk: float = 0.05) -> Calibration:
    """Return how confidence and truth go together, with the AUROC's interval at that risk (Hanley & McNeil, 1982).

    Raises ValueError without rows.
    """
    if not confidences:
        raise ValueError("no confidence is known")
    auroc = _auroc(confidences, right)
    low = high = None
    if auroc is not None:
        margin = NormalDist().inv_cdf(1 - risk / 2) * _standard_error(auroc, sum(right), len(right) - sum(right))
        low, high = max(0.0, auroc - margin), min(1.0, auroc + margin)
    bins = _bins(confidences, right)
    ece = sum(one.rows * abs(one.confidence - one.accuracy) for one in bins) / len(right)
    return Calibration(
        rows=len(right), accuracy=sum(right) / len(right), auroc=auroc, auroc_low=low, auroc_high=high, ece=ece,
        bins=bins,
    )  # fmt: skip


def _auroc(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """Return the Mann-Whitney statistic over its largest value; a tie counts a half."""
    positives = sum(right)
    negatives = len(right) - positives
    if not positives or not negatives:
        return None
    negatives_below = wins = 0.0
    ranked = sorted(zip(confidences, right, strict=True))
    for _, tied in groupby(ranked, key=lambda row: row[0]):
        labels = [label for _, label in tied]
        tied_positives = sum(labels)
        tied_negatives = len(labels) - tied_positives
        wins += tied_positives * (negatives_below + tied_negatives / 2)
        negatives_below += tied_negatives
    return wins / (positives * negatives)


def _standard_error(auroc: float, positives: int, negatives: int) -> float:
    q1, q2 = auroc / (2 - auroc), 2 * auroc * auroc / (1 + auroc)
    variance = auroc * (1 - auroc) + (positives - 1) * (q1 - auroc * auroc) + (negatives - 1) * (q2 - auroc * auroc)
    return sqrt(max(0.0, variance) / (positives * negatives))


def _bins(confidences: Sequence[float], right: Sequence[bool]) -> tuple[CalibrationBin, ...]:
    rows: dict[int, list[tuple[float, bool]]] = {}
    for confidence, label in zip(confidences, right, strict=True):
        rows.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, label))
    return tuple(
        CalibrationBin(
            sum(confidence for confidence, _ in binned) / len(binned),
            sum(label for _, label in binned) / len(binned),
            len(binned),
        )
        for _, binned in sorted(rows.items())
    )
