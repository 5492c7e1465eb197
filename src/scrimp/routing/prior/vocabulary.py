"""The words by which a demand is recognized: a file for each language in `words/`, read when a text needs it.

Each section of a file is a demand. Entries are parted by commas. `{a|b}` is a choice, `*` at the end of a word stands
for any ending, `...` for up to four words. `^` marks an order or a question: it counts only at the beginning of a
prompt or of its last paragraph. With ` + ` all parts must occur, wherever. Case does not matter, and signs separate
words: "what's" is `what s`. Words of scripts without blanks are looked for as they stand, between any others.

A phrase is taken apart when its first word is first met, so that a command that routes one prompt reads little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

from msgspec import Struct

from scrimp.routing.prior.languages import TOGETHER

_FOLDER = Path(__file__).parent / "words"
ANY_SECOND = ""
_AND = " + "
_GAP, _LONGEST_GAP = "...", 4  # words
_REMEMBERED = 50_000  # words of prompts, most of which begin no phrase
MANY = 6  # phrases that begin alike; of so many those are sought out that a prompt has the words for


class Phrase(Struct, frozen=True):
    """The words of a part of an entry, and what the entry tells."""

    words: Sequence[str]
    demand: str
    entry: int
    part: int  # its place in the entry
    parts: int  # of the entry, all of which must occur
    order: bool
    needs: frozenset[str]  # words after the first that a prompt must have, as they stand


_NOTHING: Mapping[str, Sequence[Phrase]] = {}


class Vocabulary:
    """The entries of some languages, found by the first words of their phrases."""

    def __init__(self, *languages: str) -> None:
        self.entries: list[tuple[str, str]] = []  # the demand, and its words as they are written
        self._unread: dict[str, list[tuple[str, int, int]]] = {}  # parts by first word; stems by their letters and *
        # Words that were met, and the phrases of those that begin any, as `phrases` has them.
        self._read: set[str] = set()
        self._begun: dict[str, Mapping[str, Sequence[Phrase]]] = {}
        # Of beginnings with many: places of phrases that need no other word, of others by one word, and these words.
        self._by_need: dict[tuple[str, str], tuple[list[int], dict[str, list[int]], frozenset[str]]] = {}
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

    def begun_by(self, words: frozenset[str]) -> Mapping[str, Mapping[str, Sequence[Phrase]]]:
        """Return the phrases that may begin with some words, and with others that were met before: see `phrases`."""
        for word in words - self._read:
            self.phrases(word)
        return self._begun

    def phrases(self, word: str) -> Mapping[str, Sequence[Phrase]]:
        """Return the phrases that may begin with a word, by their second word; with none, or any, under ANY_SECOND."""
        if word in self._read:
            return self._begun.get(word, _NOTHING)
        if word[0].isdecimal() and word not in self._unread:
            return _NOTHING  # numbers are all different
        if found := self._find(word):
            self._begun[word] = found
        if found or len(self._read) < _REMEMBERED:
            self._read.add(word)
        return found

    def possible(
        self, first: str, second: str, phrases: Sequence[Phrase], present: frozenset[str]
    ) -> Sequence[Phrase]:  # fmt: skip
        """Return those of the many phrases under two words that a prompt with the present words may have, in order."""
        known = self._by_need.get((first, second))
        if known is None:
            by_need = _places_by_need(phrases, {first, second})
            known = self._by_need[first, second] = by_need.pop("", []), by_need, frozenset(by_need)
        without_need, by_need, needs = known
        places = without_need + [place for need in needs & present for place in by_need[need]]
        return [phrases[place] for place in sorted(places)] if places else ()

    def _find(self, word: str) -> Mapping[str, Sequence[Phrase]]:
        by_second: dict[str, list[Phrase]] = {}
        firsts = [word, *(f"{word[:length]}*" for length in self._stem_lengths if length <= len(word))]
        for first in firsts:
            for part, number, place in self._unread.get(first, ()):
                for spelling in _spellings_from(first, part.removeprefix("^")):
                    words = spelling.split()
                    if words[0] == first:
                        second = words[1] if len(words) > 1 and _is_plain(words[1]) else ANY_SECOND
                        by_second.setdefault(second, []).append(self._phrase(words, part, number, place))
        return by_second

    def _phrase(self, words: Sequence[str], part: str, number: int, place: int) -> Phrase:
        demand, entry = self.entries[number]
        needs = frozenset(filter(_is_plain, words[1:]))
        return Phrase(words, demand, number, place, entry.count(_AND) + 1, part[0] == "^", needs)


def _places_by_need(phrases: Sequence[Phrase], known: set[str]) -> dict[str, list[int]]:
    """Return the places of phrases by the longest word that a prompt must have for each, other than those known.

    Under "" are those that need no other.
    """
    by_need: dict[str, list[int]] = {}
    for place, phrase in enumerate(phrases):
        by_need.setdefault(max(phrase.needs - known, key=len, default=""), []).append(place)
    return by_need


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


def end_of(phrase: Sequence[str], words: Sequence[str], at: int) -> int:
    """Return the place after a phrase whose first word is at a place, or 0 where it does not go on so."""
    if len(phrase) == 1:
        return at + 1
    at, gap = at + 1, 0
    for wanted in phrase[1:]:
        if wanted == _GAP:
            gap = _LONGEST_GAP
            continue
        last = min(at + gap, len(words) - 1)
        while at <= last and not _is(words[at], wanted):
            at += 1
        if at > last:
            return 0
        at, gap = at + 1, 0
    return at


def _is(word: str, wanted: str) -> bool:
    return word == wanted or (wanted[-1] == "*" and word.startswith(wanted[:-1]))


@cache
def vocabulary(language: str) -> Vocabulary:
    """Return the entries of a language, and of those that it is looked up with."""
    return Vocabulary(*TOGETHER.get(language, (language,)))
