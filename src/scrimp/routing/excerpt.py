"""The words at both ends of a text, where instructions are; a long middle is never read."""

from __future__ import annotations

from msgspec import Struct

from scrimp.regexes import pattern
from scrimp.routing.high_stakes import STAKES_STEMS, STAKES_WORDS

HEAD_WORDS = 120  # words
TAIL_WORDS = 60
_WORD = r"\w+"
_STAKES = frozenset(STAKES_WORDS)


class Excerpt(Struct, frozen=True):
    """Folded words of a text's first and last part without stakes words, and the fields those name ("legal").

    The tail of a short text is the end of its head.
    """

    head: list[str]
    tail: list[str]
    stakes: frozenset[str]
    whole: bool = False  # whether the head is all of it

    @property
    def tokens(self) -> list[str]:
        """Both ends as one, with the end of a sentence between them."""
        return self.head if self.whole else [*self.head, ".", *self.tail]


def excerpt(text: str, word: str = _WORD) -> Excerpt:
    """Return the words at both ends; `word` is the expression that finds one.

    Stakes words are removed *before* words are counted, so that adding one never pushes out a word that tells the kind:
    the kind of a prompt is the same with and without them.
    """
    stakes: set[str] = set()
    head = _head(text, stakes, word)
    whole = len(head) < HEAD_WORDS
    tail = head[-TAIL_WORDS:] if whole else _tail(text, stakes, word)
    return Excerpt(head, tail, frozenset(stakes), whole)


def _head(text: str, stakes: set[str], word: str) -> list[str]:
    size = HEAD_WORDS * 6  # characters
    while True:
        whole = size >= len(text)
        words = _words(text[:size], stakes, word)
        named = _STAKES.intersection(words)
        plain = words if whole else words[:-1]
        if named:
            plain = [each for each in plain if each not in named]
        if whole or len(plain) >= HEAD_WORDS:
            stakes.update(STAKES_WORDS[each] for each in named)
            return plain[:HEAD_WORDS]
        size *= 2


def _tail(text: str, stakes: set[str], word: str) -> list[str]:
    size = TAIL_WORDS * 7  # characters
    while True:
        whole = size >= len(text)
        words = _words(text[-size:], stakes, word)
        plain = [each for each in (words if whole else words[1:]) if each not in STAKES_WORDS]
        if whole or len(plain) >= TAIL_WORDS:
            stakes.update(STAKES_WORDS[each] for each in STAKES_WORDS.keys() & words)
            return plain[-TAIL_WORDS:]
        size *= 2


def _words(part: str, stakes: set[str], word: str) -> list[str]:
    if part.isascii():
        return pattern(word).findall(part.lower())
    from unicodedata import normalize  # only where a text is not ASCII

    part = normalize("NFKC", part).casefold()
    for stem, field in STAKES_STEMS.items():
        if stem in part:
            stakes.add(field)
            part = part.replace(stem, " ")
    return pattern(word).findall(part)
