"""How good a completion is beside the right answers.

Words are compared as in SQuAD (Rajpurkar et al., 2016): without capitals, punctuation and English articles.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(("a", "an", "the"))


def words(text: str) -> list[str]:
    """Return the words that count."""
    kept = "".join(char for char in text.lower() if not unicodedata.category(char).startswith(("P", "S")))
    return [word for word in kept.split() if word not in _ARTICLES]


def exact(completion: str, answers: Iterable[str]) -> float:
    """Return 1 where the completion is one of the answers, else 0."""
    given = words(completion)
    return float(any(given == words(answer) for answer in answers))


def f1(completion: str, answers: Iterable[str]) -> float:
    """Return the harmonic mean of the shares of words in common, 0 to 1, with the answer nearest to the completion."""
    return max((_f1(words(completion), words(answer)) for answer in answers), default=0.0)


def _f1(given: list[str], right: list[str]) -> float:
    common = sum((Counter(given) & Counter(right)).values())
    return 2 * common / (len(given) + len(right)) if common else 0.0


def says(text: str, answers: Iterable[str]) -> float:
    """Return 1 where the words of an answer stand in the text one after another, else 0; "5-cylinder" says 5."""
    padded = f" {' '.join(_WORD.findall(text.lower()))} "
    return float(any(f" {' '.join(_WORD.findall(answer.lower()))} " in padded for answer in answers))
