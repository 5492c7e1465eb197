"""Tests that a policy keeps its target, valid at every number of rows: no normal approximation is relied on.

On a row the policy scored p and the flagship f; d = p - target * f is in [-target, 1], and the policy keeps its target
where the mean of d is above zero. The p-values here are for its being zero or less.

Of a policy with 2.5 % losses and 2 % gains, 200 rows certify 95 % in 69 of 100 draws by the exact test below, in 29 by
betting (Waudby-Smith & Ramdas 2024), in 26 by an exact test of losses alone and in none by the empirical Bernstein
bound (Maurer & Pontil 2009). The normal bound with one failure added certifies as often, but of policies at the edge of
the target up to 9 % instead of 5 %: here it only puts outcomes in order, and the risk of that order is computed.
tests/bench/tuning_bounds.py measures all this.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from statistics import NormalDist

from msgspec import Struct

from scrimp.tuning.binomial import BinomialWalk, chances

_GRID = 48
_CLOSER = 12
_BETS = 40
_ROUNDING = 1e-7
_FEWEST_TARGET = 0.5


class Paired(Struct, frozen=True):
    """A policy's score and the flagship's on one row, both in 0..1."""

    id: str
    score: float
    top: float


class PairedOutcomes(Struct, frozen=True):
    """Rows by who was right, with scores of 0 and 1; where neither was, nothing is learned and nothing counted."""

    losses: int  # the flagship alone
    both: int
    gains: int  # the policy alone

    @property
    def rows(self) -> int:
        """Of how many rows something is learned."""
        return self.losses + self.both + self.gains


def p_value(rows: Sequence[Paired], target: float, enough: float = 1.0) -> float:
    """Return the chance of a result this good from a policy that does not keep `target` of the flagship's score.

    Rows are independent draws. With scores between 0 and 1 it is twice the smaller of two p-values, of betting and of
    the exact test on scores rounded up with their own probability: by the row's id, so that the same rows give the
    same answer, and both models alike. Once it is sure to be above `enough` any such value is returned. Raises
    ValueError for targets outside 0.5..1 (both excluded).
    """
    if not _FEWEST_TARGET < target < 1:
        raise ValueError(f"a target of {target} is outside 0.5..1")
    if all(row.score in {0, 1} and row.top in {0, 1} for row in rows):
        return exact_p(paired_outcomes(rows), target, enough)
    bet = betting_p([row.score - target * row.top for row in rows], target)
    return min(1.0, 2 * min(bet, exact_p(paired_outcomes(rows), target, enough / 2)))


def paired_outcomes(rows: Iterable[Paired]) -> PairedOutcomes:
    """Count who was right; a score between 0 and 1 counts as right with that probability, fixed by the row's id."""
    seen = Counter((_right(row.score, row.id), _right(row.top, row.id)) for row in rows)
    return PairedOutcomes(seen[False, True], seen[True, True], seen[True, False])


def _right(score: float, name: str) -> bool:
    if score <= 0 or score >= 1:
        return score >= 1
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) < score * 2**64


@lru_cache(maxsize=4096)
def exact_p(seen: PairedOutcomes, target: float, enough: float = 1.0) -> float:
    """Return the exact p-value of a trinomial outcome, the largest over all rates of gains (Barnard 1945).

    Outcomes are ordered by `surety`. For each rate of gains the likeliest offender has the fewest losses that miss the
    target, so one line of rates is searched, on a grid and more closely about its worst: the chance is smooth along it.
    Without gains this is the exact binomial test. Returns early with a value above `enough` where there is one.
    """
    least = surety(seen, target) - _ROUNDING
    if least <= 0:
        return 1.0
    rows = seen.rows
    allowed = [_most_losses(rows, gains, target, least) for gains in range(rows + 1)]
    most = target / (1 + target)  # beyond it gains and losses together would be more than all rows
    rates = [most * (step / _GRID) ** 2 for step in range(_GRID + 1)]
    worst, at = 0.0, 0
    for step, rate in enumerate(rates):
        chance = _chance(target, rate, allowed)
        if chance > worst:
            worst, at = chance, step
        if worst > enough:
            return worst
    low, high = rates[max(0, at - 1)], rates[min(_GRID, at + 1)]
    closer = (low + (high - low) * step / _CLOSER for step in range(1, _CLOSER))
    return min(1.0, max(worst, *(_chance(target, rate, allowed) for rate in closer)))


