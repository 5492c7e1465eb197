"""What a policy came to on recorded prompts: quality kept, prompts that reached the flagship and money saved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist, fmean

from msgspec import Struct

from scrimp.tuning.policies import Always, Policy, play
from scrimp.tuning.recorded_row import RecordedRow, answer_of


class Interval(Struct, frozen=True):
    """A figure and the interval around it."""

    value: float
    low: float
    high: float


class PolicyMetrics(Struct, frozen=True, kw_only=True):
    """A policy beside all-flagship; shares of 1, `cost` in dollars for all rows."""

    rows: int
    labelled: int  # of them, those on which both the policy's and the flagship's score are known
    kept: Interval | None  # mean score / the flagship's; None where nothing labelled has a score above zero
    flagship_share: Interval
    saved: Interval
    cost: float
    calls: float  # a row


class Oracle(Struct, frozen=True):
    """What asking the cheapest of the best models on each prompt would keep and save: no policy does better."""

    kept: float | None
    saved: float


def measure(policy: Policy, recorded: Sequence[RecordedRow], flagship: str, risk: float = 0.05) -> PolicyMetrics:
    """Return what a policy came to, with two-sided intervals that miss with probability `risk`.

    Kept and saved are ratios of paired sums, with the delta method's interval (Cochran, Sampling Techniques, 3rd ed.
    1977, section 6.4); the flagship's share has Wilson's (JASA 22, 1927). Raises ValueError without rows and
    InputError where a row lacks a model.
    """
    if not recorded:
        raise ValueError("nothing is recorded")
    played = [play(policy, row, flagship) for row in recorded]
    tops = [answer_of(row, flagship) for row in recorded]
    pairs = [(one.score, top.score) for one, top in zip(played, tops, strict=True)]
    scores = [(one, top) for one, top in pairs if one is not None and top is not None]
    costs = _ratio([(one.cost, top.cost) for one, top in zip(played, tops, strict=True)], risk)
    cost = costs or Interval(1.0, 1.0, 1.0)
    return PolicyMetrics(
        rows=len(recorded),
        labelled=len(scores),
        kept=_ratio(scores, risk),
        flagship_share=_wilson(sum(one.flagship for one in played), len(played), risk),
        saved=Interval(1 - cost.value, 1 - cost.high, 1 - cost.low),
        cost=sum(one.cost for one in played),
        calls=fmean(one.calls for one in played),
    )


def oracle(recorded: Sequence[RecordedRow], pool: Iterable[str], flagship: str) -> Oracle:
    """Return what the best choice for every prompt would have come to, made knowing the scores."""
    models = (*pool, flagship)
    score = top_score = cost = top_cost = 0.0
    for row in recorded:
        best = min((answer_of(row, model) for model in models), key=lambda one: (-(one.score or 0.0), one.cost))
        top = answer_of(row, flagship)
        score += best.score or 0.0
        top_score += top.score or 0.0
        cost += best.cost
        top_cost += top.cost
    return Oracle(score / top_score if top_score else None, 1 - cost / top_cost if top_cost else 0.0)


def frontier(
    recorded: Sequence[RecordedRow], candidates: Iterable[Policy], flagship: str
) -> list[tuple[Policy, PolicyMetrics]]:
    """Return all-flagship and the policies, as measured, the dearest first."""
    every = (Always(flagship), *candidates)
    return sorted(((one, measure(one, recorded, flagship)) for one in every), key=lambda pair: -pair[1].cost)


def _ratio(pairs: Sequence[tuple[float, float]], risk: float) -> Interval | None:
    below = sum(second for _, second in pairs)
    if below <= 0:
        return None
    ratio = sum(first for first, _ in pairs) / below
    spread = 0.0
    if len(pairs) > 1:
        residual = sum((first - ratio * second) ** 2 for first, second in pairs)
        spread = math.sqrt(residual * len(pairs) / (len(pairs) - 1)) / below
    reach = _z(risk) * spread
    return Interval(ratio, ratio - reach, ratio + reach)


def _wilson(count: int, total: int, risk: float) -> Interval:
    z = _z(risk)
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    reach = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return Interval(share, max(0.0, middle - reach), min(1.0, middle + reach))


def _z(risk: float) -> float:
    return NormalDist().inv_cdf(1 - risk / 2)
