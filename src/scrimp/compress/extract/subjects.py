"""What paragraphs are about, by the name each begins with, and those that a question or another paragraph leads to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from scrimp.compress.instructions.vocabulary import fold, known_words

_CAPITAL = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a9\u0410-\u042f]"
_CAPITALIZED = rf"{_CAPITAL}[\w'\u2019&-]*"
_JOINED = rf"(?:(?<=\b{_CAPITAL})\.)? (?:(?:of|the|de|la|von|van|der|du|&) ){{0,2}}"
# Capitalized words with the small ones that join them, and numbers: "Bank of England", "Ferrari 250".
_NAME = re.compile(rf"{_CAPITALIZED}(?:{_JOINED}(?:{_CAPITALIZED}|\d[\w.]*(?=[ ,(]))){{0,6}}")
_SUBJECT = re.compile(rf"[\"'\u201c\u201e\u00ab(]*(?:(?:The|An?) )?({_NAME.pattern})")
# Any sentence begins with a capital: a single word is its subject where this follows.
_AFTER_WORD = re.compile(
    r"[\"'\u201d\u00bb]*(?:[ ](?:is|are|was|were|ist|war|est|es|era|fue|foi|\u00e8|\u00e9) | ?[(,])"
)
_WORD = re.compile(r"[\w'\u2019]+")
_MOST = 8  # paragraphs about what is named in a text; of more, a name tells none from the others
_COMMON = 64  # paragraphs; a word that begins more of them tells none from the others
_LONGEST = 2_000  # characters of a sentence in which names are looked for
_LEADING = 5  # sentences, the best ones, whose names lead to other paragraphs


def _words(name: str) -> tuple[str, ...]:
    small = known_words()[0].small
    return tuple(word for word in _WORD.findall(fold(name)) if word not in small)


def _subject(sentence: str) -> tuple[str, ...]:
    """Return the folded words of the name that a sentence begins with; () without one."""
    found = _SUBJECT.match(sentence)
    words = _words(found[1]) if found else ()
    return words if found and (len(words) > 1 or _AFTER_WORD.match(sentence, found.end())) else ()


class Subjects:
    """The subjects of paragraphs, which are lists of the places of sentences among units."""

    def __init__(self, units: Sequence[str], paragraphs: Iterable[Sequence[int]]) -> None:
        self._units = units
        self.by_start = {at[0]: words for at in paragraphs if (words := _subject(units[at[0]]))}
        self._starts: dict[str, list[int]] = defaultdict(list)
        for start, words in self.by_start.items():
            for word in {*words}:
                self._starts[word].append(start)

    def leading_to(self, question: str, best: Sequence[int]) -> list[int]:
        """Return the first sentences of paragraphs about what a question names, or one of its best sentences does.

        A question of two hops needs the paragraph about what the other one names: "Who directed it? ... born where?"
        """
        asked = f" {' '.join(_WORD.findall(fold(question)))} "
        about = self._beginning_with(asked.split())
        found = [start for start in about if f" {' '.join(self.by_start[start])} " in asked][:_MOST]
        for text in (question, *(self._units[at] for at in best[:_LEADING])):
            found += islice(self._named_in(text[:_LONGEST]), _MOST)
        return list(dict.fromkeys(found))

    def _named_in(self, text: str) -> Iterator[int]:
        """Yield the starts of paragraphs about a name in a text, or about a part of it: "King Centwine", "Centwine"."""
        for name in dict.fromkeys(_NAME.findall(text)):
            mentioned = {*_words(name)}
            for start in self._beginning_with(sorted(mentioned)):
                about = {*self.by_start[start]}
                if about <= mentioned or (len(mentioned) > 1 and mentioned <= about):
                    yield start

    def _beginning_with(self, words: Iterable[str]) -> list[int]:
        """Return the starts of paragraphs about anything that has one of the words."""
        starts = (self._starts.get(word, ()) for word in dict.fromkeys(words))
        return list(dict.fromkeys(start for few in starts if len(few) <= _COMMON for start in few))
