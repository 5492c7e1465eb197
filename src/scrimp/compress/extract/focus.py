"""The sentences of a text that bear on a question, in their order, under the labels they came with."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from scrimp.compress.extract.outline import Outline, outlined
from scrimp.compress.extract.sentences import is_break, sentences
from scrimp.compress.options import Scorer

# Okapi BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
K1 = 1.2  # how soon a word that comes again stops counting
B = 0.5  # how much a long sentence is held against its words
# Shares of others' scores that a sentence has: its paragraph's, that of the sentence before ("He was born in 1856") and
# that of the one after. A bonus for first sentences was measured: it did not help.
PARAGRAPH, BEFORE, AFTER = 0.3, 0.3, 0.1
STEM = 0.5  # what a word with the same beginning is worth beside the word itself
STEM_LENGTH = 5

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_THAI = "\u0e01-\u0e4e\u0e81-\u0ece"
# What belongs to words and is not \w: combining marks of Latin, Hebrew, Arabic, the scripts of India (less the danda),
# Tibetan, Burmese and Khmer, and the joiners.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
    "\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
_ASCII_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+")
_WORD = re.compile(rf"[{_CJK}]+|[{_THAI}]+|\d+(?:[.,]\d+)+|(?:(?![{_CJK}{_THAI}])[\w{_MARKS}])+")
_UNSPACED = re.compile(rf"[{_CJK}{_THAI}]")
_MANY_MARKS = re.compile(r"([^\w\s]{100})")  # normalizing takes the square of the marks on one letter
_IS_THAI = re.compile(rf"[{_THAI}]")


# Units and query to the relevance of each unit, finite, the more the better: all zero where nothing can be told. Units
# are those of `sentences`, in order; what is said of labels and line breaks does not count.


def focus(
    text: str,
    query: str,
    *,
    keep: float,
    must: Callable[[str], bool] | None = None,
    scorer: Scorer | None = None,
) -> str:
    """Return about `keep` of the text, never more but for one sentence: whole sentences, in order, with their labels.

    Units for which `must` says True stay with their labels whatever the ratio, and count towards it; it is not asked
    about line breaks. What is kept at a lower ratio is kept at every higher one. Without words to look for the text
    stays as it is. Sentences are ranked by `relevance` unless a scorer is given.
    """
    wanted = _Wanted.of(query)
    if keep >= 1 or not wanted.words:
        return text
    units = sentences(text)
    outline = outlined(units)
    if scorer is None:
        scores = _scores(units, outline.paragraphs, wanted)
    else:
        given = dict(zip(range(len(units)), scorer(units, query), strict=True))
        scores = {index: given[index] for paragraph in outline.paragraphs for index in paragraph}
    if not any(scores.values()):
        return text
    order = sorted(scores, key=lambda index: (-scores[index], index))
    fixed = _fixed(units, outline, must) if must else set()
    kept = _best(order, units, outline, fixed=fixed, budget=_budget(units, keep))
    return "".join(_with_breaks(units, kept))


def relevance(units: Sequence[str], query: str) -> list[float]:
    """Return the BM25 of each sentence with shares of its paragraph's and neighbours'; 0 for labels and line breaks."""
    scores = _scores(units, outlined(units).paragraphs, _Wanted.of(query))
    return [scores.get(index, 0.0) for index in range(len(units))]


# --- words -----------------------------------------------------------------------------------------------------------


def words(text: str) -> list[str]:
    """Return what can be looked for: words, numbers; characters and pairs of them in CJK; threes of them in Thai."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    plain = "".join(normalize("NFKC", piece) for piece in _MANY_MARKS.split(text))
    found = _WORD.findall(plain.casefold())
    return [part for word in found for part in (_parts(word) if _UNSPACED.match(word) else (word,))]


