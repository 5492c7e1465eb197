"""How well task signatures tell tasks apart: `python tests/bench/signature.py ROUTING_FOLDER COMPRESSION_FOLDER`.

For each recorded task: how many signatures its prompts have, the share of its pairs of prompts with the same one, the
share of bare prompts, whose signature is only their kind, and the other tasks with the same most frequent signature.
Then over all tasks: pairs of prompts of different tasks with the same signature. And the time a prompt took beside one
hash of its text.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.recorded import is_odd, rows
from scrimp.routing.skeleton import skeleton
from scrimp.routing.task_signature import text_signature

SETS = ("zeroeval-gsm", "zeroeval-crux", "routellm-mmlu", "routellm-gsm8k", "llmrouter-9small")


def prompts(routing: Path, compression: Path, *, odd: bool) -> Iterator[tuple[str, str]]:
    """Yield the task and the text of every prompt; mmlu is one task, since its prompts do not show the subject."""
    for name in SETS:
        for row in rows(routing, name):
            if is_odd(row["id"]) == odd:
                yield f"{name.split('-')[0]}/{row['task'].split('/')[0]}", row["prompt"]
    for file in ("prompts", "qa"):
        for line in (compression / f"{file}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if is_odd(row["id"]) == odd:
                yield f"compression/{row['type']}", row["text"]


def same(counts: Counter[str]) -> float:
    """Return the share of pairs that are equal."""
    size = counts.total()
    return sum(count * (count - 1) for count in counts.values()) / (size * (size - 1)) if size > 1 else 1.0


def main() -> None:
    """Print one line for each task, then what holds over all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("routing", type=Path)
    parser.add_argument("compression", type=Path)
    parser.add_argument(
        "--even", action="store_true", help="measure the even rows, which may be looked at, instead of the odd ones"
    )
    options = parser.parse_args()
    tasks: dict[str, Counter[str]] = {}
    texts = []
    bare: Counter[str] = Counter()
    for task, text in prompts(options.routing, options.compression, odd=not options.even):
        tasks.setdefault(task, Counter())[text_signature(text)] += 1
        bare[task] += not skeleton(text)
        texts.append(text)
    most = {task: counts.most_common(1)[0][0] for task, counts in tasks.items()}
    print(f"{'task':34}{'prompts':>8}{'names':>7}{'same':>8}{'bare':>8}  shares its most frequent with")
    for task, counts in tasks.items():
        others = [other for other in tasks if other != task and most[other] == most[task]]
        print(
            f"{task:34}{counts.total():8}{len(counts):7}{same(counts):8.1%}{bare[task] / counts.total():8.1%}"
            f"  {', '.join(others)}"
        )
    print(f"pairs across tasks with equal signature {across(tasks):.2%}, templated ones {across(tasks, bare):.2%}")
    print(timing(texts))


def across(tasks: dict[str, Counter[str]], bare: Counter[str] | None = None) -> float:
    """Return the share of pairs across tasks that are equal; with `bare`, among tasks that are mostly templated."""
    names = [task for task in tasks if bare is None or 2 * bare[task] < tasks[task].total()]
    equal = total = 0
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            equal += sum(count * tasks[other][name] for name, count in tasks[one].items())
            total += tasks[one].total() * tasks[other].total()
    return equal / total if total else 0.0


def timing(texts: list[str]) -> str:
    """Return what a prompt took, and what hashing alone would have taken."""
    small = [text for text in texts if 500 <= len(text) <= 1500]
    ours = _spent(small, lambda text: text_signature(text, kind="question"))
    whole = _spent(small, text_signature)
    plain = _spent(small, lambda text: sha256(text.encode()).hexdigest())
    size = sum(map(len, small)) / len(small)
    return (
        f"{ours:.1f} us a prompt of {size:.0f} characters where the kind of task is known, {whole:.1f} us where it is "
        f"not; a sha256 of the text {plain:.1f} us"
    )


def _spent(texts: list[str], read: Callable[[str], str]) -> float:
    """Return the microseconds a text took."""
    started = process_time()
    for text in texts:
        read(text)
    return (process_time() - started) / len(texts) * 1e6


if __name__ == "__main__":
    main()
