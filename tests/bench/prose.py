"""Prose as people paste it, made from the reviews in tests/data by a seeded generator: the same on every machine."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

_REVIEWS = Path(__file__).parent.parent / "data" / "reviews.jsonl"
_TEXT = 4096  # characters: about a page


def sentences() -> list[str]:
    """Return every sentence of the reviews."""
    with _REVIEWS.open(encoding="utf-8") as lines:
        reviews = [json.loads(line)["review"] for line in lines]
    return [sentence for review in reviews for sentence in re.split(r"(?<=[.!?])\s+", review)]


def texts(size: int, *, seed: int = 5) -> Iterator[str]:
    """Yield pages until there are `size` characters; one line in fifteen and one gap in ten have space to spare."""
    chance, stock = random.Random(seed), sentences()
    while size > 0:
        page = _page(chance, stock)
        size -= len(page)
        yield page


def _page(chance: random.Random, stock: list[str]) -> str:
    lines: list[str] = []
    length = 0
    while length < _TEXT:
        line = " ".join(chance.choices(stock, k=chance.randint(1, 3)))
        if chance.random() < 1 / 15:
            line += chance.choice([" ", "  ", "\t"])
        if chance.random() < 1 / 5:
            line += "\n" if chance.random() < 9 / 10 else "\n\n\n\n"
        lines.append(line)
        length += len(line) + 1
    # Half of what is pasted comes with the line ends of Windows.
    return chance.choice(["\n", "\r\n"]).join(lines) + "\n"
