"""What kind of answer a question asks for, and what a sentence has that may be it: `Where` and `outside Plainview`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from scrimp.word_lists import read_lists


def answer_of(query: str) -> re.Pattern[str] | None:
    """Return an expression for what may answer a question, or None where its words do not tell what it asks for."""
    return next((answer for asking, answer in _kinds() if asking.search(query)), None)


def asks_for_person(query: str) -> bool:
    """Return whether a person answers a question, or the name of somebody."""
    return _kinds()[0][0].search(query) is not None


@cache
def _kinds() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    lists = read_lists(Path(__file__).with_name("answer_types.txt")).values()
    expressions = (re.compile(words.replace("\n", "")) for words in lists)
    return tuple(zip(expressions, expressions, strict=True))  # what asks for a kind, then what has it