def _parts(run: str) -> Iterable[str]:
    if _IS_THAI.match(run):
        return (run[at : at + 3] for at in range(max(len(run) - 2, 1)))
    return [*run, *(run[at : at + 2] for at in range(len(run) - 1))]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a query looks for: its words, and the beginnings they share with their other forms."""

    words: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, query: str) -> _Wanted:
        found = words(query)
        long = (word for word in found if len(word) >= STEM_LENGTH and not word[0].isdigit())
        return cls(frozenset(found), frozenset(word[:STEM_LENGTH] for word in long))

    def found_in(self, text: str) -> tuple[Counter[str], int]:
        """Return how often each term occurs, a stem with a star behind it, and the number of words."""
        found = words(text)
        terms = [word for word in found if word in self.words]
        terms += [f"{word[:STEM_LENGTH]}*" for word in found if word[:STEM_LENGTH] in self.stems]
        return Counter(terms) if terms else Counter(), len(found)

    def weights(self) -> dict[str, float]:
        """Return what each term is worth before its rarity."""
        return dict.fromkeys(self.words, 1.0) | {f"{stem}*": STEM for stem in self.stems}


# --- scores ----------------------------------------------------------------------------------------------------------


def _scores(units: Sequence[str], paragraphs: list[list[int]], wanted: _Wanted) -> dict[int, float]:
    """Return each sentence's own relevance with a share of its paragraph's and its neighbours'."""
    filled = [paragraph for paragraph in paragraphs if paragraph]
    found = {index: wanted.found_in(units[index]) for paragraph in filled for index in paragraph}
    idf = _idf([terms for terms, _ in found.values()], wanted.weights())
    own = dict(zip(found, _bm25(list(found.values()), idf), strict=True))
    whole = _bm25([_together(found[index] for index in paragraph) for paragraph in filled], idf)
    scores: dict[int, float] = {}
    for paragraph, shared in zip(filled, whole, strict=True):
        line = [0.0, *(own[index] for index in paragraph), 0.0]
        for at, index in enumerate(paragraph):
            scores[index] = line[at + 1] + PARAGRAPH * shared + BEFORE * line[at] + AFTER * line[at + 2]
    return scores


def _together(parts: Iterable[tuple[Counter[str], int]]) -> tuple[Counter[str], int]:
    terms: Counter[str] = Counter()
    length = 0
    for part, words_in_part in parts:
        terms.update(part)
        length += words_in_part
    return terms, length


def _idf(documents: Sequence[Counter[str]], weights: dict[str, float]) -> dict[str, float]:
    """Return how much a term tells: the rarer the more, times its own weight."""
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


# --- choice ----------------------------------------------------------------------------------------------------------


def _budget(units: Sequence[str], keep: float) -> float:
    """Return what sentences and labels may take: line breaks are paid for beforehand, whichever will be kept."""
    return keep * sum(len(unit) for unit in units) - sum(len(unit) for unit in units if is_break(unit))


def _fixed(units: Sequence[str], outline: Outline, must: Callable[[str], bool]) -> set[int]:
    kept: set[int] = set()
    for index in outline.over:
        if must(units[index]):
            kept |= _with_labels(index, outline, kept)
    return kept


def _with_labels(index: int, outline: Outline, kept: set[int]) -> set[int]:
    """Return a unit with the labels over it, tags with what closes them, less what is kept already."""
    new: set[int] = set()
    while index != -1 and index not in kept:
        new |= {index, outline.closing.get(index, index)}
        index = outline.over[index]
    return new


def _best(
    order: Sequence[int],
    units: Sequence[str],
    outline: Outline,
    *,
    fixed: set[int],
    budget: float,
) -> set[int]:
    """Add sentences to what is fixed, from the best down, with their labels, until one does not fit; the best does."""
    kept = set(fixed)
    budget -= sum(len(units[index]) for index in fixed)
    for index in order:
        new = _with_labels(index, outline, kept)
        budget -= sum(len(units[unit]) for unit in new)
        if budget < 0 and index != order[0]:
            break
        kept |= new
    return kept


def _with_breaks(units: Sequence[str], kept: set[int]) -> Iterable[str]:
    """Yield what is kept, the widest break between two such units, and the breaks at the text's ends."""
    pending, started = "", False
    for index, unit in enumerate(units):
        if index in kept:
            yield pending if started else ""
            yield unit
            pending, started = "", True
        elif is_break(unit):
            if index == 0:
                yield unit
            elif unit.count("\n") > pending.count("\n"):
                pending = unit
    if units and is_break(units[-1]) and len(units) > 1:
        yield units[-1]
