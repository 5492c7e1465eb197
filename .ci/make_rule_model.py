"""Train the model that tells rules for whoever answers from other sentences of documents: `make_rule_model.py`.

It learns from sentences put together of the lists in `.ci/rules/`, a file for each language: of rules ("Never promise a
refund"), of what reads like them ("No ship was to leave the harbor"), and from the sentences that tests hold; from
those of the passages of tests/bench/focus whose questions are not held out, of the manual, and of documents in
tests/compress/data, too. Its weights are written as whole numbers beside the module that reads with them.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from fitted_model import Lists, fitted, write

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

from scrimp.compress.instructions.rules import MODEL, ends_of, parts_of, sentences_in  # noqa: E402 - the one made here
from scrimp.compress.instructions.vocabulary import fold  # noqa: E402 - as above
from scrimp.word_lists import read_lists  # noqa: E402 - as above

RULES = Path(__file__).parent / "rules"
PROSE = ("article", "rag", "multilingual", "issue", "mail", "changelog", "markdown")  # of the corpus
FILLED, FACTS = 25, 250  # times that an entry with slots is made, and one of facts
TAIL = 0.2  # the share of sentences with more words at their end
PENALTY = 0.1  # of the squares of the weights
ENDS = {"chinese": "\u3002", "japanese": "\u3002", "hindi": "\u0964", "bengali": "\u0964"}

Example: TypeAlias = tuple[str, bool]  # a sentence, and whether it is a rule


def stated() -> Iterator[str]:
    """Yield sentences that are not rules: of passages beside questions that are not held out, and of other texts."""
    passages: list[str] = [path.read_text("utf-8") for path in (ROOT / "src/scrimp/manual").glob("*.md")]
    for path in (ROOT / f"tests/compress/data/corpus/{name}.jsonl" for name in PROSE):
        for line in path.read_text("utf-8").splitlines():
            passages += json.loads(line)["text"].split("\n\n")[1:-1]  # without what is asked of them
    for row in map(json.loads, (ROOT / "tests/bench/focus/questions.jsonl").read_text("utf-8").splitlines()):
        if not any(sha256(asked["question"].encode()).digest()[0] % 2 for asked in row["asked"]):  # none is held out
            passages += row["passages"]
    yield from (text[start:end].strip() for text in passages for start, end in sentences_in(text))


def made(path: Path, chance: random.Random) -> Iterator[Example]:
    """Yield the sentences of a language."""
    lists, end = Lists(read_lists(path), chance), ENDS.get(path.stem, ".")
    for kind, tails, names in (
        ("rule", "rule_tail", ("rule", "alone")),
        ("report", "report_tail", ("report", "plain", "fact")),
    ):
        for entry in (entry for name in names for entry in lists.get(name)):
            for _ in range(FACTS if "{thing}" in entry else FILLED if "{" in entry else 3):
                said = lists.filled(entry)
                if lists.get(tails) and chance.random() < TAIL:
                    said = f"{said}{chance.choice(['', ','])} {lists.any_of(tails)}"
                yield said + chance.choices([end, "", "!"], [16, 3, 1])[0], kind == "rule"


def told() -> Iterator[Example]:
    """Yield what tests hold: rules, and what documents report."""
    for name, is_rule in (("rules", True), ("reports", False)):
        for line in (ROOT / f"tests/compress/extract/{name}.txt").read_text("utf-8").splitlines():
            yield line, is_rule


def examples(chance: random.Random) -> list[Example]:
    """Return all that is learned from; what tests hold counts six times."""
    found = [each for path in sorted(RULES.glob("*.txt")) for each in made(path, chance)]
    return [*dict.fromkeys(found), *list(told()) * 6, *((sentence, False) for sentence in stated())]


def buckets_of(folded: str) -> Iterator[int]:
    words, pairs = parts_of(folded)
    return map(MODEL.bucket, chain(pairs, *map(ends_of, words)))


def main() -> None:
    found = examples(random.Random(1))
    weights = fitted(((buckets_of(fold(said)), is_rule) for said, is_rule in found), MODEL.buckets, PENALTY)
    write(weights, MODEL.path)
    print(f"{MODEL.path.relative_to(ROOT)}: {len(found)} sentences, {MODEL.path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
