"""Tests of whether a policy keeps its target, valid at every number of rows: none relies on a normal approximation.

On a row the policy scored p and the flagship f; d = p - target * f is in [-target, 1], and the policy keeps its target
where the mean of d is above zero. The null hypothesis of every p-value here is that the mean is zero or less.

For a policy with 2.5 % losses and 2 % gains, 200 rows and a target of 95 %, a certificate is given in

- 69 of 100 draws by the exact test below,
- 29 by betting (Waudby-Smith & Ramdas 2024),
- 26 by an exact test of losses alone,
- none by the empirical Bernstein bound (Maurer & Pontil 2009).

The normal bound with one failure added certifies as often, but it also certifies up to 9 % of policies at the edge of
the target, instead of 5 %: here it only orders outcomes, and the risk of that order is computed.
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

from scrimp.tuning.statistics.binomial import IncrementalBinomialCdf, binomial_pmf

_GRID = 48  # steps
_REFINEMENT = 12  # steps about the worst point of the grid
_STAKES = 40
_TOLERANCE = 1e-7
_LOWEST_TARGET = 0.5


class ScorePair(Struct, frozen=True, gc=False):
    """A policy's score and the flagship's on one row, both in 0..1."""

    id: str
    score: float
    flagship_score: float


class PairedOutcomes(Struct, frozen=True):
    """Rows by who was right, with scores of 0 and 1; rows on which neither was tell nothing and are not counted."""

    losses: int  # the flagship alone
    both: int
    gains: int  # the policy alone

    @property
    def rows(self) -> int:
        """Rows that tell something."""
        return self.losses + self.both + self.gains


def p_value(pairs: Sequence[ScorePair], target: float, stop_above: float = 1.0) -> float:
    """Return the probability of a result this good from a policy that does not keep `target` of the flagship's score.

    Rows are independent draws. With scores between 0 and 1 it is twice the smaller of two p-values, of betting and of
    the exact test on scores rounded up with their own probability: by the row's id, so that the same rows give the
    same p-value, and both models alike. Once it is sure to exceed `stop_above` any such value is returned. Raises
    ValueError for targets outside 0.5..1 (both excluded).
    """
    if not _LOWEST_TARGET < target < 1:
        raise ValueError(f"a target of {target} is outside 0.5..1")
    if all(pair.score in {0, 1} and pair.flagship_score in {0, 1} for pair in pairs):
        return exact_p(count_outcomes(pairs), target, stop_above)
    by_betting = betting_p([pair.score - target * pair.flagship_score for pair in pairs], target)
    return min(1.0, 2 * min(by_betting, exact_p(count_outcomes(pairs), target, stop_above / 2)))


def count_outcomes(pairs: Iterable[ScorePair]) -> PairedOutcomes:
    """Count who was right; a score between 0 and 1 counts as right with that probability, fixed by the row's id."""
    counts = Counter((_rounded(pair.score, pair.id), _rounded(pair.flagship_score, pair.id)) for pair in pairs)
    return PairedOutcomes(counts[False, True], counts[True, True], counts[True, False])


def _rounded(score: float, row_id: str) -> bool:
    if score <= 0 or score >= 1:
        return score >= 1
    return int.from_bytes(blake2b(row_id.encode(), digest_size=8).digest()) < score * 2**64


@lru_cache(maxsize=4096)
def exact_p(outcomes: PairedOutcomes, target: float, stop_above: float = 1.0) -> float:
    """Return the exact p-value of a trinomial outcome, the largest over all rates of gains (Barnard 1945).

    Outcomes are ordered by `studentized_mean`. For each rate of gains the likeliest offender has the fewest losses that
    miss the target, so the null is one line of rates, searched on a grid and more closely about its worst point: the
    probability is smooth along it. Without gains this is the exact binomial test. Returns early with a value above
    `stop_above` where there is one.
    """
    critical = studentized_mean(outcomes, target) - _TOLERANCE
    if critical <= 0:
        return 1.0
    rows = outcomes.rows
    max_losses = [_max_losses(rows, gains, target, critical) for gains in range(rows + 1)]
    highest = target / (1 + target)  # beyond it gains and losses together would be more than all rows
    rates = [highest * (step / _GRID) ** 2 for step in range(_GRID + 1)]
    worst, worst_step = 0.0, 0
    for step, rate in enumerate(rates):
        probability = _null_probability(target, rate, max_losses)
        if probability > worst:
            worst, worst_step = probability, step
        if worst > stop_above:
            return worst
    low, high = rates[max(0, worst_step - 1)], rates[min(_GRID, worst_step + 1)]
    refined = (low + (high - low) * step / _REFINEMENT for step in range(1, _REFINEMENT))
    return min(1.0, max(worst, *(_null_probability(target, rate, max_losses) for rate in refined)))


def studentized_mean(outcomes: PairedOutcomes, target: float) -> float:
    """Return the studentized mean of d: the mean over its standard error, with one more loss than was seen.

    The pseudo-failure keeps a clean record from looking certain. A gain never counts against a policy: where its
    surprise would widen the error more than it lifts the mean it counts as a row both got right.
    """
    without_gains = PairedOutcomes(outcomes.losses, outcomes.both + outcomes.gains, 0)
    return max(_studentized(outcomes, target), _studentized(without_gains, target))