def surety(seen: PairedOutcomes, target: float) -> float:
    """Return the mean of d over its standard error, with one more loss than was seen.

    The pseudo-failure keeps a clean record from looking certain. A gain never counts against a policy: where its
    surprise would widen the error more than it lifts the mean it counts as a row both got right.
    """
    plain = PairedOutcomes(seen.losses, seen.both + seen.gains, 0)
    return max(_studentised(seen, target), _studentised(plain, target))


def _studentised(seen: PairedOutcomes, target: float) -> float:
    count = seen.rows + 1
    mean = (seen.both * (1 - target) + seen.gains - (seen.losses + 1) * target) / count
    square = (seen.both * (1 - target) ** 2 + seen.gains + (seen.losses + 1) * target * target) / count
    spread = square - mean * mean
    return mean / math.sqrt(spread / count) if spread > 0 else -math.inf


def _chance(target: float, gain: float, allowed: Sequence[int]) -> float:
    """Return the chance that a policy with this rate of gains, and losses to match, has no more losses than allowed."""
    rows = len(allowed) - 1
    loss = 1 - target + target * gain
    walk = BinomialWalk(min(1.0, loss / (1 - gain)))
    total = _ROUNDING
    for gains, chance in chances(rows, gain, _ROUNDING):
        total += chance * walk.at_most(allowed[gains], rows - gains)
    return total


def _most_losses(rows: int, gains: int, target: float, least: float) -> int:
    """Return with how many losses at most the surety is still `least`, -1 where even none is too many."""
    return min(rows - gains, max(_most(rows, gains, target, least), _most(rows, 0, target, least)))


def _most(rows: int, gains: int, target: float, least: float) -> int:
    """Solve mean / error = least for the losses: a quadratic, of which the smaller root has a mean above zero.

    With every loss instead of a row both got right the sum falls by one and the squares rise by 2 target - 1.
    """
    count = rows + 1
    both = rows - gains
    total = both * (1 - target) + gains - target
    squares = both * (1 - target) ** 2 + gains + target * target
    bar = least * least * count / (count + least * least)
    middle = total + bar * (target - 0.5)
    beyond = middle * middle - total * total + bar * squares
    return max(-1, math.floor(middle - math.sqrt(beyond))) if total > 0 else -1


def betting_p(differences: Sequence[float], target: float) -> float:
    """Return a p-value for a mean of d of zero or less, whatever the d in [-target, 1].

    The capital of a gambler who starts with 1 and stakes a fixed share of it on every d is at most 1 on average, also
    averaged over stakes; by Markov's inequality it exceeds 1 / risk at most with that risk (Waudby-Smith & Ramdas, JRSS
    B 86, 2024, section 4; the mixture makes it independent of the order of rows).
    """
    seen = Counter(differences)
    stakes = [(bet + 0.5) / _BETS / target for bet in range(_BETS)]
    logs = [sum(count * math.log1p(stake * d) for d, count in seen.items()) for stake in stakes]
    top = max(logs)
    capital = top + math.log(sum(math.exp(log - top) for log in logs) / len(logs))
    return math.exp(-max(0.0, capital))


def lower_bound(rows: Sequence[Paired], risk: float, certified: float = _FEWEST_TARGET) -> float:
    """Return the largest share of the flagship's score, to a thousandth, that is certified at this risk.

    What is `certified` already is where the search begins, and what it returns where no more is.
    """
    low, high = math.floor(certified * 1000), 1000
    while low + 1 < high:
        middle = (low + high) // 2
        if p_value(rows, middle / 1000, risk) <= risk:
            low = middle
        else:
            high = middle
    return max(certified, low / 1000)


def fewest(target: float, risk: float) -> int:
    """Return how many rows certify a target if no loss is seen and the flagship is always right."""
    return math.ceil(math.log(risk) / math.log(target))


def rows_needed(seen: PairedOutcomes, rows: int, target: float, risk: float, most: int = 100_000) -> int | None:
    """Return how many rows would certify a target if outcomes went on as in these `rows`; None if `most` would not.

    For planning only: by the normal approximation, and with an even chance that it takes a few more.
    """
    quantile = NormalDist().inv_cdf(1 - risk)
    clean = fewest(target, risk)

    def suffice(count: int) -> bool:
        scaled = [round(part * count / rows) for part in (seen.losses, seen.both, seen.gains)]
        expected = PairedOutcomes(*scaled)
        return expected.losses + expected.both >= clean and surety(expected, target) >= quantile

    if not rows or not suffice(most):
        return None
    low, high = 0, most
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if suffice(middle) else (middle, high)
    return high
