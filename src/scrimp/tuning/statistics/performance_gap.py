"""How good an order of prompts is: the average of the performance gap recovered as more of them reach the flagship."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from statistics import fmean

from msgspec import Struct


class GapRecovered(Struct, frozen=True):
    """APGR of an order, compared with the random router's: a half on average, with this standard deviation."""

    apgr: float
    random_sd: float
    best: float  # the order that knows the scores
    random: float = 0.5


def gap_recovered(
    priorities: Sequence[float], cheap: Sequence[float], flagship: Sequence[float]
) -> GapRecovered | None:
    """Return how much of the gap between two models an order of prompts recovers, over all shares of flagship calls.

    `priorities` says how much each prompt deserves the flagship, `cheap` and `flagship` hold the scores, all of one
    length. PGR at a share is (mean score - cheap's) / (flagship's - cheap's), APGR its mean over the shares (RouteLLM,
    arXiv:2406.18665, section 2), here over all of them by trapezoids instead of ten; prompts of equal priority count as
    shuffled. None if the flagship is no better than the cheap model, so that there is no gap to recover.
    """
    gains = [top - low for top, low in zip(flagship, cheap, strict=True)]
    gap = sum(gains)
    if gap <= 0:
        return None
    return GapRecovered(_area(priorities, gains) / gap, _random_sd(gains) / gap, _area(gains, gains) / gap)


def _rank_weights(count: int) -> list[float]:
    """Return for each rank the share of the curve for which its gain counts, by trapezoids."""
    return [(count - rank - 0.5) / count for rank in range(count)]


def _area(priorities: Sequence[float], gains: Sequence[float]) -> float:
    weights = _rank_weights(len(gains))
    area, rank = 0.0, 0
    ranked = sorted(zip(priorities, gains, strict=True), key=lambda prompt: -prompt[0])
    for _, tied in groupby(ranked, key=lambda prompt: prompt[0]):
        tied_gains = [gain for _, gain in tied]
        area += sum(tied_gains) * fmean(weights[rank : rank + len(tied_gains)])
        rank += len(tied_gains)
    return area


def _random_sd(gains: Sequence[float]) -> float:
    """Return the sd over all orders; exact, as the area is linear in ranks (Hájek & Šidák 1967, section II.3.1)."""
    count = len(gains)
    if count < 2:
        return 0.0
    mean = fmean(gains)
    gain_squares = sum((gain - mean) ** 2 for gain in gains)
    weight_squares = sum((weight - 0.5) ** 2 for weight in _rank_weights(count))
    return math.sqrt(gain_squares * weight_squares / (count - 1))
