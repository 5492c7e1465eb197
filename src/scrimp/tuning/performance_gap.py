"""How good an order of prompts is: the average of the performance gap recovered as more of them reach the flagship."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from statistics import fmean

from msgspec import Struct


class GapRecovered(Struct, frozen=True):
    """APGR of an order, beside the random router's: a half on average, with this standard deviation."""

    apgr: float
    random_sd: float
    best: float  # the order that knows the scores
    random: float = 0.5


def gap_recovered(worth: Sequence[float], cheap: Sequence[float], flagship: Sequence[float]) -> GapRecovered | None:
    """Return how much of the gap between two models an order of prompts recovers, over all shares of flagship calls.

    `worth` says how much each prompt deserves the flagship, `cheap` and `flagship` hold the scores, all of one length.
    PGR at a share is (mean score - cheap's) / (flagship's - cheap's), APGR its mean over the shares (RouteLLM,
    arXiv:2406.18665, section 2), here over all of them by trapezoids instead of ten; prompts of equal worth count as
    shuffled. None where the flagship is no better than the cheap model, so that there is no gap to recover.
    """
    gains = [top - low for top, low in zip(flagship, cheap, strict=True)]
    total = sum(gains)
    if total <= 0:
        return None
    return GapRecovered(_area(worth, gains) / total, _random_sd(gains) / total, _area(gains, gains) / total)


def _weights(count: int) -> list[float]:
    """Return for each place in the order in which share of the curve its gain counts, trapezoids taken."""
    return [(count - place - 0.5) / count for place in range(count)]


def _area(worth: Sequence[float], gains: Sequence[float]) -> float:
    weights = _weights(len(gains))
    area, place = 0.0, 0
    ranked = sorted(zip(worth, gains, strict=True), key=lambda pair: -pair[0])
    for _, tied in groupby(ranked, key=lambda pair: pair[0]):
        together = [gain for _, gain in tied]
        area += sum(together) * fmean(weights[place : place + len(together)])
        place += len(together)
    return area


def _random_sd(gains: Sequence[float]) -> float:
    """Return the sd over all orders; exact, as the area is linear in ranks (Hájek & Šidák 1967, section II.3.1)."""
    count = len(gains)
    if count < 2:
        return 0.0
    weights = _weights(count)
    mean = fmean(gains)
    spread = sum((gain - mean) ** 2 for gain in gains) * sum((weight - 0.5) ** 2 for weight in weights)
    return math.sqrt(spread / (count - 1))
