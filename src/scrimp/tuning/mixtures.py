"""Mixtures: a policy for each task, chosen together, so that money is saved where it costs least quality.

What counts for who pays one bill is what all tasks keep together: a task on which cheap models lose nothing makes up
for one on which they lose a little. Of all ways to give each task a policy, those are worth a look that no other beats
both in score and in cost; they are found task by task, since the sums of two tasks are best only where both parts are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from scrimp.tuning.policies import Always, PerSignature, Policy, replay
from scrimp.tuning.policy_metrics import PolicyMetrics, measure, score_pairs
from scrimp.tuning.recorded_row import RecordedRow, answer_of

_MIN_ROWS = 20  # rows of a task with a policy of its own; smaller tasks share one
_MAX_MIXTURES = 2_000


class Mixture(Struct, frozen=True):
    """A policy for each task, with their joint metrics on the rows they were chosen by."""

    policy: PerSignature
    kept: float
    error: float  # the standard error of what is kept
    saved: float


class TaskResult(Struct, frozen=True):
    """How a mixture's policy performed on one task; shares of 1."""

    signature: str
    policy: Policy
    measured: PolicyMetrics


class _Part(Struct, frozen=True):
    """Policies by signature, and the sum of their gains over the flagship on the rows of those tasks."""

    choices: Mapping[str, Policy]
    score: float
    squares: float  # sum of squared differences in score
    saved: float  # dollars


def best_mixtures(
    rows: Sequence[RecordedRow], listing: Callable[[Sequence[RecordedRow]], Iterable[Policy]], flagship: str
) -> tuple[Mixture, ...]:
    """Return the mixtures that no other beats both in what is kept and in what is saved, the most careful first.

    `listing` returns the policies of a task by its rows. Tasks with few rows share a policy. Scores that are not
    labeled are taken for the worst. Raises ValueError if the flagship is never right or costs nothing.
    """
    top = sum(pair.flagship_score for pair in score_pairs(rows, Always(flagship), flagship))
    cost = sum(answer_of(row, flagship).cost for row in rows)
    if top <= 0 or cost <= 0:
        raise ValueError(f"nothing can be compared with {flagship}")
    found = [_Part({}, 0.0, 0.0, 0.0)]
    for members in _tasks(rows):
        options = list(_options(members, listing(members), flagship))
        found = _undominated(
            _Part(
                {**one.choices, **other.choices}, one.score + other.score, one.squares + other.squares,
                one.saved + other.saved,
            )
            for one in found
            for other in options
        )  # fmt: skip
    return tuple(
        Mixture(
            PerSignature(part.choices, Always(flagship)), 1 + part.score / top, math.sqrt(part.squares) / top,
            part.saved / cost,
        )
        for part in reversed(found)
    )  # fmt: skip


def cheapest_keeping(mixtures: Sequence[Mixture], target: float) -> Mixture:
    """Return the mixture that saves most of those that kept the target with a standard error to spare.

    What just kept it on the rows it was chosen by keeps less on others half of the time, and more than half since it
    was chosen for it (the one-standard-error rule of Breiman et al. 1984). The most careful one where none did.
    """
    sure = (one for one in mixtures if one.kept - one.error >= target)
    return max(sure, key=lambda one: one.saved, default=mixtures[0])


def measure_tasks(policy: PerSignature, rows: Sequence[RecordedRow], flagship: str) -> list[TaskResult]:
    """Return how the policy performed on each of its tasks that has rows, in order of name."""
    by_task = _by_task(rows)
    return [
        TaskResult(signature, chosen, measure(chosen, by_task[signature], flagship))
        for signature, chosen in sorted(policy.choices.items())
        if signature in by_task
    ]


def _by_task(rows: Iterable[RecordedRow]) -> Mapping[str, list[RecordedRow]]:
    by_task: defaultdict[str, list[RecordedRow]] = defaultdict(list)
    for row in rows:
        by_task[row.signature].append(row)
    return by_task


def _tasks(rows: Iterable[RecordedRow]) -> list[list[RecordedRow]]:
    by_task = _by_task(rows)
    large = [members for _, members in sorted(by_task.items()) if len(members) >= _MIN_ROWS]
    small = [row for members in by_task.values() if len(members) < _MIN_ROWS for row in members]
    return [*large, small] if small else large


def _options(rows: Sequence[RecordedRow], policies: Iterable[Policy], flagship: str) -> Iterator[_Part]:
    signatures = {row.signature for row in rows}
    top_cost = sum(answer_of(row, flagship).cost for row in rows)
    yield _Part(dict.fromkeys(signatures, Always(flagship)), 0.0, 0.0, 0.0)
    for policy in policies:
        gains = [pair.score - pair.flagship_score for pair in score_pairs(rows, policy, flagship)]
        cost = sum(replay(policy, row, flagship).cost for row in rows)
        choices = dict.fromkeys(signatures, policy)
        yield _Part(choices, sum(gains), sum(gain * gain for gain in gains), top_cost - cost)


def _undominated(parts: Iterable[_Part]) -> list[_Part]:
    """Return those that no other beats in both respects, the most saved first; evenly thinned where they are many."""
    best: list[_Part] = []
    for part in sorted(parts, key=lambda one: (-one.saved, -one.score)):
        if not best or part.score > best[-1].score:
            best.append(part)
    step = -(-len(best) // _MAX_MIXTURES)
    return best if step <= 1 else [*best[:-1:step], best[-1]]
