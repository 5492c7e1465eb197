"""What compression cuts and keeps by kind of content, beside the time to split the same texts into words.

    python tests/bench/compression.py FOLDER

FOLDER holds NAME.jsonl files, an item a line: id, type, text, must_keep (facts by kind), and for questions question and
gold_sentence, or answers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scrimp import tokens
from scrimp.compress import compress
from scrimp.render.tables import format_table

Item = dict[str, Any]

# A row of the table: what it is called, which types it pools, the level and the share of sentences kept.
ROWS: tuple[tuple[str, tuple[str, ...], str, float], ...] = (
    ("JSON arrays", ("json_array",), "lossless", 1.0),
    ("all JSON", ("json_array", "json_nested", "jsonl"), "lossless", 1.0),
    ("prose", ("user_short", "system_prompt", "meeting", "email", "issue"), "lossless", 1.0),
    ("code, config and diffs", ("code", "config", "diff"), "lossless", 1.0),
    ("CSV", ("csv",), "lossless", 1.0),
    ("few-shot", ("fewshot", "cot_task", "mcq_passage"), "lossless", 1.0),
    ("HTML", ("html",), "tidy", 1.0),
    ("logs and command output", ("log",), "tidy", 1.0),
    ("articles", ("qa_article",), "focus", 0.6),
    ("passages", ("rag",), "focus", 0.6),
    ("several languages", ("multilingual",), "focus", 0.6),
    ("articles", ("qa_article",), "focus", 0.4),
    ("passages", ("rag",), "focus", 0.4),
    ("several languages", ("multilingual",), "focus", 0.4),
    ("JSON arrays", ("json_array",), "dense", 1.0),
    ("all JSON", ("json_array", "json_nested", "jsonl"), "dense", 1.0),
    ("logs and command output", ("log",), "dense", 1.0),
    ("articles", ("qa_article",), "dense", 1.0),
)


def items(folder: Path) -> Iterator[Item]:
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as rows:
            yield from map(json.loads, rows)


def facts(item: Item) -> list[str]:
    """What must be kept and can be looked for as it is written; negations are pairs of words and are not."""
    kept = item.get("must_keep") or {}
    return [fact for kind, found in kept.items() if kind != "negation" for fact in found if fact in item["text"]]


def answered(item: Item, text: str) -> bool | None:
    """Whether the sentence that holds the answer is still there, or one of the answers; None without a question."""
    if gold := item.get("gold_sentence"):
        return gold.strip() in text
    answers = item.get("answers") or []
    return any(answer in text for answer in answers) if answers else None


def speed(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return megabytes a second of processor time."""
    size, spent = sum(len(text.encode()) for text in texts), 0.0
    while spent < 0.5:
        began = time.process_time()
        for text in texts:
            work(text)
        spent += time.process_time() - began
        size += sum(len(text.encode()) for text in texts)
    return (size - sum(len(text.encode()) for text in texts)) / 1e6 / spent


def row(name: str, found: Sequence[Item], level: str, keep: float) -> tuple[str, ...]:
    def shorter(item: Item) -> str:
        return compress(item["text"], level, query=item.get("question") or "", keep=keep).text

    before = after = facts_there = facts_kept = questions = kept = longer = again = 0
    for item in found:
        text = shorter(item)
        before, after = before + tokens.count(item["text"]), after + tokens.count(text)
        wanted = facts(item)
        facts_there, facts_kept = facts_there + len(wanted), facts_kept + sum(fact in text for fact in wanted)
        there = answered(item, text)
        questions, kept = questions + (there is not None), kept + bool(there)
        longer += len(text) > len(item["text"])
        again += level in {"lossless", "tidy"} and compress(text, level).text != text
    texts = [item["text"] for item in found]
    rate = speed(lambda text: compress(text, level, query="Who did what, and when?", keep=keep), texts)
    ratio = "" if keep == 1.0 else f" {keep:g}"
    return (
        name, f"{level}{ratio}", f"{len(found)}", f"{100 * (1 - after / before):.1f}",
        f"{100 * facts_kept / facts_there:.2f}" if facts_there and level == "lossless" else "",
        f"{kept} of {questions}" if questions else "", f"{longer}", f"{again}", f"{rate:.1f}",
        f"{rate / speed(str.split, texts):.3f}",
    )  # fmt: skip


def main(folder: Path) -> None:
    every = list(items(folder))
    headers = ("content", "level", "items", "cut %", "facts %", "answers", "longer", "twice", "MB/s", "x split")
    found = [
        row(name, chosen, level, keep)
        for name, types, level, keep in ROWS
        if (chosen := [item for item in every if item["type"] in types and (level != "focus" or item.get("question"))])
    ]
    print("\n".join(format_table(headers, found, "llrrrrrrrr", 200)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
