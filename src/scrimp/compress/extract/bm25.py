"""Score sentences by their relevance to a query: BM25 over words of any script, with a share of their neighbors'."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from scrimp.compress.extract.answer_types import answer_of
from scrimp.compress.extract.antecedents import naming
from scrimp.compress.extract.outline import Outline
from scrimp.compress.extract.query_terms import SYNONYM, QueryTerms
from scrimp.compress.extract.subjects import NAME, Subjects
from scrimp.compress.extract.vectors import likeness
from scrimp.compress.extract.words import tokenize
from scrimp.compress.instructions.vocabulary import labels

# Okapi BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
K1, B = 1.2, 0.5  # term frequency saturation, length normalization
# The shares of other scores added to a sentence's own: its paragraph's, and those of the ones before and after it.
PARAGRAPH_SHARE, BEFORE_SHARE, AFTER_SHARE = 0.2, 0.3, 0.1
# Relative to the best score: the weight of what may be the answer ("Where": "outside Plainview"), and of a name that
# the best sentence has ("Benny, a projectionist": "Benny is pushed in front of a tram").
ANSWER_WEIGHT, NAMED_WEIGHT = 0.1, 0.1
FOLLOWING_SHARE = 0.85  # of a question's score that each sentence after it has, relative to the one before
LIKENESS_WEIGHT = 2.0  # of what vectors say, relative to the best score, where no word of the question is found


class Relevance(NamedTuple):
    """The score of each sentence by its index, and how certain it is that the best ones answer, from 0 to 1.

    `first` are the best one, those that it and the question lead to, and the best with each other word of the question.
    """

    scores: dict[int, float]
    certainty: float
    first: list[int]


def sentence_relevance(units: Sequence[str], outline: Outline, query: str) -> Relevance:
    """Return the score of each sentence.

    What the labels above a sentence say counts as said in it ("## The tower": "It was built in 1889"), and so does the
    name that its paragraph begins with. Where words leave open what answers, what they mean counts, too (`likeness`).
    Of sentences that say as much, those come first that have what the question asks for: a number, a place, a reason.
    Certainty is the share of what is asked (by rarity) that one sentence has, less where all sentences score alike.
    """
    terms = QueryTerms.of(query)
    filled = [paragraph for paragraph in outline.paragraphs if paragraph]
    subjects = Subjects(units, filled)
    headings = _of_labels(units, outline.parent, terms)
    tokens = {index: tokenize(units[index]) for at in filled for index in at}
    counted = ((index, headings[outline.parent[index]], *terms.count_in(found)) for index, found in tokens.items())
    own = {index: (counts + label if label else counts, length) for index, label, counts, length in counted}
    found = _with_subjects(own, subjects, terms)
    scores = _scores(filled, found, terms)
    top = max(scores.values(), default=0.0)
    flatness = sum(scores.values()) / len(scores) / top if top else 1.0
    coverage = _coverage([counts for counts, _ in found.values()], terms.distinct())
    if alike := likeness(query, [units[index] for index in scores]):
        weight = LIKENESS_WEIGHT * (1 - coverage) * (top or 1.0)
        scores = {index: scores[index] + weight * share for index, share in zip(scores, alike, strict=True)}
    if top:
        names = QueryTerms.of(" ".join(NAME.findall(units[max(scores, key=lambda at: (scores[at], -at))])))
        named = QueryTerms(names.words - names.small - terms.words, frozenset(), {})
        led = _scores(filled, _with_subjects({at: named.count_in(tokens[at]) for at in scores}, subjects, named), named)
        most = max(led.values()) or 1.0
        scores = {at: score + NAMED_WEIGHT * top * led[at] / most for at, score in scores.items()}
    if answer := answer_of(query):
        scores = {at: score + ANSWER_WEIGHT * top * bool(answer.search(units[at])) for at, score in scores.items()}
    scores = _with_answers(scores, units)
    covering = _covering(scores, {index: own[index][0] for index in own}, terms.distinct())
    led_to = subjects.leading_to(query, covering) if covering else []
    if covering and answer == answer_of("who"):
        led_to += naming(covering[0], query, {at: units[at] for at in tokens})
    return Relevance(scores, coverage * (1 - flatness), list(dict.fromkeys([*covering[:1], *led_to, *covering])))


def _with_answers(scores: dict[int, float], units: Sequence[str]) -> dict[int, float]:
    """Return the scores, in which what follows a question counts nearly as much ("Q: Who runs it?", "A: Ms. Day.")."""
    answering, asked = dict(scores), 0.0
    for at in sorted(scores):
        asked = scores[at] if units[at].rstrip().endswith(("?", "\uff1f", "\u061f")) else asked * FOLLOWING_SHARE
        answering[at] = max(scores[at], asked)
    return answering


def _covering(scores: dict[int, float], counts: dict[int, Counter[str]], terms: set[str]) -> list[int]:
    """Return the best sentence, then the best of those with a term that none before it has, and so on."""
    missing = {term for found in counts.values() for term in found.keys() & terms}
    covering: list[int] = []
    for index in sorted(scores, key=lambda index: (-scores[index], index)):
        if counts[index].keys() & missing:
            covering.append(index)
            missing -= counts[index].keys()
    return covering


def _of_labels(units: Sequence[str], parent: dict[int, int], terms: QueryTerms) -> dict[int, Counter[str]]:
    """Return the terms of each label ("Passage 2:" has none) with those of the labels above it, each counted once."""
    found: dict[int, Counter[str]] = {-1: Counter()}
    for label in sorted({*parent.values()} - {-1}):
        words = [word for word in tokenize(units[label]) if word not in labels("documents")]
        found[label] = terms.count_in(words)[0] + found[parent[label]]
    return found


def _with_subjects(
    own: dict[int, tuple[Counter[str], int]], subjects: Subjects, terms: QueryTerms
) -> dict[int, tuple[Counter[str], int]]:
    """Return the terms of each sentence with those of the name that its paragraph begins with."""
    named = {start: terms.count_in(tokenize(name))[0] for start, name in subjects.names.items()}
    names = (named.get(subjects.paragraph_start[index]) for index in own)
    return {at: (own[at][0] | name, own[at][1]) if name else own[at] for at, name in zip(own, names, strict=True)}


def _coverage(documents: Sequence[Counter[str]], terms: set[str]) -> float:
    """Return the largest share of the terms, weighted by rarity, that is in one document."""
    frequency = Counter(term for counts in documents for term in counts.keys() & terms)
    rarity = {term: _rarity(frequency[term], len(documents)) for term in terms}
    total = sum(rarity[term] for term in sorted(terms))
    best = max((sum(rarity[term] for term in sorted(counts.keys() & terms)) for counts in documents), default=0.0)
    return best / total if total else 0.0


def _scores(filled: list[list[int]], found: dict[int, tuple[Counter[str], int]], terms: QueryTerms) -> dict[int, float]:
    """Return the score of each sentence: its own BM25 with shares of its paragraph's and neighbors'."""
    idf = _idf([counts for counts, _ in found.values()], terms.weights())
    own = dict(zip(found, _bm25(list(found.values()), idf), strict=True))
    whole = _bm25([_merged([found[index] for index in paragraph]) for paragraph in filled], idf)
    scores: dict[int, float] = {}
    for paragraph, shared in zip(filled, whole, strict=True):
        line = [0.0, *(own[index] for index in paragraph), 0.0]
        for index, before, score, after in zip(paragraph, line, line[1:], line[2:], strict=False):
            scores[index] = score + PARAGRAPH_SHARE * shared + BEFORE_SHARE * before + AFTER_SHARE * after
    return scores


def _merged(parts: Sequence[tuple[Counter[str], int]]) -> tuple[Counter[str], int]:
    return Counter(chain.from_iterable(counts.elements() for counts, _ in parts)), sum(length for _, length in parts)


def _idf(documents: Sequence[Counter[str]], weights: dict[str, float]) -> dict[str, float]:
    """Return the inverse document frequency of each term, times its weight; a word that is found has no synonyms."""
    frequency: Counter[str] = Counter()
    for terms in documents:
        frequency.update(terms.keys())
    return {
        term: weights[term] * _rarity(count, len(documents))
        for term, count in frequency.items()
        if term in weights and not (term[0] == SYNONYM and term[1:] in frequency)
    }


def _rarity(frequency: int, documents: int) -> float:
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def _bm25(documents: Sequence[tuple[Counter[str], int]], idf: dict[str, float]) -> list[float]:
    average = sum(length for _, length in documents) / max(len(documents), 1) or 1.0
    return [
        sum(
            idf[term] * count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))
            for term, count in terms.items()
            if term in idf
        )
        for terms, length in documents
    ]
