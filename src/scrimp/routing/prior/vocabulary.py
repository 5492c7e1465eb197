"""The words by which a demand is recognized: a file for each language in `words/`, read when a text needs it.

Each section of a file is a demand. Entries are parted by commas. `{a|b}` is a choice, `*` at the end of a word stands
for any ending, `...` for up to four words. `^` marks an order or a question: it counts only at the beginning of a
prompt or of its last paragraph. With ` + ` all parts must occur, wherever. Case does not matter, and signs separate
words: "what's" is `what s`. Words of scripts without blanks are looked for as they stand, between any others.

A phrase is taken apart when its first word is first met, so that a command that routes one prompt reads little. From
then on it is found by its longest word: most words of a prompt begin some phrase, and few are the longest of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path

from msgspec import Struct

from scrimp.routing.prior.languages import TOGETHER

_FOLDER = Path(__file__).parent / "words"
_AND = " + "
_GAP, _LONGEST_GAP = "...", 4  # words
_MANY = 4  # phrases
_REMEMBERED = 50_000  # words of prompts, most of which begin no phrase


class Phrase(Struct, frozen=True):
    """The words of a part of an entry, and what the entry tells."""

    first: str  # as it stands in a prompt: in `words` it may be a stem
    words: list[str]
    demand: str
    entry: int
    part: int  # its place in the entry
    parts: int  # of the entry, all of which must occur
    order: bool
    rank: int  # among the phrases with the same first word: where two tell a demand, the lower one does
    needs: frozenset[str]  # words that a prompt must have, as they stand; the first is one of them
    text: str  # its words between blanks; empty where there are gaps between them, or one may end otherwise


class Vocabulary:
    """The entries of some languages, found by the first words of their phrases."""

    def __init__(self, *languages: str) -> None:
        self.entries: list[tuple[str, str]] = []  # the demand, and its words as they are written
        self._unread: dict[str, list[tuple[str, int, int]]] = {}  # parts by first word; stems by their letters and *
        self._read: set[str] = set()  # words that were met: phrases that begin with them are among those below
        self._by_longest: dict[str, list[Phrase]] = {}
        self._by_second: dict[str, dict[str, list[Phrase]]] = {}  # where many have the same one, by the next
        self._longest: set[str] = set()
        for language in languages:
            text = (_FOLDER / f"{language}.txt").read_text("utf-8").replace("\n", " ")
            for section in text.split("[")[1:]:
                demand, _, entries = section.partition("]")
                for words in filter(None, map(str.strip, entries.split(","))):
                    self._add(demand, words)
        self._stem_lengths = sorted({len(first) - 1 for first in self._unread if first[-1] == "*"})

    def _add(self, demand: str, words: str) -> None:
        number, unread = len(self.entries), self._unread
        self.entries.append((demand, words))
        if demand == "greeting":
            return
        for place, part in enumerate(words.split(_AND) if _AND in words else (words,)):
            start = part[1:] if part[0] == "^" else part
            if start[0] != "{":
                unread.setdefault(start.partition(" ")[0], []).append((part, number, place))
                continue
            for first in {option.partition(" ")[0] for option in start[1 : start.index("}")].split("|")}:
                unread.setdefault(first, []).append((part, number, place))

    @cached_property
    def spellings(self) -> list[tuple[str, list[list[str]]]]:
        """The demand and the spellings of each part of every entry, for languages without blanks."""
        return [
            (demand, [list(_spellings(part.removeprefix("^"))) for part in words.split(_AND)])
            for demand, words in self.entries
        ]

    @cached_property
    def greetings(self) -> list[list[str]]:
        """The words of each greeting, which are all as they stand."""
        greetings = (words for demand, words in self.entries if demand == "greeting")
        return [spelling.split() for words in greetings for spelling in _spellings(words)]

    @cached_property
    def greeting_words(self) -> frozenset[str]:
        """The words of all greetings."""
        return frozenset(word for words in self.greetings for word in words)

    def possible(self, present: frozenset[str]) -> list[Phrase]:
        """Return the phrases that a prompt with these words may have: all words that they need are there."""
        for word in present - self._read:
            self._read_phrases(word)
        longest, by_longest = present & self._longest, self._by_longest
        possible = [phrase for word in longest for phrase in by_longest[word] if phrase.needs <= present]
        for word in self._by_second.keys() & longest:
            by_second = self._by_second[word]
            seconds = by_second.keys() & present
            possible += [phrase for second in seconds for phrase in by_second[second] if phrase.needs <= present]
        return possible

    def _read_phrases(self, word: str) -> None:
        """Read the phrases that may begin with a word."""
        if word[0].isdecimal() and word not in self._unread:
            return  # numbers are all different
        phrases = self._begun_by(word)
        for phrase in phrases:
            longest, *others = sorted(phrase.needs, key=len, reverse=True)
            alike = self._by_longest.setdefault(longest, [])
            if len(alike) < _MANY or not others:
                alike.append(phrase)
            else:
                self._by_second.setdefault(longest, {}).setdefault(others[0], []).append(phrase)
            self._longest.add(longest)
        if phrases or len(self._read) < _REMEMBERED:
            self._read.add(word)

    def _begun_by(self, word: str) -> list[Phrase]:
        """Return the phrases that may begin with a word: those whose second may be any go first."""
        any_second: list[tuple[list[str], str, int, int]] = []
        with_second: list[tuple[list[str], str, int, int]] = []
        for first in (word, *(f"{word[:length]}*" for length in self._stem_lengths if length <= len(word))):
            for part, number, place in self._unread.get(first, ()):
                for spelling in _spellings_from(first, part.removeprefix("^")):
                    words = spelling.split()
                    if words[0] == first:
                        among = with_second if len(words) > 1 and _is_plain(words[1]) else any_second
                        among.append((words, part, number, place))
        return [self._phrase(word, rank, *each) for rank, each in enumerate(any_second + with_second)]

    def _phrase(self, first: str, rank: int, words: list[str], part: str, number: int, place: int) -> Phrase:
        demand, entry = self.entries[number]
        plain = [first, *filter(_is_plain, words[1:])]
        parts, order = entry.count(_AND) + 1, part[0] == "^"
        text = f" {' '.join(plain)} " if len(plain) == len(words) else ""
        needs = frozenset(plain if parts == 1 else (*plain, *_in_all_spellings(entry)))
        return Phrase(first, words, demand, number, place, parts, order, rank, needs, text)


@cache
def _in_all_spellings(entry: str) -> frozenset[str]:
    """Return the words that are in every spelling of an entry."""
    spellings = (_spellings(part.removeprefix("^")) for part in entry.split(_AND))
    each = (frozenset.intersection(*(frozenset(words.split()) for words in part)) for part in spellings)
    return frozenset(filter(_is_plain, frozenset().union(*each)))


def _is_plain(word: str) -> bool:
    return word != _GAP and word[-1] != "*"


def _spellings_from(first: str, part: str) -> Iterator[str]:
    """Return the spellings whose first word may be this one."""
    if part[0] != "{":
        return _spellings(part)
    options, _, after = part[1:].partition("}")
    chosen = [option for option in options.split("|") if option.partition(" ")[0] == first]
    return (option + end for option in chosen for end in _spellings(after))


def _spellings(part: str) -> Iterator[str]:
    before, brace, rest = part.partition("{")
    if not brace:
        yield part
        return
    options, _, after = rest.partition("}")
    afters = list(_spellings(after))
    for option in options.split("|"):
        for end in afters:
            yield before + option + end


def end_of(phrase: Sequence[str], words: list[str], at: int) -> int:
    """Return the place after a phrase whose first word is at a place, or 0 where it does not go on so."""
    at, reach = at + 1, 1
    for wanted in phrase[1:]:
        if wanted == _GAP:
            reach = 1 + _LONGEST_GAP
            continue
        near = words[at : at + reach]
        if wanted[-1] == "*":
            stem = wanted[:-1]
            at = next((at + place for place, word in enumerate(near, 1) if word.startswith(stem)), 0)
        else:
            at = at + near.index(wanted) + 1 if wanted in near else 0
        if not at:
            return 0
        reach = 1
    return at


@cache
def vocabulary(language: str) -> Vocabulary:
    """Return the entries of a language, and of those that it is looked up with."""
    return Vocabulary(*TOGETHER.get(language, (language,)))
