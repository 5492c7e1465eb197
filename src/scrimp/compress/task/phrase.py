"""The notation of word groups: choices, gaps and stems, read into phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

# A literal word, a stem ("indent*"), ANY, WORD or START; a tuple of phrases is a choice.
Part: TypeAlias = "str | tuple[Phrase, ...]"
Phrase: TypeAlias = tuple[Part, ...]

START, STEM = "^", "*"
ANY = "_"  # a word that does not count, which "third" does
WORD = "?"  # any word
GAP: Phrase = ()  # up to four words
for _ in range(4):
    GAP = (((WORD, *GAP), ()),)
_SIGNS = re.compile(r"\.\.\.|[^\s{}|,^-]*\{|[}|,^]|[^\s{}|,^-]+")


def parse_phrases(entries: str) -> Iterator[Phrase]:
    """Yield the phrases of a comma-separated list; `vocabulary` describes the notation."""
    return filter(None, _parse(iter(_SIGNS.findall(entries)), ""))


def _parse(signs: Iterator[str], stem: str) -> Iterator[Phrase]:
    """Yield phrases up to a closing brace or the end; a stem begins each, as in key{s|}."""
    parts: list[Part] = []
    for sign in signs:
        if sign in {",", "|", "}"}:
            yield _glued(stem, tuple(parts))
            parts = []
            if sign == "}":
                return
        elif sign[-1] == "{":
            parts.append(tuple(_parse(signs, sign[:-1])))
        elif sign == "...":
            parts.extend(GAP)
        else:
            parts.append(sign)
    yield tuple(parts)


def _glued(stem: str, phrase: Phrase) -> Phrase:
    """Return a phrase whose first word begins with a stem."""
    first, rest = next(branches(phrase))
    return (stem + first, *rest) if stem else phrase


def branches(phrase: Phrase) -> Iterator[tuple[str, Phrase]]:
    """Yield each literal, stem, ANY or WORD that a phrase may begin with, and what follows; "" where it may end."""
    if not phrase:
        yield "", ()
        return
    part, rest = phrase[0], phrase[1:]
    if isinstance(part, str):
        yield part, rest
    else:
        for choice in part:
            yield from branches(choice + rest)


def spellings(phrase: Phrase) -> Iterator[str]:
    """Yield what a phrase of literal parts stands for in a language written without spaces."""
    for first, rest in branches(phrase):
        yield from (first + text for text in spellings(rest)) if first else ("",)
