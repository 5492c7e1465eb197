"""Questions over passages whose answers are known, for measuring what focus keeps.

Of `qa.jsonl`: passages of which one answers, and articles, a paragraph each passage; of `reader/questions.jsonl`: our
own questions over the same articles. A question's `gold` is the sentence, or else the words, that must be left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN = Path(__file__).parent.parent / "reader" / "questions.jsonl"
_ASKED = re.compile(r"\n\s*\n(?:Question: )?[^\n]*\s*(?:Answer:)?\s*\Z")
_LABELED = re.compile(r"Document \[\d+\]: (.*?)(?=\n\nDocument \[|\Z)", re.DOTALL)
_PARTS = re.compile(r"\n[ \t]*\n")
_KINDS = {"rag", "qa_article", "multilingual"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question, the passages to answer it from, and what must be left of them (any of `gold`)."""

    id: str
    kind: str
    passages: tuple[str, ...]
    question: str
    gold: tuple[str, ...]

    def kept_in(self, text: str) -> bool:
        """Return whether what answers is in a text, whatever its line breaks."""
        flat = " ".join(text.split())
        return any(gold in flat for gold in self.gold)


def load(data: Path, *, own: Path = OWN) -> list[Item]:
    """Return the items of a folder that holds `qa.jsonl`; each answer is in its passages."""
    found = {item["id"]: item for item in _lines(data / "qa.jsonl") if item["type"] in _KINDS and item.get("question")}
    items = [
        _item(item, item["question"], [item["gold_sentence"]] if item.get("gold_sentence") else item["answers"])
        for item in found.values()
    ]
    items += [_item(found[line["context"]], line["question"], [line["answer"]]) for line in _lines(own)]
    flat = [(item, " ".join(" ".join(item.passages).split())) for item in items]
    return [item for item, text in flat if item.kept_in(text)]


def _item(source: dict[str, Any], question: str, gold: list[str]) -> Item:
    text = _ASKED.sub("", source["text"])
    passages = _LABELED.findall(text) or _PARTS.split(text)
    return Item(
        id=source["id"],
        kind=source["type"],
        passages=tuple(" ".join(passage.split()) for passage in passages if passage.strip()),
        question=" ".join(question.split()),
        gold=tuple(" ".join(answer.split()) for answer in gold),
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
