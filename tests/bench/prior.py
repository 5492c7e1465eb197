"""What the prior of `--tier auto` is worth: learned from recorded outcomes, reported on others.

    python tests/bench/prior.py ../shared/data/routing            # the table; --write also writes prior.json

Rows whose sha256(id) is even are learned from, odd ones reported. APGR is the share of the gap between a cheap
model and a flagship that an order of prompts recovers (tuning/performance_gap.py): 0.5 is chance. Leave-one-task-out
means that the rows of a task are ordered by what the rows of all others taught.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import fmean

import msgspec
from msgspec import Struct

from scrimp.routing.prior import difficulty
from scrimp.routing.prior.demands import Told
from scrimp.routing.prior.difficulty import DemandGain, ExamModel, Prior, shipped_prior
from scrimp.routing.prior.exam import exam_features
from scrimp.routing.tiers import TIERS, told_of
from scrimp.tuning.statistics.performance_gap import gap_recovered

# Cheap models and flagships of each recording: those of a kind that a user would pair.
PAIRS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "zeroeval-gsm": (
        ("gpt-4o-mini-2024-07-18", "claude-3-haiku-20240307", "Meta-Llama-3.1-8B-Instruct"),
        ("claude-3-5-sonnet-20241022", "gpt-4o-2024-08-06"),
    ),
    "zeroeval-crux": (
        ("gpt-4o-mini-2024-07-18", "claude-3-haiku-20240307", "Meta-Llama-3.1-8B-Instruct"),
        ("claude-3-5-sonnet-20241022", "gpt-4o-2024-08-06"),
    ),
    "routellm-mmlu": (("Mixtral-8x7B-Instruct-v0.1",), ("gpt-4-1106-preview",)),
    "routellm-gsm8k": (("Mixtral-8x7B-Instruct-v0.1",), ("gpt-4-1106-preview",)),
    "llmrouter-9small": (
        ("gemma-2-9b-it", "llama-3.1-8b-instruct", "qwen2.5-7b-instruct", "mistral-7b-instruct-v0.3"),
        ("llama-3.1-nemotron-51b-instruct", "llama-3.3-nemotron-super-49b-v1"),
    ),
}
# Demands of fewer than 200 recordings, or (puzzles, competitions) of those of models that all fail: set by judgment.
JUDGED = {
    "greeting": 0.0, "short text": 0.02, "translation": 0.03, "editing": 0.02, "classification": 0.03,
    "extraction": 0.08, "summary": 0.08, "explanation": 0.08, "writing": 0.08, "roleplay": 0.05,
    "advice": 0.08, "long text": 0.1, "open-ended": 0.1, "proof": 0.3, "puzzle": 0.25, "hard code": 0.25,
    "competition mathematics": 0.25, "mathematics": 0.12,
}  # fmt: skip
MEDIUM_FROM, HIGH_FROM, PSEUDO_PAIRS = 0.08, 0.15, 8
_FORMAT_SHARE = 1 / 3  # of the best cheap model's score on a task: one below it mostly breaks the format there
_FEWEST = 40  # rows that a demand is learned from
_RIDGE = 100.0


class Row(Struct):
    """A recorded prompt, what it demands, and the scores of each pair of models."""

    task: str
    even: bool
    told: Told
    text: str
    scores: Mapping[str, float]


def rows_of(folder: Path, name: str) -> list[Row]:
    """Read a recording."""
    return list(_rows(folder / f"{name}.jsonl.gz"))


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            even = not int(sha256(row["id"].encode()).hexdigest(), 16) % 2
            scores = {model: reply["score"] for model, reply in row["models"].items()}
            yield Row(row["task"], even, told_of(row["prompt"], None), row["prompt"], scores)


def demand_gains(recordings: Mapping[str, Sequence[Row]]) -> dict[str, DemandGain]:
    """Return the gain of each demand: the mean over recordings of the mean over their pairs of models.

    A cheap model that mostly breaks the format of a task does not count there.
    """
    gains: defaultdict[str, list[float]] = defaultdict(list)
    counts: defaultdict[str, int] = defaultdict(int)
    for name, rows in recordings.items():
        cheap, flagships = PAIRS[name]
        broken = _format_breakers(rows, cheap)
        by_demand: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_demand[row.told.demand].append(row)
        for demand, members in by_demand.items():
            if len(members) < _FEWEST:
                continue
            by_pair = [
                fmean(row.scores[top] - row.scores[low] for row in able)
                for low in cheap
                if len(able := [row for row in members if (row.task, low) not in broken]) >= _FEWEST
                for top in flagships
            ]
            gains[demand].append(fmean(by_pair))
            counts[demand] += len(members)
    learned = {demand: DemandGain(round(fmean(values), 3), counts[demand]) for demand, values in gains.items()}
    judged = {demand: DemandGain(gain) for demand, gain in JUDGED.items()}
    return {**learned, **judged}


def _format_breakers(rows: Sequence[Row], models: Sequence[str]) -> set[tuple[str, str]]:
    tasks: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        tasks[row.task].append(row)
    broken = set()
    for task, members in tasks.items():
        means = {model: fmean(row.scores[model] for row in members) for model in models}
        broken |= {(task, model) for model, mean in means.items() if mean < _FORMAT_SHARE * max(means.values())}
    return broken


def fit_exam(rows: Sequence[Row], cheap: str, flagship: str) -> ExamModel:
    """Fit the gain on exam questions to their form, by ridge regression on standardized features."""
    exams = [row for row in rows if row.told.shape is not None]
    features = [exam_features(row.told.shape) for row in exams if row.told.shape is not None]
    gains = [row.scores[flagship] - row.scores[cheap] for row in exams]
    names, mean_gain = list(features[0]), fmean(gains)
    means = {name: fmean(each[name] for each in features) for name in names}
    spread = {name: fmean((each[name] - means[name]) ** 2 for each in features) ** 0.5 or 1.0 for name in names}
    z = [[(each[name] - means[name]) / spread[name] for name in names] for each in features]
    matrix = [
        [sum(row[i] * row[j] for row in z) + _RIDGE * (i == j) for j in range(len(names))] for i in range(len(names))
    ]
    target = [sum(row[i] * (gain - mean_gain) for row, gain in zip(z, gains, strict=True)) for i in range(len(names))]
    solved = _solve(matrix, target)
    weights = {name: round(w / spread[name], 4) for name, w in zip(names, solved, strict=True)}
    intercept = mean_gain - sum(weights[name] * means[name] for name in names)
    return ExamModel(round(intercept, 4), weights)


def _solve(matrix: Sequence[Sequence[float]], target: Sequence[float]) -> list[float]:
    """Solve a positive definite system by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, target, strict=True)]
    size = len(rows)
    for at in range(size):
        pivot = rows[at][at]
        for below in range(at + 1, size):
            factor = rows[below][at] / pivot
            rows[below] = [value - factor * above for value, above in zip(rows[below], rows[at], strict=True)]
    solution = [0.0] * size
    for at in reversed(range(size)):
        known = sum(rows[at][right] * solution[right] for right in range(at + 1, size))
        solution[at] = (rows[at][size] - known) / rows[at][at]
    return solution


