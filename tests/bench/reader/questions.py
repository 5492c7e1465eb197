"""Questions with their answers, each over the article or the passages it is asked of.

Two kinds: those of XQuAD, as the corpus has them, and our own in `questions.jsonl` beside this file, written for this
measurement over the corpus's articles without looking at what any rule keeps. An own answer is words of its article.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

OWN = Path(__file__).parent / "questions.jsonl"
ASKED = "\n\nQuestion:"  # between a context and what is asked of it
_PASSAGE = re.compile(r"Document \[\d+\]: .*?(?=\n\nDocument \[|\Z)", re.DOTALL)
_PARTS = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, the answers that are right, and what it is to be answered from."""

    id: str
    source: str  # the item of the corpus
    written_by: str  # xquad, another public set, or own
    context: str
    question: str
    answers: tuple[str, ...]

    @property
    def prompt(self) -> str:
        """Return context and question in one, as a user has them."""
        return f"{self.context}{ASKED} {self.question}"


def load(data: Path, *, most: int, passages: int = 3, own: Path = OWN) -> list[Question]:
    """Return at most that many questions: XQuAD's first, then our own, of each article in turn.

    `data` holds `qa.jsonl`. A context has no more than `passages` parts, those around the one that holds the answer, so
    that it fits a small model; it is cut before anything else is done with it, the same for every arm.
    """
    items = {item["id"]: item for item in _lines(data / "qa.jsonl") if item["type"] in {"rag", "qa_article"}}
    xquad = (_question(item, item["question"], tuple(item["answers"]), passages) for item in items.values())
    by_article: dict[str, list[Question]] = defaultdict(list)
    for line in _lines(own):
        if item := items.get(line["context"]):
            number = len(by_article[item["id"]])
            made = _question(item, line["question"], (line["answer"],), passages, number=number)
            by_article[item["id"]].append(made)
    in_turn = (each for each in chain.from_iterable(zip_longest(*by_article.values())) if each)
    return list(islice(chain(xquad, in_turn), most))


def _question(
    item: dict[str, Any], question: str, answers: tuple[str, ...], passages: int, *, number: int | None = None
) -> Question:
    text = item["text"].rsplit(ASKED, 1)[0]
    labeled = _PASSAGE.findall(text)
    parts = [part.strip() for part in labeled or _PARTS.split(text)]
    golden = item["gold_sentence"] if number is None else answers[0]
    return Question(
        id=item["id"] if number is None else f"{item['id']}/{number}",
        source=item["id"],
        written_by=item.get("set", "xquad") if number is None else "own",
        context="\n\n".join(_around(parts, golden, passages)),
        question=question.strip(),
        answers=answers,
    )


def _around(parts: list[str], golden: str, most: int) -> list[str]:
    """Return the parts around the first that holds the answer."""
    at = next((at for at, part in enumerate(parts) if golden in part), None)
    if at is None:
        raise ValueError(f"no part holds {golden!r}: the question is not about this text")
    first = max(0, min(at - most // 2, len(parts) - most))
    return parts[first : first + most]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def sources(questions: Iterable[Question]) -> dict[str, int]:
    """Return how many questions there are by who wrote them."""
    counts: dict[str, int] = defaultdict(int)
    for question in questions:
        counts[question.written_by] += 1
    return dict(counts)
