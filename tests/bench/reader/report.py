"""The tables of the reader: how well each arm is answered, and the differences that matter with their intervals."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.reader.intervals import Mean, difference, mean
from bench.reader.journal import Answer, Task
from bench.reader.scores import exact, f1, says

Scores = Mapping[str, float]  # by question
# What is answered, and in which columns.
MEASURES: dict[str, Callable[[Answer, Task], float]] = {
    "exact": lambda answer, task: exact(answer.completion, task.question.answers),
    "F1": lambda answer, task: f1(answer.completion, task.question.answers),
    "says it": lambda answer, task: says(answer.completion, task.question.answers),
    "likelihood": lambda answer, _task: answer.likelihood,
}
_PAIRS = (
    ("focus 0.6", "whole"),
    ("focus 0.4", "whole"),
    ("focus 0.6", "sentences 0.6"),
    ("focus 0.4", "sentences 0.4"),
    ("focus 0.6", "words 0.6"),
    ("focus 0.4", "words 0.4"),
    ("sentences 0.6", "whole"),
    ("nothing", "whole"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """A task with its answer."""

    task: Task
    answer: Answer


def tables(results: Sequence[Result], count: Callable[[str], int], *, seed: int) -> str:
    """Return both tables, over the questions that every arm has answered; `count` counts tokens."""
    arms = list(dict.fromkeys(result.task.arm for result in results))
    by_arm = {arm: {each.task.question.id: each for each in results if each.task.arm == arm} for arm in arms}
    common = set.intersection(*(set(of_arm) for of_arm in by_arm.values())) if by_arm else set()
    if not common:
        return "no question has been answered in every arm yet"
    shared = {arm: [of_arm[each] for each in sorted(common)] for arm, of_arm in by_arm.items()}
    contexts = {each.task.question.id: each.task.question.source for each in shared[arms[0]]}
    scores = {arm: {name: _scores(shared[arm], measure) for name, measure in MEASURES.items()} for arm in arms}
    before = sum(count(each.task.question.context) for each in shared[arms[0]])
    head = f"{'':15}{'cut':>7}{'there':>7}" + "".join(f"{name:>20}" for name in MEASURES)
    lines = [f"{len(common)} questions on {len(set(contexts.values()))} texts; 95 % intervals", head]
    for arm in arms:
        cut = 1 - sum(count(each.task.context) for each in shared[arm]) / before
        there = statistics.fmean(says(each.task.context, each.task.question.answers) for each in shared[arm])
        means = (mean(scores[arm][name], contexts, seed=seed) for name in MEASURES)
        lines.append(f"{arm:15}{cut:7.1%}{there:7.1%}" + "".join(f"{_shown(each):>20}" for each in means))
    lines += ["", f"{'difference':29}" + "".join(f"{name:>20}" for name in MEASURES)]
    for arm, beside in _PAIRS:
        if arm in scores and beside in scores:
            gaps = (difference(scores[arm][name], scores[beside][name], contexts, seed=seed) for name in MEASURES)
            lines.append(f"{f'{arm} - {beside}':29}" + "".join(f"{_shown(each, '+'):>20}" for each in gaps))
    return "\n".join(lines)


def _scores(results: Iterable[Result], measure: Callable[[Answer, Task], float]) -> Scores:
    return {each.task.question.id: measure(each.answer, each.task) for each in results}


def _shown(each: Mean, sign: str = "") -> str:
    return f"{each.value:{sign}.2f} {each.low:{sign}.2f}..{each.high:{sign}.2f}"
