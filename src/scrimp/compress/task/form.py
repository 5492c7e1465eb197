"""Whether instructions speak of the form of the data, or need every sentence of the documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from scrimp.compress.task.phrase import START, Phrase, parse_phrases, spellings
from scrimp.compress.task.phrase_finder import PhraseFinder
from scrimp.regexes import pattern

if TYPE_CHECKING:
    from scrimp.compress.task.vocabulary import Words

Kind: TypeAlias = Literal["form", "whole", "values", "answers", "unsure"]

# A word of a script with spaces, or signs that separate sentences. For `re`, vowels of Indic scripts are not letters.
_WORD = (
    r"[^\W\u0900-\u0dff\u2e80-\U0010ffff]+|[\u0900-\u0963\u0966-\u0dff]+"
    r"|[.!?:;,()\n\"\u00ab\u00bb\u060c\u061b\u061f\u0964\u201c\u201d\u201e\u2022\u3000-\u3003*>]+"
)
_UNSPACED = r"[\u2e80-\U0010ffff]"
_ACCENTS = r"[\u0300-\u036f\u0640\u064b-\u0655\u093c]+"
_ARABIC = r"[\u0621-\u064a]"
_ARABIC_SPELLINGS = str.maketrans("\u0649\u0629", "\u064a\u0647")  # final ya and ta marbuta, as they are often typed
# In Arabic these are written with the word after them: and, so; by, as, the; for the.
_ARABIC_PREFIX = r"(?<!\w)[\u0648\u0641]?(?:[\u0628\u0643]?\u0627\u0644|\u0644\u0644)?(?=[\u0621-\u064a]{2})"
_EXAMPLE = r"\{[^{}\n\":]*+[\":][^{}\n]*+\}"  # of an answer, within a sentence
_VALUE = "0"  # stands for a word that names a value
_SENTENCE = r"[^.!?\n\u061f\u0964\u3002\uff01\uff1f]++[.!?\u061f\u0964\u3002\uff01\uff1f]*+"
_QUESTION = r"[?\u061f\uff1f]\s*$"
_LABEL = r"[:\uff1a]\s*$|^\s*[<#\[(]"  # or a tag or heading
_LONGEST_NAMED = 60  # characters
_MAX_READ = 30_000  # characters; of longer instructions, half of that at either end, where a task is stated


def about_form(instructions: str) -> str | None:
    """Return the words by which instructions speak of the form of their data, or None.

    Form is what JSON loses with its white space and what an answer repeats: lines, characters, formats, syntax and
    code, and orders to edit, translate or copy. Words that name a value ("zip code", "line item") or the form of the
    answer ("reply as JSON") do not count. A task without such words is about form all the same unless it asks for
    something that values answer.
    """
    text = pattern(_EXAMPLE).sub(_VALUE, _ends(instructions))
    return _find(text, "form") or _unknown_task(text)


def about_all(instructions: str) -> str | None:
    """Return the words by which a task needs every sentence of a document (summarize, count, compare), or None."""
    return _find(_ends(instructions), "whole")


@lru_cache(maxsize=32)  # the rows of a run often share their instructions
def _find(text: str, subject: Kind) -> str | None:
    if not text.isascii():
        text = pattern(_ACCENTS).sub("", _ends(unicodedata.normalize("NFKC", text)))
    found = _find_words(text, subject)
    return found or (_find_in_text(text, subject) if pattern(_UNSPACED).search(text) else None)


@lru_cache(maxsize=32)
def _unknown_task(text: str) -> str | None:
    """Return the last sentence of a task in which nothing asks for a value, or None."""
    sentences: list[str] = [sentence.strip() for sentence in pattern(_SENTENCE).findall(text)]
    tasks = [one for one in sentences if any(map(str.isalpha, one)) and not pattern(_LABEL).search(one)]
    if not tasks or _find(text, "answers"):
        return None
    if any(pattern(_QUESTION).search(sentence) and not _find(sentence, "unsure") for sentence in tasks):
        return None
    return tasks[-1][:_LONGEST_NAMED]


def _ends(text: str) -> str:
    half = _MAX_READ // 2
    return text if len(text) <= _MAX_READ else f"{text[:half]}\n{text[-half:]}"


def _find_words(text: str, subject: Kind) -> str | None:
    if subject == "form" and pattern(_UNSPACED).search(text):
        text = _unspaced_values().sub(_VALUE, text)
    words = pattern(_WORD).findall(text)
    folded = _fold(" ".join(words)).split(" ")
    found = next(_finder(subject).find(folded), None)
    if found and subject == "form":
        for value in _finder("values").find(folded):
            folded[value.start : value.end] = [_VALUE] * (value.end - value.start)
        found = next(_finder("form").find(folded), None)
    return found and " ".join(words[found.start : found.end])


def _find_in_text(text: str, subject: Kind) -> str | None:
    text = _fold(text)
    if subject == "form" and any(word in text for word in _spellings("form")):
        for value in _spellings("values"):
            text = text.replace(value, _VALUE)
    return next((word for word in _spellings(subject) if word in text), None)


def _fold(text: str) -> str:
    """Return text as it is compared: without case, accents, Arabic vowel signs and the prefixes of its words."""
    if text.isascii():
        return text.lower()
    text = pattern(_ACCENTS).sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_ARABIC_SPELLINGS)
    return pattern(_ARABIC_PREFIX).sub("", text) if pattern(_ARABIC).search(text) else text


def _languages(*, spaced: bool) -> Sequence[Words]:
    from scrimp.compress.task.vocabulary import SPACED, UNSPACED  # noqa: PLC0415 - reads a file for each language

    return SPACED if spaced else UNSPACED


@cache
def _finder(kind: Kind) -> PhraseFinder:
    phrases: list[Phrase] = []
    orders: list[Phrase] = []
    for words in _languages(spaced=True):
        leads = tuple(parse_phrases(_fold(words.leads)))
        for phrase in parse_phrases(_fold(getattr(words, kind))):
            if phrase[0] == START:
                orders.append(phrase[1:])
                phrases.append((leads, *phrase[1:]))
            else:
                phrases.append(phrase)
    return PhraseFinder(phrases, orders)


@cache
def _unspaced_values() -> re.Pattern[str]:
    longest_first = sorted(_spellings("values"), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


@cache
def _spellings(kind: Kind) -> tuple[str, ...]:
    entries = (phrase for words in _languages(spaced=False) for phrase in parse_phrases(_fold(getattr(words, kind))))
    return tuple(spelling for phrase in entries for spelling in spellings(phrase))
