"""The words at both ends of a text, where instructions are; a long middle is never read."""

from __future__ import annotations

from msgspec import Struct

from scrimp.regexes import pattern
from scrimp.routing.high_stakes import STAKES_STEMS, STAKES_WORDS

HEAD_WORDS = 120  # words
TAIL_WORDS = 60


class Excerpt(Struct, frozen=True):
    """Folded words of a text's first and last part without stakes words, and the fields those name ("legal")."""

    head: list[str]
    tail: list[str]
    stakes: frozenset[str]


def excerpt(text: str) -> Excerpt:
    """Return the words at both ends.

    Stakes words are removed *before* words are counted, so that adding one never pushes out a word that tells the kind:
    the kind of a prompt is the same with and without them.
    """
    stakes: set[str] = set()
    head = _head(text, stakes)
    tail = _tail(text, stakes) if len(head) == HEAD_WORDS else head[-TAIL_WORDS:]
    return Excerpt(head, tail, frozenset(stakes))


def _head(text: str, stakes: set[str]) -> list[str]:
    size = HEAD_WORDS * 6  # characters
    while True:
        whole = size >= len(text)
        words = _words(text[:size], stakes)
        plain = [word for word in (words if whole else words[:-1]) if word not in STAKES_WORDS]
        if whole or len(plain) >= HEAD_WORDS:
            stakes.update(STAKES_WORDS[word] for word in STAKES_WORDS.keys() & words)
            return plain[:HEAD_WORDS]
        size *= 2


def _tail(text: str, stakes: set[str]) -> list[str]:
    size = TAIL_WORDS * 7  # characters
    while True:
        whole = size >= len(text)
        words = _words(text[-size:], stakes)
        plain = [word for word in (words if whole else words[1:]) if word not in STAKES_WORDS]
        if whole or len(plain) >= TAIL_WORDS:
            stakes.update(STAKES_WORDS[word] for word in STAKES_WORDS.keys() & words)
            return plain[-TAIL_WORDS:]
        size *= 2


def _words(part: str, stakes: set[str]) -> list[str]:
    if part.isascii():
        return pattern(r"\w+").findall(part.lower())
    from unicodedata import normalize  # noqa: PLC0415 - only where a text is not ASCII

    part = normalize("NFKC", part).casefold()
    for stem, field in STAKES_STEMS.items():
        if stem in part:
            stakes.add(field)
            part = part.replace(stem, " ")
    return pattern(r"\w+").findall(part)
