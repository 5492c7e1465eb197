"""The sentences of a text that bear on a question, in their order, under the labels they came with."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from scrimp.compress.sentences import INLINE, PASSAGE, TAG, is_break, label_rank, sentences

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
_TAG_NAME = re.compile(r"\s*<(/?)([^\s/>]+)")
_MANY_MARKS = re.compile(r"([^\w\s]{100})")  # normalizing takes the square of the marks on one letter
_IS_THAI = re.compile(rf"[{_THAI}]")


def focus(text: str, query: str, *, keep: float, size: Callable[[str], int] = len) -> str:
    """Return about `keep` of the text, never more but for one sentence: whole sentences, in order, with their labels.

    What is kept at a lower ratio is kept at every higher one. Without words to look for the text stays as it is.
    """
    wanted = _Wanted.of(query)
    if keep >= 1 or not wanted.words:
        return text
    units = sentences(text)
    outline = _outline(units)
    scores = _scores(units, outline.paragraphs, wanted)
    if not any(scores.values()):
        return text
    order = sorted(scores, key=lambda index: (-scores[index], index))
    kept = _best(order, units, outline, budget=_budget(units, size, keep), size=size)
    return "".join(_with_breaks(units, kept))


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


# --- outline ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Outline:
    """Where everything stands: sentences by paragraph, and over each unit the label it stands under."""

    paragraphs: list[list[int]]
    over: dict[int, int]  # unit -> label
    closing: dict[int, int]  # opening tag -> the tag that closes it


class _Labels:
    """The labels a reader has in mind at a place in the text, outermost first."""

    def __init__(self) -> None:
        self.open: list[tuple[int, int, str]] = []  # (rank, unit, name of the tag)
        self.first: list[dict[int, int]] = [{}]  # within each open tag: where the outermost label of a rank stands
        self.tags: Counter[str] = Counter()
        self.last_sentence = -1

    def innermost(self) -> int:
        return self.open[-1][1] if self.open else -1

    def push(self, rank: int, unit: int, tag: str) -> int:
        """Open a label, which ends those of its rank that have had a sentence; return the one over it."""
        if rank != TAG:
            self._end(rank)
        over = self.innermost()
        self.first[-1].setdefault(rank, len(self.open))
        self.open.append((rank, unit, tag))
        if rank == TAG:
            self.first.append({})
            self.tags[tag] += 1
        return over

    def close(self, tag: str) -> int:
        """Close a tag with all that is open in it; return where it was opened."""
        while True:
            _, unit, name = self._pop()
            if name == tag:
                return unit

    def end_line(self) -> None:
        while self.open and self.open[-1][0] == INLINE:
            self._pop()

    def _end(self, rank: int) -> None:
        """End the label of that rank, or else those of lower ones; labels in a row stand under each other."""
        depth = self.first[-1].get(rank)
        if depth is not None and self.open[depth][1] < self.last_sentence:
            while len(self.open) > depth:
                self._pop()
        while self.open and self.open[-1][0] > max(rank, TAG) and self.open[-1][1] < self.last_sentence:
            self._pop()

    def _pop(self) -> tuple[int, int, str]:
        label = self.open.pop()
        if label[0] == TAG:
            self.first.pop()
            self.tags[label[2]] -= 1
        if self.first[-1].get(label[0]) == len(self.open):
            del self.first[-1][label[0]]
        return label


def _outline(units: Sequence[str]) -> _Outline:
    outline, labels = _Outline([[]], {}, {}), _Labels()
    for index, unit in enumerate(units):
        rank = label_rank(unit)
        tag = _TAG_NAME.match(unit) if rank == TAG else None
        if is_break(unit):
            labels.end_line()
            if unit.count("\n") > 1:
                outline.paragraphs.append([])
        elif tag and tag[1] and labels.tags[tag[2]]:
            outline.closing[labels.close(tag[2])] = index
        elif rank is None or (tag and (tag[1] or unit.rstrip().endswith("/>"))):
            outline.paragraphs[-1].append(index)
            outline.over[index] = labels.innermost()
            labels.last_sentence = index
        else:
            if rank == PASSAGE:
                outline.paragraphs.append([])
            outline.over[index] = labels.push(rank, index, tag[2] if tag else "")
    return outline


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


def _budget(units: Sequence[str], size: Callable[[str], int], keep: float) -> float:
    """Return what sentences and labels may take: line breaks are paid for beforehand, whichever will be kept."""
    return keep * sum(size(unit) for unit in units) - sum(size(unit) for unit in units if is_break(unit))


def _best(
    order: Sequence[int], units: Sequence[str], outline: _Outline, *, budget: float, size: Callable[[str], int]
) -> set[int]:
    """Take sentences from the best down, with the labels over them, until one does not fit; the first always does."""
    kept: set[int] = set()
    for index in order:
        new, label = [index], outline.over[index]
        while label != -1 and label not in kept:
            new += [label, outline.closing[label]] if label in outline.closing else [label]
            label = outline.over[label]
        budget -= sum(size(units[unit]) for unit in new)
        if budget < 0 and kept:
            break
        kept.update(new)
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
