"""Score sentences by their relevance to a query: BM25 over words of any script, with a share of their neighbors'."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from scrimp.compress.extract.outline import build_outline

# Okapi BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
K1 = 1.2  # term frequency saturation
B = 0.5  # length normalization
# The shares of other scores added to a sentence's own: of its paragraph, of the sentence before ("He was born in 1856")
# and of the one after. A bonus for first sentences was measured and did not help.
PARAGRAPH_SHARE, BEFORE_SHARE, AFTER_SHARE = 0.3, 0.3, 0.1
STEM_WEIGHT = 0.5  # the weight of a word with the same stem, relative to the word itself
STEM_LENGTH = 5

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_THAI = "\u0e01-\u0e4e\u0e81-\u0ece"
# Word characters that \w lacks: combining marks of Latin, Hebrew, Arabic, the scripts of India (less the danda),
# Tibetan, Burmese and Khmer, and the joiners.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
    "\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
_ASCII_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+")
_WORD = re.compile(rf"[{_CJK}]+|[{_THAI}]+|\d+(?:[.,]\d+)+|(?:(?![{_CJK}{_THAI}])[\w{_MARKS}])+")
_UNSPACED = re.compile(rf"[{_CJK}{_THAI}]")
_MANY_MARKS = re.compile(r"([^\w\s]{100})")  # normalizing takes quadratic time in the marks on one letter
_IS_THAI = re.compile(rf"[{_THAI}]")


def relevance(units: Sequence[str], query: str) -> list[float]:
    """Return the score of each unit; 0 for labels and line breaks."""
    scores = sentence_scores(units, build_outline(units).paragraphs, QueryTerms.of(query))
    return [scores.get(index, 0.0) for index in range(len(units))]


# --- words -----------------------------------------------------------------------------------------------------------


def tokenize(text: str) -> list[str]:
    """Return the tokens to match: words and numbers; unigrams and bigrams in CJK; trigrams in Thai and Lao."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    plain = "".join(normalize("NFKC", piece) for piece in _MANY_MARKS.split(text))
    found = _WORD.findall(plain.casefold())
    return [part for word in found for part in (_ngrams(word) if _UNSPACED.match(word) else (word,))]


def _ngrams(run: str) -> Iterable[str]:
    if _IS_THAI.match(run):
        return (run[at : at + 3] for at in range(max(len(run) - 2, 1)))
    return [*run, *(run[at : at + 2] for at in range(len(run) - 1))]


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """The terms of a query: its words and their stems."""

    words: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, query: str) -> QueryTerms:
        """Return the terms of a query."""
        found = tokenize(query)
        long = (word for word in found if len(word) >= STEM_LENGTH and not word[0].isdigit())
        return cls(frozenset(found), frozenset(word[:STEM_LENGTH] for word in long))

    def count_in(self, text: str) -> tuple[Counter[str], int]:
        """Return how often each term occurs, stems marked with a star, and the number of words."""
        found = tokenize(text)
        terms = [word for word in found if word in self.words]
        terms += [f"{word[:STEM_LENGTH]}*" for word in found if word[:STEM_LENGTH] in self.stems]
        return Counter(terms) if terms else Counter(), len(found)

    def weights(self) -> dict[str, float]:
        """Return the weight of each term, before its rarity."""
        return dict.fromkeys(self.words, 1.0) | {f"{stem}*": STEM_WEIGHT for stem in self.stems}


# --- scores ----------------------------------------------------------------------------------------------------------


def sentence_scores(units: Sequence[str], paragraphs: list[list[int]], terms: QueryTerms) -> dict[int, float]:
    """Return the score of each sentence by its index: its own BM25 with shares of its paragraph's and neighbors'."""
    filled = [paragraph for paragraph in paragraphs if paragraph]
    found = {index: terms.count_in(units[index]) for paragraph in filled for index in paragraph}
    idf = _idf([counts for counts, _ in found.values()], terms.weights())
    own = dict(zip(found, _bm25(list(found.values()), idf), strict=True))
    whole = _bm25([_merged_counts(found[index] for index in paragraph) for paragraph in filled], idf)
    scores: dict[int, float] = {}
    for paragraph, shared in zip(filled, whole, strict=True):
        line = [0.0, *(own[index] for index in paragraph), 0.0]
        for at, index in enumerate(paragraph):
            scores[index] = (
                line[at + 1] + PARAGRAPH_SHARE * shared + BEFORE_SHARE * line[at] + AFTER_SHARE * line[at + 2]
            )
    return scores


def _merged_counts(parts: Iterable[tuple[Counter[str], int]]) -> tuple[Counter[str], int]:
    terms: Counter[str] = Counter()
    length = 0
    for part, words_in_part in parts:
        terms.update(part)
        length += words_in_part
    return terms, length


def _idf(documents: Sequence[Counter[str]], weights: dict[str, float]) -> dict[str, float]:
    """Return the inverse document frequency of each term, times its weight."""
    frequency: Counter[str] = Counter()
    for terms in documents:
        frequency.update(terms.keys())
    return {
        term: weights[term] * math.log(1 + (len(documents) - count + 0.5) / (count + 0.5))
        for term, count in frequency.items()
    }


def _bm25(documents: Sequence[tuple[Counter[str], int]], idf: dict[str, float]) -> list[float]:
    average = sum(length for _, length in documents) / max(len(documents), 1) or 1.0
    return [
        sum(
            idf[term] * count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))
            for term, count in terms.items()
        )
        for terms, length in documents
    ]
