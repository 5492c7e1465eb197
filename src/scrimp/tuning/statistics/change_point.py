"""Whether a share has fallen, from a stream of outcomes that is looked at again and again.

A test by betting: for each moment at which the fall may have begun, a stake of the risk is bet against "the share is at
least the floor" and multiplied by the odds of what came since. The stakes of all beginnings add up to one, in the same
proportions as those of looks (`looks`), so that by Ville's inequality their sum ever reaches 1 / risk with a
probability of at most the risk: however long the stream is, and however often it is looked at. Old outcomes do not
dilute new ones, for later beginnings leave them out. See Shin, Ramdas & Rinaldo, E-detectors, 2022.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from msgspec import Struct

from scrimp.tuning.statistics.binomial import binomial_cdf
from scrimp.tuning.statistics.looks import share_of_look

# A fall may begin at every fifth outcome: more beginnings would each have a smaller stake.
_BEGINNINGS = 5
_FALLS_TO = (0.9, 0.7, 0.45)  # of the floor, in equal parts of each stake
_LEAST, _MOST = 0.01, 0.995  # of a floor: beyond them the odds have no bound
_HALVINGS = 40


class Fall(Struct, frozen=True):
    """The newest outcomes, of which fewer than the floor are good: their number, and the good ones among them."""

    rows: int
    good: int


def find_fall(outcomes: Sequence[bool], floor: float, risk: float) -> Fall | None:
    """Return the fall of a share below its floor; None if chance may explain the outcomes, the oldest first.

    A stream of independent outcomes whose share never is below the floor is blamed with a probability of at most `risk`
    over all its length.
    """
    floor = min(max(floor, _LEAST), _MOST)
    good = list(_FALLS_TO)
    bad = [(1 - share * floor) / (1 - floor) for share in _FALLS_TO]
    wealth, stake = [0.0] * len(_FALLS_TO), 1 / len(_FALLS_TO)
    for number, outcome in enumerate(outcomes):
        if number % _BEGINNINGS == 0:
            more = stake * share_of_look(number // _BEGINNINGS + 1)
            wealth = [amount + more for amount in wealth]
        wealth = [amount * odds for amount, odds in zip(wealth, good if outcome else bad, strict=True)]
        if sum(wealth) >= 1 / risk:
            return _since(outcomes, number, good, bad)
    return None


def _since(outcomes: Sequence[bool], found: int, good: Sequence[float], bad: Sequence[float]) -> Fall:
    """Return the outcomes since the likeliest beginning of a fall that was found at one of them."""
    logs = [0.0] * len(good)
    best, begins = float("-inf"), 0
    for number in range(found, -1, -1):
        logs = [each + log(odds) for each, odds in zip(logs, good if outcomes[number] else bad, strict=True)]
        if number % _BEGINNINGS == 0 and max(logs) > best:
            best, begins = max(logs), number
    newest = outcomes[begins:]
    return Fall(len(newest), sum(newest))


def lower_limit(good: int, rows: int, risk: float) -> float:
    """Return the share that is exceeded but for the risk, by Clopper and Pearson (1934); 0 without rows."""
    if not good:
        return 0.0
    low, high = 0.0, good / rows
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if 1 - binomial_cdf(good - 1, rows, middle) > risk:
            high = middle
        else:
            low = middle
    return low
