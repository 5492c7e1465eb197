"""How long calls took, as counts by bin: counts of any calls can be added up, and tell percentiles to within 13 %."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

# Bins are a third of an octave wide, from 20 ms to 17 minutes; the first and the last take what lies beyond.
BOUNDARIES = tuple(0.02 * 2 ** (third / 3) for third in range(48))
BINS = len(BOUNDARIES) + 1
_MIDDLES: tuple[float, ...] = (
    BOUNDARIES[0],
    *((low * high) ** 0.5 for low, high in pairwise(BOUNDARIES)),
    BOUNDARIES[-1],
)


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Return the seconds that a share of the calls did not exceed, such as 0.95; None without calls."""
    wanted, reached = share * sum(counts), 0
    for count, middle in zip(counts, _MIDDLES, strict=True):
        reached += count
        if count and reached >= wanted:
            return middle
    return None
