"""What the embedded model keeps of an answer beside BM25, both together and chance, and what it takes.

    python tests/bench/scorer.py QA.jsonl MODEL.gguf [--items 10] [--jsonl SCORES]

QA.jsonl holds an item a line: id, type, text (with the question at its end), question, answers, perhaps gold_sentence.
An answer is kept where its sentence is (or, without one, some wording of it). Times are of this process's processors,
which other work on the machine does not lengthen. With --jsonl the model's scores are kept and not computed again.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from scrimp.compress.extract.bm25 import relevance
from scrimp.compress.extract.focus import Piece, focus
from scrimp.compress.extract.sentences import is_break, label_rank, split_sentences
from scrimp.compress.options import Scorer
from scrimp.transport.local.scoring import LanguageModel, mutual_information, open_model

TYPES = ("rag", "qa_article", "multilingual")
RATIOS = (0.6, 0.4, 0.2)
DRAWS = 20  # of chance, for each item
ROWS = ("BM25", "question given sentence", "the same, with neighbors", "BM25 and the model", "chance")
BEFORE, AFTER = 0.3, 0.1  # as BM25 has it

Said = dict[str, dict[str, Any]]  # scorer -> scores, seconds


def items(path: Path, most: int) -> Iterator[dict[str, Any]]:
    """Yield the first items of each type that have a question, with their context alone."""
    seen: dict[str, int] = defaultdict(int)
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        if item["type"] in TYPES and "question" in item and seen[item["type"]] < most:
            seen[item["type"]] += 1
            before = item["text"][: item["text"].rindex(item["question"].strip())]
            context = re.sub(r"\s*Question:\s*$", "", before).rstrip()
            start = context.index("Document [1]") if item["type"] == "rag" else 0
            yield item | {"context": context[start:]}


def scored(item: dict[str, Any], scorer: Scorer) -> dict[str, Any]:
    """Return what a scorer says of each unit of an item, and the seconds it took."""
    units, started = split_sentences(item["context"]), time.process_time()
    scores = list(scorer(units, item["question"]))
    return {"scores": scores, "seconds": time.process_time() - started}


def standard(scores: Sequence[float], units: Sequence[str]) -> list[float]:
    """Return scores with mean 0 and deviation 1 over the sentences."""
    told = [score for score, unit in zip(scores, units, strict=True) if is_sentence(unit)]
    mean, deviation = fmean(told), pstdev(told) or 1.0
    return [(score - mean) / deviation for score in scores]


def is_sentence(unit: str) -> bool:
    """Return whether a unit is neither a line break nor a label."""
    return not is_break(unit) and label_rank(unit) is None


def with_neighbors(scores: Sequence[float], units: Sequence[str]) -> list[float]:
    """Return scores with a share of those of the sentences beside them."""
    places = [index for index, unit in enumerate(units) if is_sentence(unit)]
    line, shared = [0.0, *(scores[index] for index in places), 0.0], [0.0] * len(units)
    for at, index in enumerate(places, start=1):
        shared[index] = line[at] + BEFORE * line[at - 1] + AFTER * line[at + 1]
    return shared


def scorers(said: Said, seed: int) -> dict[str, Scorer]:
    """Return a scorer for each row of the table."""
    told, chance = said["mutual_information"]["scores"], random.Random(seed)

    def both(units: Sequence[str], query: str) -> list[float]:
        words, model = standard(relevance(units, query), units), standard(told, units)
        return [word + other for word, other in zip(words, model, strict=True)]

    each: tuple[Scorer, ...] = (
        relevance,
        lambda _units, _query: told,
        lambda units, _query: with_neighbors(standard(told, units), units),
        both,
        lambda units, _query: [chance.random() for _ in units],
    )
    return dict(zip(ROWS, each, strict=True))


def is_kept(item: dict[str, Any], kept: str) -> bool:
    """Return whether the sentence of the answer is left, or else an answer."""
    wanted = [item["gold_sentence"]] if "gold_sentence" in item else item["answers"]
    return any(one.strip() in kept for one in wanted)


def seconds(item: dict[str, Any]) -> float:
    """Return what `focus` takes by itself, BM25 and all."""
    started = time.process_time()
    for _ in range(5):
        focus([Piece(item["context"], True)], item["question"], keep=RATIOS[0])
    return (time.process_time() - started) / 5


def milliseconds(row: str, all_items: Sequence[dict[str, Any]], all_said: dict[str, Said]) -> float:
    """Return what a row takes for a kilobyte."""
    plain = sum(map(seconds, all_items))
    model = (
        0.0 if row in {"BM25", "chance"} else sum(said["mutual_information"]["seconds"] for said in all_said.values())
    )
    return 1000 * (plain + model) / (sum(len(item["context"].encode()) for item in all_items) / 1000)


def table(all_items: Sequence[dict[str, Any]], all_said: dict[str, Said]) -> Iterator[str]:
    """Yield the lines of a table: the share of answers kept of each type at each ratio, and milliseconds a kilobyte."""
    counts = {kind: sum(item["type"] == kind for item in all_items) for kind in TYPES}
    heads = [f"{kind} {keep}" for kind in TYPES for keep in RATIOS]
    yield f"{sum(len(item['context'].encode()) for item in all_items) / 1000:.0f} kB; items: {counts}"
    yield "| | " + " | ".join(heads) + " | ms/kB |"
    yield "|---" * (len(heads) + 2) + "|"
    for row in ROWS:
        shares = [share(row, kind, keep, all_items, all_said) for kind in TYPES for keep in RATIOS]
        took = milliseconds(row, all_items, all_said)
        yield f"| {row} | " + " | ".join(f"{value:.1%}" for value in shares) + f" | {took:.1f} |"


def share(row: str, kind: str, keep: float, all_items: Sequence[dict[str, Any]], all_said: dict[str, Said]) -> float:
    """Return the part of a type's answers that a row keeps."""
    hits = []
    for item in all_items:
        if item["type"] == kind:
            for seed in range(DRAWS if row == "chance" else 1):
                scorer = scorers(all_said[item["id"]], seed)[row]
                hits.append(
                    is_kept(item, focus([Piece(item["context"], True)], item["question"], keep=keep, scorer=scorer)[0])
                )
    return fmean(hits) if hits else float("nan")


