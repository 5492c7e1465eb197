"""From the moments of replies, as the provider saw them, to a rate."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

_MIDDLE = 0.6


def steady(times: Sequence[float], *, delay: float = 0.0) -> float | None:
    """Return replies a second in the middle three fifths of a run, start-up and drain left out; None if it was short.

    Where every reply is delayed they come in waves, and a window that cuts a wave would count it whole: hence a window
    of whole delays, in which no connection can be answered more often than the delay allows.
    """
    moments = sorted(times)
    if len(moments) < 2:
        return None
    span = moments[-1] - moments[0]
    window = span * _MIDDLE
    if delay:
        window = window // delay * delay
    if window <= 0:
        return None
    start = moments[0] + (span - window) / 2
    return (bisect_left(moments, start + window) - bisect_left(moments, start)) / window


def first_to_last(times: Sequence[float]) -> float | None:
    """Return replies a second from the first to the last, as other clients are measured; None of fewer than two."""
    span = max(times, default=0.0) - min(times, default=0.0)
    return (len(times) - 1) / span if span > 0 else None


def most_beyond(times: Sequence[float], rate: float) -> int:
    """Return by how many calls any window had more than a rate, in calls a second, allows in it."""
    most, lowest = 0.0, math.inf
    for number, moment in enumerate(sorted(times)):
        level = number - rate * moment
        lowest = min(lowest, level)
        most = max(most, level + 1 - lowest)
    return math.ceil(most)
