"""The terms of a query: its words, their forms and synonyms, and what each weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scrimp.compress.extract.synonyms import synonyms
from scrimp.compress.extract.words import tokenize
from scrimp.compress.instructions.vocabulary import fold, known_words

FORM_WEIGHT = 0.5  # of a word with the same stem, or of a synonym that no sentence has, relative to the word itself
STEM_LENGTH = 4
SMALL_WEIGHT = 0.1  # the weight of a word such as "of" or "did", relative to others
SYNONYM = "~"  # the sign before that word
_NO_TERMS: Counter[str] = Counter()


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """The terms of a query: its words, those of them that say little, and how other words begin that stand for one.

    `forms` has the term for each beginning: that of a form of the word, with a star after it, or of a synonym, with a
    sign before the word that is asked for.
    """

    words: frozenset[str]
    small: frozenset[str]
    forms: dict[str, str]

    @classmethod
    def of(cls, query: str) -> QueryTerms:
        """Return the terms of a query; words say little in the language that knows most of them as such."""
        words = frozenset(tokenize(query))
        folded = {word: fold(word) for word in words}
        english, *others = ({word for word in words if folded[word] in known.small} for known in known_words())
        small = max(english, *others, key=len)
        forms = {start: stem for word in words - small for start, stem in _forms(word)}
        asked = sorted(words - small, reverse=True) if small == english else ()
        alike = {stem: SYNONYM + word for word in asked for stem in synonyms(word) if stem not in words | forms.keys()}
        return cls(words, frozenset(small), forms | alike)

    def count_in(self, found: Sequence[str]) -> tuple[Counter[str], int]:
        """Return how often each term occurs among tokens, and the number of tokens."""
        terms = [word for word in found if word in self.words]
        if self.forms:
            terms += [self.forms[word[:STEM_LENGTH]] for word in found if word[:STEM_LENGTH] in self.forms]
        return Counter(terms) if terms else _NO_TERMS, len(found)

    def weights(self) -> dict[str, float]:
        """Return the weight of each term, before its rarity."""
        forms = dict.fromkeys(self.forms.values(), FORM_WEIGHT)
        return dict.fromkeys(self.words, 1.0) | dict.fromkeys(self.small, SMALL_WEIGHT) | forms

    def distinct(self) -> set[str]:
        """Return one term for each word that says something: its stem, or else the word."""
        telling = (word for word in self.words - self.small if len(word) > 1 or not word.isascii() or word.isdigit())
        return {next((stem for _, stem in _forms(word)), word) for word in telling}


def _forms(word: str) -> Iterator[tuple[str, str]]:
    """Yield how the forms of a word begin, with its stem ("die", "dies"); nothing for a short one or a number."""
    if len(word) >= STEM_LENGTH and not word[0].isdigit():
        yield word[:STEM_LENGTH], f"{word[:STEM_LENGTH]}*"
    elif len(word) == STEM_LENGTH - 1 and word.isascii() and word.isalpha():
        for end in ("", "s", "d" if word[-1] == "e" else word[-1]):
            yield word + end, f"{word}*"
