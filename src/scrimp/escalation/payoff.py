"""Whether a chain can pay off: cheap calls are worth it only where they save enough flagship calls.

Every row pays for its cheap calls, and those that agree save the flagship's: saved = agreed - cheap / flagship.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import sqrt

# Rows of a task before its record counts, and the normal quantile of a one-sided 95 % bound.
MIN_ROWS = 30
_Z = 1.645


def paid_below(ends: Mapping[int, int], shares: Sequence[float]) -> float:
    """Return what a row paid on average for the steps before the last, as a share of what the last costs.

    `ends` counts rows by the step at which they ended; `shares` is the cost of each step before the last as a share of
    the last one's. A row pays for every step up to its end.
    """
    paid = list(accumulate(shares))
    rows = sum(ends.values())
    return sum(count * paid[min(step, len(paid) - 1)] for step, count in ends.items()) / rows if rows and paid else 0.0


def can_pay(agreed: int, rows: int, ratio: float) -> bool:
    """Return whether the chain may still save money for a task; `ratio` is what the cheap calls cost a row.

    It may as long as the upper bound of the share that agreed (Wilson, 1927) is above the break-even point, so that a
    few unlucky rows do not decide.
    """
    if rows < MIN_ROWS:
        return True
    share = agreed / rows
    middle = share + _Z * _Z / (2 * rows)
    spread = _Z * sqrt(share * (1 - share) / rows + _Z * _Z / (4 * rows * rows))
    return min(1.0, (middle + spread) / (1 + _Z * _Z / rows)) > ratio
