"""Whether instructions speak of the form of the data, or need every sentence of the documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from scrimp.compress.task.phrase import START, Phrase, parse_phrases, spellings
from scrimp.compress.task.phrase_finder import PhraseFinder
from scrimp.regexes import pattern

if TYPE_CHECKING:
    from scrimp.compress.task.vocabulary import Words

Span: TypeAlias = tuple[int, int]
Kind: TypeAlias = Literal[
    "form", "whole", "values", "format", "questions", "answers", "unsure", "units", "parts", "properties", "scopes",
    "orders", "definite",
]  # fmt: skip

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
_CALL = r"`[^`\n(\[]*+[(\[][^`\n]*+`"  # an expression of a program
# Words that are spoken of, and identifiers of a program; names of companies and projects are in guillemets.
_MENTION = (
    r"\"[^\"\n]{1,60}\"|(?:[\u201c\u201e\u300c\u300e]|\u00ab(?!\s?[A-Z\u00c0-\u00de\u0401\u0410-\u042f]))[^\u201c-\u201e\u00bb\u300d\u300f\n]{1,60}[\u201c\u201d\u00bb\u300d\u300f]"
    r"|(?<!`)`[^`\n]{1,60}`(?!`)|\b[A-Za-z]+_[A-Za-z_]+\b|\w\[\d+\]|\{\{|\b[a-z]+[A-Z]\w+|\b[a-z]\w+\.[a-z]\w+\b"
)
_VALUE = "0"  # stands for a word that names a value
# What stands before a colon ("In one word: who pays?") is one of its own.
_SENTENCE = (
    r"(?:[^.!?:\n\u061f\u0964\u3002\uff01\uff1f]++|(?<![\u2e80-\U0010ffff]):(?!\s))*+"
    r"[.!?:\n\u061f\u0964\u3002\uff01\uff1f]*+"
)
_QUESTION = r"[?\u061f\uff1f]\s*$"
_LABEL = r"[:\uff1a]\s*$|^\s*[<#\[(]"  # or a tag or heading
_VERB_LAST = r"[\u0900-\u097f\u2e80-\U0010ffff]"  # the scripts of languages whose orders end in their verb
_NOUNS: tuple[Kind, ...] = ("units", "parts")
_NUMBERED = r"\s*[1-9]"
_LONGEST_NAMED = 60  # characters
_MAX_READ = 30_000  # characters; of longer instructions, half of that at either end, where a task is stated


@lru_cache(maxsize=32)  # the rows of a run often share their instructions
def about_form(instructions: str, *, of_prose: bool = False) -> str | None:
    """Return the words by which instructions speak of the form of their data, or None.

    Form is what JSON loses with its white space and what an answer repeats: lines, characters, formats, syntax and
    code, and orders to edit, translate or copy. Words that name a value ("zip code", "line item") or the form of the
    answer ("reply as JSON with these keys") do not count. A task without such words is about form all the same unless
    it asks for something that values answer; and a question that names a part of a text ("Which paragraph is the
    longest?"), or mentions a word or an identifier, does not, unless it is `of_prose`, whose parts have contents too.
    """
    text, sentences = _read(instructions)
    if call := pattern(_CALL).search(text):
        return call[0][:_LONGEST_NAMED]
    asks = _asks_for_value(text, sentences)
    if found := _form_words(text, sentences, asks=asks):
        return found
    return _remark(sentences, of_prose=of_prose) if asks else _task(sentences)


def names_form(instructions: str) -> str | None:
    """Return the words of form in instructions that need not have a task, or None."""
    text, sentences = _read(instructions)
    return _form_words(text, sentences, asks=_asks_for_value(text, sentences))


def _read(instructions: str) -> tuple[str, list[str]]:
    """Return the text that is searched, and its sentences."""
    text = _normalized(pattern(_EXAMPLE).sub(_VALUE, _ends(instructions)))
    return text, pattern(_SENTENCE).findall(text)


def _form_words(text: str, sentences: Sequence[str], *, asks: bool) -> str | None:
    found = _find(text, "form") and _find(_masked(text, "values"), "form")
    if not (found and asks):
        return found
    return next(filter(None, map(_form_of_data, (_masked(one, "values") for one in sentences))), None)


def _form_of_data(sentence: str) -> str | None:
    """Return the first words of form in a sentence that in an order would not be about the answer."""
    of_answer = [] if _is_question(sentence) else list(_of_answer(sentence))
    for start, end in _spans(sentence, "form"):
        if not any(first <= start and end <= last for first, last in of_answer):
            return sentence[start:end]
    return None


def _of_answer(sentence: str) -> Iterator[Span]:
    yield from _spans(sentence, "format")
    yield from _spans(sentence, "orders")
    yield from _any(sentence, "units")


def _any(sentence: str, kind: Kind) -> Iterator[Span]:
    """Yield the nouns of a kind that an answer may have, as in "one line"; "its line", "line 7" are of the data."""
    for start, end in _spans(sentence, kind):
        before = sentence[:start].rstrip("'\u2019 ")
        definite = any(last == len(before) for _, last in _spans(before, "definite"))
        if not (definite or pattern(_NUMBERED).match(sentence, end)):
            yield start, end


def _remark(sentences: Sequence[str], *, of_prose: bool) -> str | None:
    """Return words by which a sentence speaks of how the data is written ("Are all the ids unique?"), or None.

    What is stated beside prose may be prose that was not told from the instructions: only questions speak of it. An
    order after a question speaks of the answer, but for what only the data has.
    """
    asked = False
    for one in sentences:
        asks = _is_question(one)
        if of_prose and not asks:
            continue
        left = _masked(one, "values")
        left = left if asks else _masked(left, "orders")
        said = left if asks else _masked(left, "format")  # an answer may be short, or in capitals
        nouns = {span for kind in _NOUNS for span in _spans(left, kind)}
        if asked and not asks and not _is_statement(one):
            nouns -= {span for kind in _NOUNS for span in _any(left, kind)}
        asked = asked or asks
        if nouns and (found := _find(said, "properties")):
            return found
        if of_prose or not asks:
            continue
        if found := _find(left, "units") or _find(left, "scopes"):
            return found
        if mention := pattern(_MENTION).search(one):
            return mention[0]
    return None


@lru_cache(maxsize=32)
def about_all(instructions: str) -> str | None:
    """Return the words by which a task needs every sentence of a document (summarize, count, compare), or None."""
    return _find(_normalized(_ends(instructions)), "whole")


def _asks_for_value(text: str, sentences: Sequence[str]) -> bool:
    if _find(text, "questions") or any(map(_tells_to_answer, sentences)):
        return True
    return any(pattern(_QUESTION).search(one) and not _find(one, "unsure") for one in sentences)


def _tells_to_answer(sentence: str) -> bool:
    """Return whether a sentence asks for what values answer; of an order, which begins with its verb, a clause does."""
    _, folded = _words(sentence)
    first = next((word for word in folded if word[:1].isalnum() and word not in _function_words("polite")), "")
    if first in _function_words("small", "asking") or pattern(_VERB_LAST).search(sentence):
        return _find(sentence, "answers") is not None
    return next(_finder("answers", only_orders=True).find(folded), None) is not None


@cache
def _function_words(*fields: str) -> frozenset[str]:
    from scrimp.compress.instructions.vocabulary import LANGUAGES  # as `_languages`

    texts = (getattr(words, field) for words in LANGUAGES for field in fields)
    return frozenset(word for text in texts for word in _words(text)[1] if word[:1].isalnum())


def _is_question(sentence: str) -> bool:
    return pattern(_QUESTION).search(sentence) is not None or _find(sentence, "questions") is not None


def _is_statement(sentence: str) -> bool:
    from scrimp.compress.instructions.sentence_kinds import kind_of

    return kind_of(sentence.strip()) == "statement"


def _task(sentences: Sequence[str]) -> str | None:
    """Return the beginning of the last sentence that is neither a label nor a tag."""
    tasks = [one.strip() for one in sentences if any(map(str.isalpha, one)) and not pattern(_LABEL).search(one)]
    return tasks[-1][:_LONGEST_NAMED] if tasks else None


def _ends(text: str) -> str:
    half = _MAX_READ // 2
    return text if len(text) <= _MAX_READ else f"{text[:half]}\n{text[-half:]}"


def _normalized(text: str) -> str:
    return text if text.isascii() else pattern(_ACCENTS).sub("", _ends(unicodedata.normalize("NFKC", text)))


def _find(text: str, kind: Kind) -> str | None:
    """Return the first words of a kind as they are written, or None."""
    return next((text[start:end] for start, end in _spans(text, kind)), None)


def _masked(text: str, kind: Kind) -> str:
    """Return a text in which a sign stands for each of the words of a kind."""
    parts, done = [], 0
    for start, end in sorted(_spans(text, kind)):
        if start >= done:
            parts += [text[done:start], _VALUE]
            done = end
    return "".join([*parts, text[done:]])


def _spans(text: str, kind: Kind) -> Iterator[Span]:
    """Yield where each of the words of a kind is: those of languages with spaces, then the others."""
    words, folded = _words(text)
    for found in _finder(kind).find(folded):
        yield words[found.start].start(), words[found.end - 1].end()
    if pattern(_UNSPACED).search(text):
        yield from (match.span() for match in _unspaced(kind).finditer(text))


@lru_cache(maxsize=64)  # each kind is looked for in the same sentences
def _words(text: str) -> tuple[list[re.Match[str]], list[str]]:
    """Return the words and signs of a text, and how they are compared."""
    words = list(pattern(_WORD).finditer(text))
    return words, _fold(" ".join(word[0].replace(" ", "") for word in words)).split(" ")


def _fold(text: str) -> str:
    """Return text as it is compared: without case, accents, Arabic vowel signs and the prefixes of its words."""
    if text.isascii():
        return text.lower()
    text = pattern(_ACCENTS).sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_ARABIC_SPELLINGS)
    return pattern(_ARABIC_PREFIX).sub("", text) if pattern(_ARABIC).search(text) else text


def _languages(*, spaced: bool) -> Sequence[Words]:
    from scrimp.compress.task.vocabulary import SPACED, UNSPACED  # reads a file for each language

    return SPACED if spaced else UNSPACED


@cache
def _finder(kind: Kind, *, only_orders: bool = False) -> PhraseFinder:
    phrases: list[Phrase] = []
    orders: list[Phrase] = []
    for words in _languages(spaced=True):
        leads = () if kind == "questions" else tuple(parse_phrases(_fold(words.leads)))
        for phrase in parse_phrases(_fold(getattr(words, kind))):
            if phrase[0] == START or only_orders:
                order = phrase[phrase[0] == START :]
                orders.append(order)
                phrases += [(leads, *order)] if leads else []
            else:
                phrases.append(phrase)
    return PhraseFinder(phrases, orders)


@cache
def _unspaced(kind: Kind) -> re.Pattern[str]:
    phrases = (phrase for words in _languages(spaced=False) for phrase in parse_phrases(_fold(getattr(words, kind))))
    composed = (unicodedata.normalize("NFKC", spelling) for phrase in phrases for spelling in spellings(phrase))
    longest_first = sorted(composed, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)", re.IGNORECASE)
