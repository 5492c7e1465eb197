"""What paragraphs are about, by the name each begins with, and those that a question or another paragraph leads to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from scrimp.compress.instructions.vocabulary import fold, known_words

_CAPITAL = "[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a9\u0410-\u042f]"
_CAPITALIZED = rf"{_CAPITAL}[\w'\u2019&-]*"
_NICKNAME = rf" [\"\u201c]{_CAPITALIZED}(?: {_CAPITALIZED})?[\"\u201d]"
_JOINED = rf"(?:(?<=\b{_CAPITAL})\.)?(?:{_NICKNAME})? (?:(?:of|the|de|la|von|van|der|du|&) ){{0,2}}"
# Capitalized words with the small ones that join them, and numbers: "Bank of England", "Ferrari 250"; a nickname in
# quotation marks.
NAME = re.compile(rf"{_CAPITALIZED}(?:{_JOINED}(?:{_CAPITALIZED}|\d[\w.]*(?=[ ,(]))){{0,6}}")
_SIGN = r"(?:[\])>}|:*#=\u2013-\u203a\u2022\u2605-][ ]|[=\u3011\uff1a])"
_LEAD = rf"(?:(?:[^\w\n]*+\w{{1,4}}[.)][ ]|[^\n!?]{{0,40}}?{_SIGN})(?=\W?[A-Z]))?"  # "(a) ", "Memory 3) ", "a.pdf > "
_SUBJECT = re.compile(rf"{_LEAD}[\"'\u201c\u201e\u00ab(]*(?:(?:The|An?) )?({NAME.pattern})")
# Any sentence begins with a capital: a single word is its subject where this follows.
_AFTER_WORD = re.compile(
    r"[\"'\u201d\u00bb]*(?:[ ](?:is|are|was|were|ist|war|est|es|era|fue|foi|\u00e8|\u00e9) | ?[(,])"
)
_INTRODUCED = re.compile(_SUBJECT.pattern + _AFTER_WORD.pattern)
_WORD = re.compile(r"[\w'\u2019]+")
_MOST = 8  # paragraphs about what is named in a text; of more, a name tells none from the others
_COMMON = 64  # paragraphs; a word that begins more of them tells none from the others
_LONGEST = 2_000  # characters of a sentence in which names are looked for
_SHORT = 3  # letters that a short form of a given name shares with it: "Terry", "Terrence"
_LEADING = 5  # sentences, the best ones, whose names lead to other paragraphs
_LONG = 12  # sentences of a paragraph that may be several passages, which begin with what they are about
_NAMED = 3  # of the best sentences, whose subjects lead to sentences that name them, and of those for each


def _words(name: str) -> tuple[str, ...]:
    small = known_words()[0].small
    return tuple(word for word in _WORD.findall(fold(name)) if word not in small)


def _subject(sentence: str) -> str:
    """Return the name that a sentence begins with; "" without one."""
    found = _SUBJECT.match(sentence)
    return found[1] if found and (len(_words(found[1])) > 1 or _AFTER_WORD.match(sentence, found.end())) else ""


def _may_name(mentioned: Sequence[str], about: Sequence[str]) -> bool:
    """Return whether words may name a subject that has more or longer ones: "Ed Wood", "Edward Davis Wood Jr."."""
    *others, last = mentioned
    starts = [word[:_SHORT] for word in others if word not in about]
    return last in about and all(len(start) > 1 and any(word.startswith(start) for word in about) for start in starts)


class Subjects:
    """The subjects of paragraphs, which are lists of the places of sentences among units."""

    def __init__(self, units: Sequence[str], paragraphs: Iterable[Sequence[int]]) -> None:
        self._units = units
        self.paragraph_start: dict[int, int] = {}
        for at in paragraphs:
            start = at[0]
            for place in at:
                found = _INTRODUCED.match(units[place]) if len(at) >= _LONG else None
                start = place if found and " " in found[1] else start
                self.paragraph_start[place] = start
        starts = dict.fromkeys(self.paragraph_start.values())
        self.names = {start: name for start in starts if (name := _subject(units[start]))}
        self.by_start = {start: words for start, name in self.names.items() if (words := _words(name))}
        self._starts: dict[str, list[int]] = defaultdict(list)
        for start, words in self.by_start.items():
            for word in {*words}:
                self._starts[word].append(start)

    def leading_to(self, question: str, best: Sequence[int]) -> list[int]:
        """Return sentences that a question of two hops may need beside its best ones.

        They are the first ones of paragraphs about what the question, one of the best or the one after the best names
        ("Who directed it? ... born where?"), and those that name what the best are about, with the first of their
        paragraphs ("Who is the daughter of ...?").
        """
        asked = f" {' '.join(_WORD.findall(fold(question)))} "
        about = self._beginning_with(asked.split())
        found = [start for start in about if f" {' '.join(self.by_start[start])} " in asked][:_MOST]
        after = [at + 1 for at in best[:1] if self.paragraph_start.get(at + 1) == self.paragraph_start[at]]
        for text in (question, *(self._units[at] for at in (*best[:_LEADING], *after))):
            found += islice(self._named_in(text[:_LONGEST]), _MOST)
        subjects = dict.fromkeys(self.paragraph_start[at] for at in best[:_NAMED])
        for start in subjects:
            if len(self.by_start.get(start, ())) > 1 and not {*self.by_start[start]} <= {*asked.split()}:
                for at in islice(self._naming(start), _NAMED):
                    found += [at, self.paragraph_start[at]]
        return list(dict.fromkeys(found))

    def _naming(self, subject: int) -> Iterator[int]:
        """Yield the sentences of other paragraphs that name what one is about."""
        about = self.by_start[subject]
        for at, start in self.paragraph_start.items():
            if start != subject and about[-1] in fold(self._units[at]):
                names = map(_words, NAME.findall(self._units[at][:_LONGEST]))
                if any(len(name) > 1 and name[-1] == about[-1] and _may_name(name, about) for name in names):
                    yield at

    def _named_in(self, text: str) -> Iterator[int]:
        """Yield the starts of paragraphs about a name in a text, or about a part of it: "King Centwine", "Centwine"."""
        for name in dict.fromkeys(NAME.findall(text)):
            mentioned = _words(name)
            for start in self._beginning_with(mentioned):
                about = self.by_start[start]
                if {*about} <= {*mentioned} or (len(mentioned) > 1 and _may_name(mentioned, about)):
                    yield start

    def _beginning_with(self, words: Iterable[str]) -> list[int]:
        """Return the starts of paragraphs about anything that has one of the words."""
        starts = (self._starts.get(word, ()) for word in dict.fromkeys(words))
        return list(dict.fromkeys(start for few in starts if len(few) <= _COMMON for start in few))