def remembered(path: Path | None) -> dict[str, Said]:
    """Return the scores kept so far."""
    said: dict[str, Said] = defaultdict(dict)
    if path and path.exists():
        for line in map(json.loads, path.read_text("utf-8").splitlines()):
            said[line["id"]][line["by"]] = line["said"]
    return said


def ask(
    all_items: Sequence[dict[str, Any]], model: LanguageModel, by: dict[str, Any], said: dict[str, Said]
) -> Iterator[str]:
    """Ask the model for what is not known; yield it, a line for each item and scorer."""
    for item in all_items:
        for name, scorer in by.items():
            if name not in said[item["id"]]:
                said[item["id"]][name] = scored(item, scorer(model))
                yield json.dumps({"id": item["id"], "by": name, "said": said[item["id"]][name]}) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("items", type=Path, metavar="QA.jsonl")
    parser.add_argument("model", type=Path, metavar="MODEL.gguf")
    parser.add_argument("--items", type=int, default=10, dest="most", help="of each type")
    parser.add_argument("--jsonl", type=Path, default=Path("/dev/null"), help="where scores are kept")
    words = parser.parse_args()
    all_items = list(items(words.items, words.most))
    said = remembered(words.jsonl)
    by = {"mutual_information": mutual_information}
    with open_model(words.model, "embedded") as model, words.jsonl.open("a", encoding="utf-8") as out:
        for line in ask(all_items, model, by, said):
            out.write(line)
            out.flush()
    print("\n".join(table(all_items, {item["id"]: said[item["id"]] for item in all_items})))


if __name__ == "__main__":
    main()
