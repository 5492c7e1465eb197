"""What canonical answers are worth on recorded completions: `python tests/bench/canonical.py FOLDER [--even]`.

For every pair of models: how often they agree (agree), how often both are recorded as right or with the same answer
where they agree (precision; by gold: or both are the gold answer, which the recorded reading may have missed), and how
often they agree where both are recorded as right (recall). For every completion: whether its
canonical text equals that of the gold answer exactly where it was recorded as right (accuracy). And the time each
took, beside one `json.loads` (or `str.split`, where a completion is no JSON) of the same texts in the same run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.recorded import half
from bench.recorded import rows as rows_of
from scrimp.answers.canonical import canonical

SETS = ("zeroeval-gsm", "zeroeval-crux", "routellm-gsm8k")


def pairs(rows: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """Return over all pairs of models: agree rate, precision, precision where the gold answer counts too, recall."""
    agreed = sound = true = right = found = count = 0
    for row in rows:
        for first, second in combinations(row["models"].values(), 2):
            agree = first["canonical"] is not None and first["canonical"] == second["canonical"]
            both = bool(first["score"]) and bool(second["score"])
            good = agree and (both or first.get("answer") == second.get("answer"))
            count += 1
            agreed += agree
            sound += good
            true += good or (agree and first["canonical"] == row["gold"])
            right += both
            found += agree and both
    return agreed / count, sound / agreed, true / agreed, found / right


def golds(folder: Path) -> dict[str, str]:
    """Return the gold answers of all sets by their question, so that a set without them may borrow."""
    known = (row for name in SETS for row in rows_of(folder, name) if "gold" in row)
    return {question(row["prompt"]): str(row["gold"]) for row in known}


def question(prompt: str) -> str:
    """Return the question of a prompt without the template around it."""
    return prompt.partition("## Question:")[2].partition("## Instruction")[0].strip() or prompt.strip()


def accuracy(rows: list[dict[str, Any]]) -> float:
    """Return the share of completions whose canonical text is the gold's exactly where they were recorded as right."""
    told = [
        (model["canonical"] == row["gold"]) == bool(model["score"])
        for row in rows
        for model in row["models"].values()
        if row["gold"] is not None
    ]
    return sum(told) / len(told)


def plain(text: str) -> object:
    """Read a completion the cheapest way there is."""
    try:
        return json.loads(text)
    except ValueError:
        return text.split()


def timed(read: Callable[[str], object], texts: Iterable[str]) -> tuple[list[object], float]:
    """Return what was read, and the microseconds a text took."""
    begun = process_time()
    read_all = [read(text) for text in texts]
    return read_all, (process_time() - begun) / max(1, len(read_all)) * 1e6


def main() -> None:
    """Print one line for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--even", action="store_true", help="the rows one may look at, instead of those reported")
    asked = parser.parse_args()
    known = golds(asked.folder)
    heads = ("rows", "agree", "precision", "by gold", "recall", "accuracy", "us", "plain us")
    print(f"{'set':15}" + "".join(f"{head:>10}" for head in heads))
    for name in SETS:
        rows = half(asked.folder, name, odd=not asked.even)
        models = [model for row in rows for model in row["models"].values()]
        texts = [model["out"] for model in models]
        canonical(texts[0])  # what is imported and compiled once is no part of a row
        read, cost = timed(canonical, texts)
        _, beside = timed(plain, texts)
        for model, text in zip(models, read, strict=True):
            model["canonical"] = text
        for row in rows:
            row["gold"] = canonical(known.get(question(row["prompt"]), ""))
        shares = "".join(f"{share:10.2%}" for share in (*pairs(rows), accuracy(rows)))
        print(f"{name:15}{len(rows):10}{shares}{cost:10.1f}{beside:10.1f}")


if __name__ == "__main__":
    main()
