"""What a policy came to on recorded rows: quality kept, prompts that reached the flagship and money saved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist, fmean

from msgspec import Struct

from scrimp.tuning.policies import Always, Policy, PolicyOutcome, replay
from scrimp.tuning.recorded_row import RecordedRow, answer_of
from scrimp.tuning.statistics.bounds import ScorePair


class Interval(Struct, frozen=True):
    """An estimate and its confidence interval."""

    value: float
    low: float
    high: float


class PolicyMetrics(Struct, frozen=True, kw_only=True):
    """A policy compared with an all-flagship run; shares of 1, `cost` in dollars for all rows."""

    rows: int
    labeled: int  # rows on which both the policy's and the flagship's score are known
    kept: Interval | None  # mean score / the flagship's, the worst where unlabeled; None where nothing is labeled
    flagship_share: Interval
    saved: Interval
    cost: float
    calls: float  # a row


class Oracle(Struct, frozen=True):
    """What calling the cheapest of the best models on each prompt would keep and save: no policy does better."""

    kept: float | None
    saved: float


def measure(policy: Policy, rows: Sequence[RecordedRow], flagship: str, risk: float = 0.05) -> PolicyMetrics:
    """Return what a policy came to, with two-sided intervals that miss with probability `risk`.

    Kept and saved are ratios of paired sums, with the delta method's interval (Cochran, Sampling Techniques, 3rd ed.
    1977, section 6.4); the flagship's share has Wilson's (JASA 22, 1927). Raises ValueError without rows and
    InputError where a row lacks a model.
    """
    if not rows:
        raise ValueError("nothing is recorded")
    outcomes = [replay(policy, row, flagship) for row in rows]
    tops = [answer_of(row, flagship) for row in rows]
    compared = list(zip(outcomes, tops, strict=True))
    labeled = sum(outcome.score is not None and top.score is not None for outcome, top in compared)
    scores = [(pair.score, pair.flagship_score) for pair in score_pairs(rows, policy, flagship)] if labeled else []
    cost = _ratio([(outcome.cost, top.cost) for outcome, top in compared], risk) or Interval(1.0, 1.0, 1.0)
    return PolicyMetrics(
        rows=len(rows),
        labeled=labeled,
        kept=_ratio(scores, risk),
        flagship_share=_wilson(sum(outcome.reached_flagship for outcome in outcomes), len(outcomes), risk),
        saved=Interval(1 - cost.value, 1 - cost.high, 1 - cost.low),
        cost=sum(outcome.cost for outcome in outcomes),
        calls=fmean(outcome.calls for outcome in outcomes),
    )


def score_pairs(rows: Sequence[RecordedRow], policy: Policy, flagship: str) -> list[ScorePair]:
    """Return a policy's score and the flagship's row by row; the worst that can be where one is not labeled.

    Where the policy ends at the flagship, or asserts what it asserts, both have the same score, and the worst is that
    both are wrong: nothing is learned. Otherwise the policy is wrong and the flagship right.
    """
    return [_score_pair(row, replay(policy, row, flagship), flagship) for row in rows]


def unlabeled_rows(rows: Sequence[RecordedRow], policy: Policy, flagship: str) -> int:
    """Return the number of rows on which a policy's result depends on a label that is missing."""
    return sum(not _is_known(row, replay(policy, row, flagship), flagship) for row in rows)


def _is_known(row: RecordedRow, outcome: PolicyOutcome, flagship: str) -> bool:
    if outcome.score is not None and answer_of(row, flagship).score is not None:
        return True
    return _shares_score(row, outcome, flagship)


def _shares_score(row: RecordedRow, outcome: PolicyOutcome, flagship: str) -> bool:
    """Return whether what is kept is the flagship's or asserts the same, and so is as right as it."""
    kept = answer_of(row, outcome.model).asserted
    return outcome.model == flagship or (kept is not None and kept == answer_of(row, flagship).asserted)


def _score_pair(row: RecordedRow, outcome: PolicyOutcome, flagship: str) -> ScorePair:
    top = answer_of(row, flagship)
    if outcome.score is not None and top.score is not None:
        return ScorePair(row.id, outcome.score, top.score)
    if _shares_score(row, outcome, flagship):
        shared = outcome.score if outcome.score is not None else top.score
        return ScorePair(row.id, shared or 0.0, shared or 0.0)
    return ScorePair(row.id, outcome.score or 0.0, 1.0 if top.score is None else top.score)


def oracle(rows: Sequence[RecordedRow], pool: Iterable[str], flagship: str) -> Oracle:
    """Return what the best choice for every prompt would have come to, made knowing the scores."""
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
    """Return all-flagship and the policies with what they came to, the dearest first."""
    measured = [(policy, measure(policy, rows, flagship)) for policy in (Always(flagship), *policies)]
    return sorted(measured, key=lambda one: -one[1].cost)


def _ratio(pairs: Sequence[tuple[float, float]], risk: float) -> Interval | None:
    """Return the ratio of two sums over the same rows, by the delta method; None where the second is not positive."""
    denominator = sum(second for _, second in pairs)
    if denominator <= 0:
        return None
    ratio = sum(first for first, _ in pairs) / denominator
    standard_error = 0.0
    if len(pairs) > 1:
        residual = sum((first - ratio * second) ** 2 for first, second in pairs)
        standard_error = math.sqrt(residual * len(pairs) / (len(pairs) - 1)) / denominator
    margin = _z(risk) * standard_error
    return Interval(ratio, ratio - margin, ratio + margin)


def _wilson(count: int, total: int, risk: float) -> Interval:
    z = _z(risk)
    share = count / total
    center = (share + z * z / (2 * total)) / (1 + z * z / total)
    margin = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return Interval(share, max(0.0, center - margin), min(1.0, center + margin))


def _z(risk: float) -> float:
    return NormalDist().inv_cdf(1 - risk / 2)