def _studentized(outcomes: PairedOutcomes, target: float) -> float:
    count = outcomes.rows + 1
    losses = outcomes.losses + 1
    mean = (outcomes.both * (1 - target) + outcomes.gains - losses * target) / count
    square = (outcomes.both * (1 - target) ** 2 + outcomes.gains + losses * target * target) / count
    variance = square - mean * mean
    return mean / math.sqrt(variance / count) if variance > 0 else -math.inf


def _null_probability(target: float, gain_rate: float, max_losses: Sequence[int]) -> float:
    """Return the probability that a policy at the edge of the target has at most the allowed losses.

    Its rate of gains is given, its rate of losses follows; `max_losses` holds the allowed losses by number of gains.
    """
    rows = len(max_losses) - 1
    loss_rate = 1 - target + target * gain_rate
    losses = IncrementalBinomialCdf(min(1.0, loss_rate / (1 - gain_rate)))
    total = _TOLERANCE
    for gains, mass in binomial_pmf(rows, gain_rate, _TOLERANCE):
        total += mass * losses.cdf(max_losses[gains], rows - gains)
    return total


def _max_losses(rows: int, gains: int, target: float, critical: float) -> int:
    """Return the most losses with which the statistic is at least `critical`, -1 if no losses are too many."""
    return min(
        rows - gains, max(_solve_losses(rows, gains, target, critical), _solve_losses(rows, 0, target, critical))
    )


def _solve_losses(rows: int, gains: int, target: float, critical: float) -> int:
    """Solve mean / error = critical for the losses: a quadratic whose smaller root has a mean above zero.

    With every loss instead of a row both got right the sum falls by one and the squares rise by 2 target - 1.
    """
    count = rows + 1
    both = rows - gains
    total = both * (1 - target) + gains - target
    squares = both * (1 - target) ** 2 + gains + target * target
    bar = critical * critical * count / (count + critical * critical)
    middle = total + bar * (target - 0.5)
    discriminant = middle * middle - total * total + bar * squares
    return max(-1, math.floor(middle - math.sqrt(discriminant))) if total > 0 else -1


def betting_p(differences: Sequence[float], target: float) -> float:
    """Return a p-value of a mean of d of zero or less, whatever the d in [-target, 1].

    The capital of a gambler who starts with 1 and stakes a fixed share of it on every d is an e-process: it is at most
    1 on average, also averaged over stakes; by Markov's inequality it exceeds 1 / risk at most with that risk
    (Waudby-Smith & Ramdas, JRSS B 86, 2024, section 4; the mixture makes it independent of the order of rows).
    """
    counts = Counter(differences)
    stakes = [(step + 0.5) / _STAKES / target for step in range(_STAKES)]
    logs = [sum(count * math.log1p(stake * d) for d, count in counts.items()) for stake in stakes]
    top = max(logs)
    log_capital = top + math.log(sum(math.exp(log - top) for log in logs) / len(logs))
    return math.exp(-max(0.0, log_capital))


def lower_bound(pairs: Sequence[ScorePair], risk: float, certified: float = _LOWEST_TARGET) -> float:
    """Return the largest share of the flagship's score, to a thousandth, that is certified at this risk.

    The search begins at what is `certified` already, and returns it where no more is.
    """
    low, high = math.floor(certified * 1000), 1000
    while low + 1 < high:
        middle = (low + high) // 2
        if p_value(pairs, middle / 1000, risk) <= risk:
            low = middle
        else:
            high = middle
    return max(certified, low / 1000)


def min_rows(target: float, risk: float) -> int:
    """Return how many rows certify a target if no loss is seen and the flagship is always right."""
    return math.ceil(math.log(risk) / math.log(target))


def best_bound(rows: int, risk: float) -> float:
    """Return the largest target, to a thousandth, that this many rows certify if no loss is seen; 0 for none."""
    best = math.floor(1000 * risk ** (1 / rows)) / 1000 if rows else 0.0
    return best if best > _LOWEST_TARGET else 0.0


def rows_needed(outcomes: PairedOutcomes, rows: int, target: float, risk: float, limit: int = 100_000) -> int | None:
    """Return how many rows would certify a target if outcomes went on as in these `rows`; None beyond `limit`.

    For planning only: by the normal approximation, and with an even chance that it takes a few more.
    """
    quantile = NormalDist().inv_cdf(1 - risk)
    clean = min_rows(target, risk)

    def suffice(count: int) -> bool:
        scaled = [round(part * count / rows) for part in (outcomes.losses, outcomes.both, outcomes.gains)]
        expected = PairedOutcomes(*scaled)
        return expected.losses + expected.both >= clean and studentized_mean(expected, target) >= quantile

    if not rows or not suffice(limit):
        return None
    low, high = 0, limit
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if suffice(middle) else (middle, high)
    return high
