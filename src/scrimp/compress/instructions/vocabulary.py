"""The words of all languages, put together for matching: by their folded spelling, or as one expression."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from scrimp.compress.instructions.words import unspaced
from scrimp.compress.instructions.words.english import ENGLISH
from scrimp.compress.instructions.words.entries import InstructionWords
from scrimp.compress.instructions.words.german import GERMAN
from scrimp.compress.instructions.words.others import ARABIC, HINDI, RUSSIAN
from scrimp.compress.instructions.words.romance import FRENCH, ITALIAN, PORTUGUESE, SPANISH

LANGUAGES: tuple[InstructionWords, ...] = (
    ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, RUSSIAN, ARABIC, HINDI,
)  # fmt: skip
_ACCENTS = re.compile("[\u0300-\u036f\u0640\u064b-\u0655]+")
WORD = re.compile(r"(?:[^\W_]|['\u0900-\u0963])+")


def fold(text: str) -> str:
    """Return text as it is compared: without case, accents and Arabic vowel signs, apostrophes straight."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))


def _phrases(text: str) -> Iterator[str]:
    return (phrase for part in text.split(",") if (phrase := " ".join(fold(part).split())))


@cache
def labels(field: str) -> frozenset[str]:
    """Return the words that label the question, the documents or a task, in all languages."""
    spaced = (phrase for words in LANGUAGES for phrase in _phrases(getattr(words, field)))
    return frozenset([*spaced, *_phrases(getattr(unspaced, field.upper()))])


class KnownWords(NamedTuple):
    """The words of a language that say nothing about what is looked for."""

    small: frozenset[str]
    about_answers: frozenset[str]


@cache
def known_words() -> tuple[KnownWords, ...]:
    """Return the words without content of each language; asking and polite words are small."""
    return tuple(
        KnownWords(_words(words.small, words.asking, words.polite), _words(words.about_answers)) for words in LANGUAGES
    )


def _words(*fields: str) -> frozenset[str]:
    return frozenset(word for field in fields for phrase in _phrases(field) for word in WORD.findall(phrase))


@cache
def starts(field: str) -> re.Pattern[str]:
    """Return an expression for how a folded sentence begins, the longest phrase first."""
    phrases = sorted({phrase for words in LANGUAGES for phrase in _phrases(getattr(words, field))}, key=len)
    spellings = (re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for phrase in reversed(phrases))
    return re.compile(rf"(?:{'|'.join(spellings)})(?![\w'])")


@cache
def signs(field: str) -> re.Pattern[str]:
    """Return an expression for signs in scripts without spaces."""
    return re.compile("".join(getattr(unspaced, field.upper()).split("\n")))
