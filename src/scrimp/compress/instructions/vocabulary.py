"""The words of all languages, put together for matching: by their folded spelling, or as one expression.

Each language is a file in `words/`: phrases between commas, without case and accents; a star stands for any ending.
What each list of a file holds is told at the head of `english.txt`.
What scripts without words have is in `unspaced.txt`: labels between commas, and an expression for each other kind of
sign. `shared.txt` has lists and expressions for all languages at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scrimp.word_lists import read_lists

FOLDER = Path(__file__).parent / "words"
_NAMES = "english german french spanish portuguese italian russian arabic hindi bengali indonesian"
LANGUAGES = tuple(read_lists(FOLDER / f"{name}.txt") for name in _NAMES.split())
_SHARED = read_lists(FOLDER / "shared.txt")
_UNSPACED = read_lists(FOLDER / "unspaced.txt")
_ACCENTS = re.compile("[\u0300-\u036f\u0640\u064b-\u0655]+")
WORD = re.compile(r"(?:[^\W_]|['\u0900-\u0963\u0980-\u09e3])+")


def fold(text: str) -> str:
    """Return text as it is compared: without case, accents and Arabic vowel signs, apostrophes straight."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))


def _phrases(text: str) -> Iterator[str]:
    return (phrase for part in text.split(",") if (phrase := " ".join(fold(part).split())))


def shared_list(field: str) -> frozenset[str]:
    """Return words of all languages, as they are written."""
    return frozenset(word.strip() for word in _SHARED[field].split(","))


@cache
def shared_expression(field: str) -> re.Pattern[str]:
    """Return an expression for words of all languages, of any case."""
    return re.compile(_SHARED[field].replace("\n", ""), re.IGNORECASE)


@cache
def labels(field: str) -> frozenset[str]:
    """Return the words that label the question, the documents or a task, in all languages."""
    return frozenset(phrase for words in (*LANGUAGES, _UNSPACED) for phrase in _phrases(words[field]))


class KnownWords(NamedTuple):
    """The words of a language that say nothing about what is looked for."""

    small: frozenset[str]
    about_answers: frozenset[str]
    contentless: frozenset[str]  # both


@cache
def known_words() -> tuple[KnownWords, ...]:
    """Return the words without content of each language; asking and polite words are small."""
    lists = ((_words(words, "small", "asking", "polite"), _words(words, "about_answers")) for words in LANGUAGES)
    return tuple(KnownWords(small, about, small | about) for small, about in lists)


def _words(words: dict[str, str], *fields: str) -> frozenset[str]:
    return frozenset(word for name in fields for phrase in _phrases(words[name]) for word in WORD.findall(phrase))


@cache
def starts(field: str) -> re.Pattern[str]:
    """Return an expression for how a folded sentence begins, the longest phrase first."""
    phrases = sorted({phrase for words in LANGUAGES for phrase in _phrases(words[field])}, key=len)
    spellings = (re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for phrase in reversed(phrases))
    return re.compile(rf"(?:{'|'.join(spellings)})(?![\w'])")


@cache
def signs(field: str) -> re.Pattern[str]:
    """Return an expression for signs in scripts without spaces."""
    return re.compile(_UNSPACED[field].replace("\n", ""))
