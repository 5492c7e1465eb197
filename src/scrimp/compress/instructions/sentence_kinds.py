"""Tell what a sentence of the instructions does: ask something, tell how to answer, or state something."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from scrimp.compress.instructions.vocabulary import WORD, fold, known_words, shared_expression, signs, starts

SentenceKind: TypeAlias = Literal["question", "order", "statement"]

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_QUESTION_MARK = re.compile("[?\uff1f\u061f][\\s\"'\u201d\u2019\u00bb)\\]*_!]*$")
_LEAD = re.compile(r"[\s\"'\u201c\u2018\u00ab\u00bf\u00a1(\[*_>#.:,-]*+")
_REQUEST = shared_expression("request")
_BEFORE_ASKING = re.compile(r"(?:\s|:|,|me\b|us\b|the (?:following )?question\b|this question\b|\bmir\b|\bnous\b)*")


@lru_cache(maxsize=4096)  # the rows of a run share their orders
def kind_of(sentence: str) -> SentenceKind:
    """Return what a sentence does; one that speaks of nothing but the answer is an order, even with a question mark."""
    if not sentence.isascii() and _UNSPACED.search(sentence):
        return _kind_of_unspaced(sentence)
    folded = _without_lead(fold(sentence))
    if _QUESTION_MARK.search(sentence):
        return "order" if share_about_answers(folded) == 1 or _is_request_to_obey(folded) else "question"
    content = has_content(folded)
    order = _end(starts("orders").match(folded))
    lookup = _end(starts("lookups").match(folded))
    if lookup and content and (lookup > order or _asks(folded, lookup)):
        return "question"
    if not content or order >= max(_end(starts("asking").match(folded)), 1):
        return "order"
    # "When a customer calls, be polite." begins like a question: only words without any mark at their end are one.
    unmarked = not sentence.rstrip().endswith((".", "!", ":"))
    return "question" if unmarked and starts("asking").match(folded) else "statement"


def has_content(text: str) -> bool:
    """Return whether any word says what is looked for, and not only how to answer."""
    return not any(map(_words(text).issubset, (known.contentless for known in known_words())))


def content_words(text: str) -> set[str]:
    """Return the folded words that say what is looked for, in the language that knows most of the others."""
    found = _words(text)
    return min((found - known.contentless for known in known_words()), key=len)


def share_about_answers(text: str) -> float:
    """Return the share of words about answers in those that say something, 1 in "Is that clear?", 0 in "Who is he?"."""
    found = _words(text)
    telling = ((found - known.small, known.about_answers) for known in known_words())
    return max(len(words & about) / max(len(words), 1) for words, about in telling)


def _words(text: str) -> set[str]:
    return {word.strip("'") for word in WORD.findall(fold(text))} - {""}  # of marks of quotation alone


def _kind_of_unspaced(sentence: str) -> SentenceKind:
    asking = signs("asking").search(sentence)
    if signs("order").search(sentence):
        return "question" if asking and _QUESTION_MARK.search(sentence) else "order"
    return "question" if asking or signs("lookup").search(sentence) or _QUESTION_MARK.search(sentence) else "statement"


def _without_lead(folded: str) -> str:
    """Return a folded sentence without marks and polite words before it."""
    at = _end(_LEAD.match(folded))
    while found := starts("polite").match(folded, at):
        at = _end(_LEAD.match(folded, found.end()))
    return folded[at:]


def _is_request_to_obey(folded: str) -> bool:
    """Return whether a sentence such as "Could you reply in verse?" is an order in the form of a question."""
    request = _REQUEST.match(folded)
    if request is None:
        return False
    rest = _without_lead(folded[request.end() :])
    order = _end(starts("orders").match(rest))
    return order > 0 and order >= _end(starts("lookups").match(rest)) and not _asks(rest, order)


def _asks(folded: str, at: int) -> bool:
    """Return whether a word that asks follows, as in "answer who rebuilt it"."""
    return starts("asking").match(folded, _end(_BEFORE_ASKING.match(folded, at))) is not None


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0
