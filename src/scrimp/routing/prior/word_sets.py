"""Sets of single words that help to tell a demand by the shape of a prompt, from `words/sets.txt`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from scrimp.word_lists import read_lists

_FILE = Path(__file__).parent / "words" / "sets.txt"


@cache
def word_set(name: str) -> frozenset[str]:
    """Return the words of a set."""
    return _sets()[name]


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in read_lists(_FILE).items()}
