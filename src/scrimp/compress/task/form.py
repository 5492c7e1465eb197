"""Whether instructions speak of the form of the data, or need every sentence of the documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Literal, TypeAlias

from scrimp.compress.instructions.labels import FILE_LINE
from scrimp.compress.instructions.vocabulary import LANGUAGES, shared_expression
from scrimp.compress.task.order_model import Place, order_score
from scrimp.compress.task.phrase import START, Phrase, parse_phrases, spellings
from scrimp.compress.task.phrase_finder import PhraseFinder
from scrimp.regexes import pattern

Span: TypeAlias = tuple[int, int]
Kind: TypeAlias = Literal[
    "form", "whole", "work", "counts", "measures", "values", "questions", "answers", "unsure", "units", "parts",
    "properties",
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
_CLAUSE = r"[,\u060c\uff0c](?!\d)"  # its end, after which an order may come: "When you are done, translate it"
_AND = r"(?i:\W(?:and|und|et|y|e|\u0438)\s)"
_LABEL = r"[:\uff1a]\s*$|^\s*(?:[<#\[(]|(?:\*\*|__)[^\n]*(?:\*\*|__)\s*$)"  # or a tag or heading
_NAME = r"^\W*[^\W\d_]+(?: [^\W\d_]+)?[*_ ]*[:\uff1a]\s*$"  # of a part of the prompt or of who speaks: "Question:"
_ONE_WORD = r"^\W*[^\W\u2e80-\U0010ffff]+(?: 0)?\W*$"  # or one and an example
_VERB_LAST = r"[\u0900-\u09ff\u2e80-\U0010ffff]"  # the scripts of languages whose orders end in their verb
_LONGEST_NAMED = 60  # characters
# Scores: up to DOUBTED one is not about form even with words of form; up to WORDLESS one without them is not; up to
# OTHER_TASK one that asks for nothing known is another task (True: or a request). One missed counts as four others.
DOUBTED: dict[Place, float] = {"beside": -0.5, "alone": -0.5, "asking": -2.5, "page": -0.5}
OTHER_TASK: dict[bool, dict[Place, float]] = {False: {"alone": -1.25}, True: {"asking": -1.25, "alone": -0.5}}
WORDLESS: dict[Place, float] = {"beside": 0.2, "alone": 0.5, "asking": 0.25, "page": 0.55}
_END = 15_000  # characters that are read of longer instructions at either end, where a task is stated


@lru_cache(maxsize=32)  # the rows of a run often share their instructions
def about_form(instructions: str, *, of_prose: bool = False) -> str | None:
    """Return the words by which instructions speak of the form of their data, or None.

    Form is what JSON loses with its white space and what an answer repeats: lines, characters, formats, syntax and
    code, and orders to edit, translate or copy. Words that name a value ("zip code") or the form of the answer ("reply
    as JSON") do not count. A task without such words is about form unless it asks for something that values answer or
    is told as another one ("Recommend him a book"), and so is a question that names a part of a text ("Which paragraph
    is the longest?") or mentions a word, unless it is `of_prose`.
    """
    text, sentences = read(instructions)
    if call := pattern(_CALL).search(text):
        return call[0][:_LONGEST_NAMED]
    if not next(_asking(sentences), None) and not (of_prose and any(map(looks_up, sentences))):
        return _form_words(text) or _task(sentences)
    forms = (
        _form_of_question(one, of_prose=of_prose) if is_question(one) else _form_of_order(one, place, of_prose=of_prose)
        for one, place in placed(sentences)
    )
    return next(filter(None, forms), None)


def names_form(instructions: str) -> str | None:
    """Return the words of form in instructions that need not have a task, or None."""
    text, sentences = read(instructions)
    found = None if next(_asking(sentences), None) else _form_words(text)
    said = (_form_words(one) if is_question(one) else _form_of_order(one) for one in sentences)
    return found or next(filter(None, said), None) or form_of_page(instructions)


def form_of_page(instructions: str) -> str | None:
    """Return the words by which instructions need a page or file as it is written, not what it says, or None."""
    orders = (one for one in read(instructions)[1] if "@" not in one)  # which the head of a mail has
    return next((words for one in orders if (words := _form_of_order(one, "page"))), None)


def read(instructions: str) -> tuple[str, list[str]]:
    """Return the text that is searched, and its sentences that have words; a colon ends one, but not before choices."""
    own = FILE_LINE.sub("", shared_expression("models_turn").sub("", _ends(instructions)))
    text = _normalized(pattern(_EXAMPLE).sub(_VALUE, own))
    choices = shared_expression("choices")  # without words of form: "late, lost or other"
    said = choices.sub(lambda found: found[0] if _find(found[0], "form") else " 0/0", text)
    return text, [one for one in pattern(_SENTENCE).findall(said) if any(map(str.isalpha, one))]


def _form_words(text: str) -> str | None:
    return _find(text, "form") and _find(_masked(text, "values"), "form")


def _form_of_order(order: str, place: Place = "beside", *, of_prose: bool = False) -> str | None:
    """Return the words by which an order is about the form of the data, or None.

    It may have words of form and be about the answer all the same ("Put it on one line"), or have none and be about the
    data ("Let me have it as it came in"). What is stated beside prose may be prose that was not told from instructions.
    """
    if (score := order_score(fold(order), place)) <= DOUBTED[place]:
        return None
    says_so = score > WORDLESS[place] and not (of_prose or pattern(f"{_LABEL}|{_ONE_WORD}").search(order))
    return _form_words(order) or (order.strip()[:_LONGEST_NAMED] if says_so else None)


def _form_of_question(question: str, *, of_prose: bool) -> str | None:
    """Return the words by which a question speaks of how the data is written ("Are all the ids unique?"), or None."""
    score = order_score(fold(question.replace("```", "")), "asking")
    left = _masked(question, "values")
    mention = pattern(_MENTION).search(left)
    if score <= DOUBTED["asking"] and not mention:
        return None
    looked_up = of_prose and looks_up(question)
    if (words := _find(left, "form")) and not (looked_up and not _find(question, "units")):
        return words
    if (_find(left, "units") or (not looked_up and _find(left, "parts"))) and (found := _find(left, "properties")):
        return found
    if of_prose:
        return None
    named = _find(left, "units") or (mention and mention[0])
    return named or (question.strip()[:_LONGEST_NAMED] if score > WORDLESS["asking"] else None)


@lru_cache(maxsize=32)
def about_all(instructions: str) -> str | None:
    """Return the words by which a task needs every sentence of a document (summarize, compare), or None."""
    text, sentences = read(instructions)
    tasks = (_find(one, "work") for one in sentences if not looks_up(one))
    return _find(text, "whole") or next(filter(None, tasks), None)


def looks_up(sentence: str) -> bool:
    """Return whether a sentence asks who, when, where and the like; what is done in it is done by those in the text."""
    if not pattern(_QUESTION).search(sentence) and (pattern(_CLAUSE).search(sentence) or _orders_more(sentence)):
        return False
    return shared_expression("looking_up").match(fold(sentence)) is not None and not _find(sentence, "unsure")


def _orders_more(sentence: str) -> bool:
    """Return whether a second order follows: "Who wrote it and translate it"."""
    kinds: tuple[Kind, ...] = ("form", "whole", "work")
    orders = pattern(_AND).split(sentence)[1:]
    return any(next(_spans(order, kind), (1, 1))[0] == 0 for order in orders for kind in kinds)


def quantities(instructions: str) -> Iterator[tuple[str, str, str]]:
    """Yield each sentence that asks for a quantity, the words that do ("How many"), and, of a count, what follows."""
    for one in read(instructions)[1]:
        yield from ((one, one[start:end], one[end:]) for start, end in _spans(one, "counts"))
        yield from ((one, one[start:end], "") for start, end in _spans(one, "measures"))


def placed(sentences: Sequence[str]) -> Iterator[tuple[str, Place]]:
    """Yield each sentence and its place: alone, unless another one asks for a value; that of a question is not told."""
    asking = list(islice(_asking(sentences), 2))
    for one in sentences:
        yield one, "alone" if not asking or (asking == [one] and not is_question(one)) else "beside"


def _asking(sentences: Sequence[str]) -> Iterator[str]:
    """Yield the sentences that ask for what values answer, questions first; a name ("Question:") does not ask."""
    asked = [one for one in sentences if pattern(_QUESTION).search(one) and not _find(one, "unsure")]
    yield from asked
    rest = (one for at, one in enumerate(sentences, 1) if at == len(sentences) or not pattern(_NAME).search(one))
    yield from (one for one in rest if one not in asked and (_find(one, "questions") or _tells_to_answer(one)))


def _tells_to_answer(sentence: str) -> bool:
    """Return whether a sentence asks for what values answer; of an order, which begins with its verb, a clause does."""
    folded = _words(sentence)[1]
    first = next((word for word in folded if word[:1].isalnum() and word not in _function_words("polite")), "")
    if first in _function_words("small", "asking") or pattern(_VERB_LAST).search(sentence):
        return _find(sentence, "answers") is not None
    return next(_finder("answers", only_orders=True).find(folded), None) is not None


@cache
def _function_words(*names: str) -> frozenset[str]:
    return frozenset(word for one in LANGUAGES for name in names for word in _words(one[name])[1] if word[:1].isalnum())


def is_question(sentence: str) -> bool:
    """Return whether a sentence ends or begins like a question."""
    return pattern(_QUESTION).search(sentence) is not None or _find(sentence, "questions") is not None


def _task(sentences: Sequence[str]) -> str | None:
    """Return the beginning of the last sentence but labels and tags, if it may be about form, or of one that is."""
    *before, task = [one for one in sentences if not pattern(_LABEL).search(one)] or [""]
    if any(order_score(fold(task), place) > score for place, score in OTHER_TASK[is_question(task)].items()):
        return task.strip()[:_LONGEST_NAMED] or None
    return next(filter(None, map(_form_of_order, before)), None)


def _ends(text: str) -> str:
    return text if len(text) <= 2 * _END else f"{text[:_END]}\n{text[-_END:]}"


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
    yield from ((words[first].start(), words[after - 1].end()) for first, after in _finder(kind).find(folded))
    if pattern(_UNSPACED).search(text):
        yield from (match.span() for match in _unspaced(kind).finditer(text))


@lru_cache(maxsize=64)  # each kind is looked for in the same sentences
def _words(text: str) -> tuple[list[re.Match[str]], list[str]]:
    """Return the words and signs of a text, and how they are compared."""
    words = list(pattern(_WORD).finditer(text))
    return words, fold(" ".join(word[0].replace(" ", "") for word in words)).split(" ")


def fold(text: str) -> str:
    """Return text as it is compared: without case, accents, Arabic vowel signs and the prefixes of its words."""
    if text.isascii():
        return text.lower()
    text = pattern(_ACCENTS).sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_ARABIC_SPELLINGS)
    return pattern(_ARABIC_PREFIX).sub("", text) if pattern(_ARABIC).search(text) else text


@cache
def _finder(kind: Kind, *, only_orders: bool = False) -> PhraseFinder:
    from scrimp.compress.task.vocabulary import SPACED  # reads a file for each language

    phrases, orders = list[Phrase](), list[Phrase]()
    for words in SPACED:
        leads = () if kind == "questions" else tuple(parse_phrases(fold(words.get("leads", ""))))
        for phrase in parse_phrases(fold(words.get(kind, ""))):
            if phrase[0] == START or only_orders:
                orders.append(phrase[phrase[0] == START :])
                phrases += [(leads, *orders[-1])] if leads else []
            else:
                phrases.append(phrase)
    return PhraseFinder(phrases, orders)


@cache
def _unspaced(kind: Kind) -> re.Pattern[str]:
    from scrimp.compress.task.vocabulary import UNSPACED  # as in `_finder`

    phrases = (phrase for words in UNSPACED for phrase in parse_phrases(fold(words.get(kind, ""))))
    composed = (unicodedata.normalize("NFKC", spelling) for phrase in phrases for spelling in spellings(phrase))
    return re.compile("|".join(map(re.escape, sorted(composed, key=len, reverse=True))) or "(?!)", re.IGNORECASE)
