"""Quantities that are asked for: those that one sentence of the documents states, and those to be counted in all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile

from scrimp.compress.extract.query_terms import STEM_LENGTH, QueryTerms
from scrimp.compress.extract.sentences import split_sentences
from scrimp.compress.extract.words import tokenize
from scrimp.compress.instructions.vocabulary import fold, shared_expression
from scrimp.compress.task.form import quantities

_MOST = 8  # quantities that are looked for; who asks for more has all sentences left
# A number and a noun: "two old stone bridges", but not "in 1950 the bridges".
_ARTICLE = r"(?:the|its|his|her|their|our|der|die|das|den|le|la|les|el|los|las|os|as|il|lo|gli)"
_BETWEEN = rf"(?![\s-]+{_ARTICLE}\b)(?:[\s-]+[^\W\d][\w']*){{0,3}}?[\s-]+"


def unstated_quantity(instructions: str, documents: Sequence[str]) -> str | None:
    """Return the words that ask for a quantity no sentence states better than all others, or None.

    A sentence states how many there are if it has a number before what is counted, and an average or a share if it has
    it with a number; either with another word of the question. If several do so alike, they may have to be added up.
    """
    asked = list(dict.fromkeys(quantities(instructions)))
    many = len(asked) > _MOST
    return next((words for one, words, rest in asked if many or not _is_stated(one, words, rest, documents)), None)


def _is_stated(asked: str, words: str, counted: str, documents: Sequence[str]) -> bool:
    terms = QueryTerms.of(asked)
    stems = {word[:STEM_LENGTH] for word in _heads(counted or words, terms.small)}
    stem = "|".join(map(re.escape, sorted(stems)))
    number, share = (shared_expression(name).pattern for name in ("number", "share"))
    states = re.compile(rf"{number}{_BETWEEN}(?:{stem})" if counted else rf"{number}{share}").search
    both = () if counted else (re.compile(number).search, re.compile(rf"\b(?:{stem})").search)
    others = {term for term in terms.distinct() if term[:STEM_LENGTH] not in stems}
    sentences = ((text, fold(text)) for document in documents for text in split_sentences(document))
    stating = (text for text, found in sentences if states(found) or (both and all(find(found) for find in both)))
    shared = sorted(len(terms.count_in(tokenize(text))[0].keys() & others) for text in stating)
    return bool(stems and shared) and (shared[-1] > 0 or not others) and shared[-1] not in shared[:-1]


def _heads(text: str, small: frozenset[str]) -> Iterator[str]:
    """Return the first words that say something, up to one that does not ("old stone bridges has it?")."""
    words = dropwhile(small.__contains__, tokenize(fold(text)))
    return takewhile(lambda word: word not in small, words)
