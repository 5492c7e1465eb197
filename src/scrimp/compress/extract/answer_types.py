"""What may answer a question, by the kind of thing it asks for: a person, a place, a number, a reason."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from scrimp.word_lists import read_lists


def answer_of(query: str) -> re.Pattern[str] | None:
    """Return an expression for what may answer a question, or None where its words do not tell what it asks for."""
    return next((answer for asking, answer in _answer_types() if asking.search(query)), None)


@cache
def _answer_types() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    lists = read_lists(Path(__file__).with_name("answer_types.txt")).values()
    expressions = (re.compile(words.replace("\n", "")) for words in lists)
    return tuple(zip(expressions, expressions, strict=True))  # what asks for a kind, then what has it; persons first
