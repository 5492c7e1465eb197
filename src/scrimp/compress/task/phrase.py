"""The notation of word groups: choices, gaps and stems, read into phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
    signs = _SIGNS.findall(entries)
    at = 0
    while at < len(signs):
        phrase, at = _parse(signs, at)
        at += 1
        if phrase:
            yield phrase


def _parse(signs: Sequence[str], at: int) -> tuple[Phrase, int]:
    """Read parts up to a comma, bar or closing brace; return them and the place of that sign."""
    parts: list[Part] = []
    while at < len(signs) and signs[at] not in {",", "|", "}"}:
        if signs[at][-1] == "{":
            stem = signs[at][:-1]
            choice, at = _parse_choice(signs, at + 1)
            parts.append(tuple(_glue(stem, phrase) for phrase in choice) if stem else choice)
        elif signs[at] == "...":
            parts.extend(GAP)
        else:
            parts.append(signs[at])
        at += 1
    return tuple(parts), at


def _parse_choice(signs: Sequence[str], at: int) -> tuple[tuple[Phrase, ...], int]:
    """Read phrases up to the closing brace; return them and its place."""
    phrases: list[Phrase] = []
    while True:
        phrase, at = _parse(signs, at)
        phrases.append(phrase)
        if signs[at] == "}":
            return tuple(phrases), at
        at += 1


def _glue(stem: str, phrase: Phrase) -> Phrase:
    """Return a phrase whose first word begins with a stem, as in key{s|}."""
    first, rest = next(branches(phrase))
    return (stem + first, *rest)


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
