"""Means with 95 % intervals by the bootstrap (Efron, 1979).

Texts are drawn, each with all of its questions: those on one text are not independent.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and the interval that holds it 95 times in a hundred."""

    value: float
    low: float
    high: float


def mean(values: Mapping[str, float], contexts: Mapping[str, str], *, seed: int) -> Mean:
    """Return the mean of the values, by question; `contexts` says on which text each is asked."""
    sums: dict[str, list[float]] = defaultdict(list)
    for question, value in values.items():
        sums[contexts[question]].append(value)
    groups = [(sum(group), len(group)) for group in sums.values()]
    chance = random.Random(seed)
    means = sorted(_ratio(chance.choices(groups, k=len(groups))) for _ in range(_DRAWS))
    return Mean(_ratio(groups), means[int(0.025 * _DRAWS)], means[int(0.975 * _DRAWS) - 1])


def difference(
    values: Mapping[str, float], beside: Mapping[str, float], contexts: Mapping[str, str], *, seed: int
) -> Mean:
    """Return the mean of the differences question by question."""
    return mean({question: value - beside[question] for question, value in values.items()}, contexts, seed=seed)


def _ratio(groups: Sequence[tuple[float, int]]) -> float:
    return sum(total for total, _ in groups) / sum(count for _, count in groups)