def learn(recordings: Mapping[str, Sequence[Row]]) -> Prior:
    """Learn the prior from the even rows."""
    even = {name: [row for row in rows if row.even] for name, rows in recordings.items()}
    (cheap,), (flagship,) = PAIRS["routellm-mmlu"]
    exam = fit_exam(even["routellm-mmlu"], cheap, flagship)
    gains = demand_gains(even)
    return Prior(MEDIUM_FROM, HIGH_FROM, PSEUDO_PAIRS, dict(sorted(gains.items())), exam)


def apgr(rows: Sequence[Row], priorities: Sequence[float], cheap: str, flagship: str) -> str:
    """Return the APGR of an order as a cell: with the sd of a random order; empty where there is no gap."""
    found = gap_recovered(priorities, [row.scores[cheap] for row in rows], [row.scores[flagship] for row in rows])
    return "" if found is None else f"{found.apgr:.3f} (sd {found.random_sd:.3f})"


def report(recordings: Mapping[str, Sequence[Row]], prior: Prior) -> None:
    """Print the table: by tier and by expected gain, on the odd rows."""
    print(f"{'recording':18} {'cheap':28} {'flagship':34} {'by tier':18} by expected gain")
    for name, rows in recordings.items():
        odd = [row for row in rows if not row.even]
        gains = [prior.gain(row.told) for row in odd]
        tiers = [float(TIERS.index(prior.tier(gain))) for gain in gains]
        shares = ", ".join(f"{tier} {tiers.count(at) / len(odd):.0%}" for at, tier in enumerate(TIERS))
        print(f"{name}: {len(odd)} odd rows; {shares}")
        for low in PAIRS[name][0]:
            for top in PAIRS[name][1]:
                print(f"{'':18} {low:28} {top:34} {apgr(odd, tiers, low, top):18} {apgr(odd, gains, low, top)}")
    _report_left_out(recordings, prior)


def _report_left_out(recordings: Mapping[str, Sequence[Row]], prior: Prior) -> None:
    rows = recordings["routellm-mmlu"]
    (low,), (top,) = PAIRS["routellm-mmlu"]
    odd = [row for row in rows if not row.even]
    gains: dict[int, float] = {}
    for task in {row.task for row in rows}:
        exam = fit_exam([row for row in rows if row.even and row.task != task], low, top)
        other = msgspec.structs.replace(prior, exam=exam)
        gains.update({id(row): other.gain(row.told) for row in odd if row.task == task})
    ordered = [gains[id(row)] for row in odd]
    tiers = [float(TIERS.index(prior.tier(gain))) for gain in ordered]
    by_tier, by_gain = apgr(odd, tiers, low, top), apgr(odd, ordered, low, top)
    print(f"routellm-mmlu, leave-one-task-out: by tier {by_tier}, by gain {by_gain}")


def main() -> None:
    """Learn, report, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="write what was learned to prior.json")
    asked = parser.parse_args()
    recordings = {name: rows_of(asked.folder, name) for name in PAIRS}
    prior = learn(recordings) if asked.write else shipped_prior()
    if asked.write:
        path = Path(difficulty.__file__).parent / "prior.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(prior), indent=1) + b"\n")
    for demand, known in sorted(prior.demands.items(), key=lambda each: each[1].gain):
        print(f"{demand:24} {known.gain:6.3f} {prior.tier(known.gain):7} {known.pairs or 'judged'}")
    print(prior.exam)
    report(recordings, prior)


if __name__ == "__main__":
    main()
