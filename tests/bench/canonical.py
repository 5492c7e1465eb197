"""How well canonical answers tell equal answers: `python tests/bench/canonical.py FOLDER [--even]`.

For every pair of models: how often they agree (agree), how often both are recorded as right or with the same answer
where they agree (precision; by gold: or both are the gold answer, which the recorded reading may have missed), and how
often they agree where both are recorded as right (recall). For every completion: whether its canonical text equals that
of the gold answer exactly where it was recorded as right (accuracy). And the time each took, beside one `json.loads`
(or `str.split`, where a completion is not JSON) of the same texts in the same run.
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


def agreement(rows: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """Return over all pairs of models: agree rate, precision, precision where the gold answer counts too, recall."""
    agreed = precise = by_gold = both_right = recalled = count = 0
    for row in rows:
        for first, second in combinations(row["models"].values(), 2):
            agree = first["canonical"] is not None and first["canonical"] == second["canonical"]
            right = bool(first["score"]) and bool(second["score"])
            good = agree and (right or first.get("answer") == second.get("answer"))
            count += 1
            agreed += agree
            precise += good
            by_gold += good or (agree and first["canonical"] == row["gold"])
            both_right += right
            recalled += agree and right
    return agreed / count, precise / agreed, by_gold / agreed, recalled / both_right


def golds(folder: Path) -> dict[str, str]:
    """Return the gold answers of all sets by their question, so that a set without them may borrow."""
    known = (row for name in SETS for row in rows_of(folder, name) if "gold" in row)
    return {question(row["prompt"]): str(row["gold"]) for row in known}


def question(prompt: str) -> str:
    """Return the question of a prompt without the template around it."""
    return prompt.partition("## Question:")[2].partition("## Instruction")[0].strip() or prompt.strip()


def accuracy(rows: list[dict[str, Any]]) -> float:
    """Return the share of completions whose canonical text is the gold's exactly where they were recorded as right."""
    correct = [
        (model["canonical"] == row["gold"]) == bool(model["score"])
        for row in rows
        for model in row["models"].values()
        if row["gold"] is not None
    ]
    return sum(correct) / len(correct)


def plain(text: str) -> object:
    """Read a completion the cheapest way there is."""
    try:
        return json.loads(text)
    except ValueError:
        return text.split()


def timed(read: Callable[[str], object], texts: Iterable[str]) -> tuple[list[object], float]:
    """Return the results, and the microseconds a text took."""
    started = process_time()
    results = [read(text) for text in texts]
    return results, (process_time() - started) / max(1, len(results)) * 1e6


def main() -> None:
    """Print one line for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--even", action="store_true", help="measure the even rows, which may be looked at, instead of the odd ones"
    )
    options = parser.parse_args()
    known = golds(options.folder)
    heads = ("rows", "agree", "precision", "by gold", "recall", "accuracy", "us", "plain us")
    print(f"{'set':15}" + "".join(f"{head:>10}" for head in heads))
    for name in SETS:
        rows = half(options.folder, name, odd=not options.even)
        models = [model for row in rows for model in row["models"].values()]
        texts = [model["out"] for model in models]
        canonical(texts[0])  # imports and compiled patterns are not part of a row's time
        read, cost = timed(canonical, texts)
        _, baseline = timed(plain, texts)
        for model, text in zip(models, read, strict=True):
            model["canonical"] = text
        for row in rows:
            row["gold"] = canonical(known.get(question(row["prompt"]), ""))
        shares = "".join(f"{share:10.2%}" for share in (*agreement(rows), accuracy(rows)))
        print(f"{name:15}{len(rows):10}{shares}{cost:10.1f}{baseline:10.1f}")


if __name__ == "__main__":
    main()
