"""How a policy performed on recorded rows: quality kept, prompts that reached the flagship and money saved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist

from msgspec import Struct

from scrimp.tuning.policies import Always, Policy, PolicyOutcome, replay
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow, answer_of
from scrimp.tuning.statistics.bounds import ScorePair

_ROUNDING = 1e-12  # of the squares: a smaller residual is one of arithmetic


class Interval(Struct, frozen=True):
    """An estimate and its confidence interval."""

    value: float
    low: float
    high: float


class PolicyMetrics(Struct, frozen=True, kw_only=True):
    """A policy compared with an all-flagship run; shares of 1, `cost` in dollars for all rows."""

    rows: int
    labeled: int  # rows on which both the policy's and the flagship's score are known
    kept: Interval | None  # mean score / the flagship's, the worst where unlabeled; None if nothing is labeled
    flagship_share: Interval
    saved: Interval
    cost: float
    calls: float  # a row


class Oracle(Struct, frozen=True):
    """What calling the cheapest of the best models on each prompt would keep and save: no policy does better."""

    kept: float | None
    saved: float


def measure(policy: Policy, rows: Sequence[RecordedRow], flagship: str, risk: float = 0.05) -> PolicyMetrics:
    """Return how a policy performed, with two-sided intervals that miss with probability `risk`.

    Kept and saved are ratios of paired sums, with the delta method's interval (Cochran, Sampling Techniques, 3rd ed.
    1977, section 6.4); the flagship's share has Wilson's (JASA 22, 1927). Raises ValueError without rows and
    InputError if a row lacks a model.
    """
    if not rows:
        raise ValueError("nothing is recorded")
    scores, costs = _RatioSums(), _RatioSums()
    labeled = reached = calls = 0
    cost = 0.0
    for row in rows:
        outcome, top = replay(policy, row, flagship), answer_of(row, flagship)
        labeled += outcome.score is not None and top.score is not None
        reached += outcome.reached_flagship
        calls += outcome.calls
        cost += outcome.cost
        scores.add(*_scores(row, outcome, top))
        costs.add(outcome.cost, top.cost)
    paid = costs.ratio(risk) or Interval(1.0, 1.0, 1.0)
    return PolicyMetrics(
        rows=len(rows),
        labeled=labeled,
        kept=scores.ratio(risk) if labeled else None,
        flagship_share=_wilson(reached, len(rows), risk),
        saved=Interval(1 - paid.value, 1 - paid.high, 1 - paid.low),
        cost=cost,
        calls=calls / len(rows),
    )


def score_pairs(rows: Sequence[RecordedRow], policy: Policy, flagship: str) -> list[ScorePair]:
    """Return a policy's score and the flagship's row by row; the worst that can be where one is not labeled.

    Where the policy ends at the flagship, or asserts what it asserts, both have the same score, and the worst is that
    both are wrong: nothing is learned. Otherwise the policy is wrong and the flagship right.
    """
    return [ScorePair(row.id, *_scores(row, replay(policy, row, flagship), answer_of(row, flagship))) for row in rows]


def unlabeled_rows(rows: Sequence[RecordedRow], policy: Policy, flagship: str) -> int:
    """Return the number of rows on which a policy's result depends on a label that is missing."""
    return sum(not _is_known(row, replay(policy, row, flagship), flagship) for row in rows)


def _is_known(row: RecordedRow, outcome: PolicyOutcome, flagship: str) -> bool:
    top = answer_of(row, flagship)
    return (outcome.score is not None and top.score is not None) or _shares_score(row, outcome, top)


def _shares_score(row: RecordedRow, outcome: PolicyOutcome, top: RecordedAnswer) -> bool:
    """Return whether what is kept is the flagship's or asserts the same, and so is as right as it."""
    if outcome.reached_flagship:
        return True
    kept = answer_of(row, outcome.model).asserted
    return kept is not None and kept == top.asserted


def _scores(row: RecordedRow, outcome: PolicyOutcome, top: RecordedAnswer) -> tuple[float, float]:
    """Return the score of what is kept and the flagship's, the worst that can be where one is not labeled."""
    score, top_score = outcome.score, top.score
    if score is not None and top_score is not None:
        return score, top_score
    if _shares_score(row, outcome, top):
        shared = score if score is not None else top_score
        return shared or 0.0, shared or 0.0
    return score or 0.0, 1.0 if top_score is None else top_score


def oracle(rows: Sequence[RecordedRow], pool: Iterable[str], flagship: str) -> Oracle:
    """Return how the best choice for every prompt would have performed, made knowing the scores."""
    models = (*pool, flagship)
    score = top_score = cost = top_cost = 0.0
    for row in rows:
        answers = (answer_of(row, model) for model in models)
        best = min(answers, key=lambda answer: (-(answer.score or 0.0), answer.cost))
        top = answer_of(row, flagship)
        score += best.score or 0.0
        top_score += top.score or 0.0
        cost += best.cost
        top_cost += top.cost
    return Oracle(score / top_score if top_score else None, 1 - cost / top_cost if top_cost else 0.0)


def measure_all(
    policies: Iterable[Policy], rows: Sequence[RecordedRow], flagship: str
) -> list[tuple[Policy, PolicyMetrics]]:
    """Return all-flagship and the policies with their metrics, the most expensive first."""
    measured = [(policy, measure(policy, rows, flagship)) for policy in (Always(flagship), *policies)]
    return sorted(measured, key=lambda one: -one[1].cost)


class _RatioSums:
    """Sums over rows from which the ratio of two of them follows with its interval."""

    def __init__(self) -> None:
        self._rows = 0
        self._first = self._second = self._first_squares = self._second_squares = self._products = 0.0

    def add(self, first: float, second: float) -> None:
        """Add a row."""
        self._rows += 1
        self._first += first
        self._second += second
        self._first_squares += first * first
        self._second_squares += second * second
        self._products += first * second

    def ratio(self, risk: float) -> Interval | None:
        """Return the ratio of the sums, by the delta method; None if the second is not positive."""
        if self._second <= 0:
            return None
        ratio = self._first / self._second
        squares = self._first_squares + ratio * ratio * self._second_squares
        residual = squares - 2 * ratio * self._products
        if residual <= squares * _ROUNDING:
            residual = 0.0
        standard_error = math.sqrt(residual * self._rows / max(self._rows - 1, 1)) / self._second
        margin = _z(risk) * standard_error if self._rows > 1 else 0.0
        return Interval(ratio, ratio - margin, ratio + margin)


def _wilson(count: int, total: int, risk: float) -> Interval:
    z = _z(risk)
    share = count / total
    center = (share + z * z / (2 * total)) / (1 + z * z / total)
    margin = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return Interval(share, max(0.0, center - margin), min(1.0, center + margin))


def _z(risk: float) -> float:
    return NormalDist().inv_cdf(1 - risk / 2)
