"""Where the words of each demand occur in a prompt, in one pass for each of its languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from scrimp.routing.prior.languages import UNSPACED, languages_of
from scrimp.routing.prior.vocabulary import ANY_SECOND, MANY, Phrase, Vocabulary, end_of, vocabulary

Span: TypeAlias = tuple[int, int]  # of tokens
# A word of any script, with the vowel signs that `\w` leaves out, or a sign that ends a sentence.
WORD_OR_SIGN = r"[\w\u0300-\u036f\u064b-\u0655\u0900-\u0dff]+|[.!?:;\n\u060c\u061f\u0964\u3001\u3002]"
_EDGE = 60  # tokens at either end of a long prompt in which a demand is told
# What it finds in text that is ASCII; to compile the other takes longer than to read a short prompt.
ASCII_WORD_OR_SIGN = r"\w+|[.!?:;\n]"
_LONGEST_GREETING = 24  # tokens
_SIGNS = frozenset(".!?:;\n\u060c\u061f\u0964\u3001\u3002")
# Words before an order that are not part of it: "could you please translate".
_FILLERS = frozenset((
    "please", "can", "could", "would", "will", "you", "kindly", "now", "then", "so", "and", "i", "want", "need", "d",
    "like", "to", "me", "let", "s", "my",
))  # fmt: skip


class Match(Struct, frozen=True):
    """The words of a prompt that tell a demand, the place of the first, and whether they are an order."""

    start: int
    pieces: Sequence[Sequence[str]]  # the words that stand together
    order: bool = False

    @property
    def words(self) -> str:
        """The words as one text; most matches are never asked for it."""
        return " ... ".join(map(" ".join, self.pieces))


class Scan(Struct, frozen=True):
    """The first match of each demand, and whether a prompt is nothing but a greeting."""

    found: dict[str, Match]
    only_greeting: bool


def scan(tokens: Sequence[str]) -> Scan:
    """Return which demands the words of a prompt tell."""
    if len(tokens) > 2 * _EDGE:
        tokens = [*tokens[:_EDGE], ".", *tokens[-_EDGE:]]
    found: dict[str, Match] = {}
    greeting = False
    for language in languages_of(tokens):
        find = _find_unspaced if language in UNSPACED else _find_spaced
        greeting |= find(vocabulary(language), tokens, found)
    return Scan(found, greeting)


def is_word(token: str) -> bool:
    """Return whether a token is a word, not a sign."""
    return token not in _SIGNS


def words_of(tokens: Sequence[str]) -> list[str]:
    """Return the tokens that are words."""
    return [token for token in tokens if token not in _SIGNS]


def _find_spaced(known: Vocabulary, tokens: Sequence[str], found: dict[str, Match]) -> bool:
    """Add what one language's words tell; return whether they are all of a greeting."""
    reading = _Reading(tokens, found)
    present, last = reading.present, len(tokens) - 1
    begun = known.begun_by(present)
    for at, token in enumerate(tokens):
        if (phrases := begun.get(token)) is None:
            continue
        if (alone := phrases.get(ANY_SECOND)) is not None:
            reading.take(alone if len(alone) < MANY else known.possible(token, ANY_SECOND, alone, present), at)
        if at < last and (going_on := phrases.get(second := tokens[at + 1])) is not None:
            reading.take(going_on if len(going_on) < MANY else known.possible(token, second, going_on, present), at)
    return reading.only_greeting


class _Reading:
    """What one pass over the tokens has found so far."""

    __slots__ = ("_found", "_greeted", "_parts", "_tokens", "present")

    def __init__(self, tokens: Sequence[str], found: dict[str, Match]) -> None:
        self._tokens, self._found, self.present = tokens, found, frozenset(tokens)
        self._parts: dict[int, dict[int, Span]] = {}  # by entry, then by the place of the part in it
        self._greeted: set[int] | None = set() if len(tokens) <= _LONGEST_GREETING else None

    def take(self, phrases: Sequence[Phrase], at: int) -> None:
        """Add what those phrases tell, of some that may begin at a token, that do."""
        tokens, found, present = self._tokens, self._found, self.present
        for phrase in phrases:
            if not phrase.needs <= present:
                continue
            known = found.get(phrase.demand)
            if known is not None and known.start <= at and phrase.entry not in self._parts:
                continue  # at best it would tell what is known, by words that come later
            if phrase.order and self._is_led(at):
                continue
            words = phrase.words
            if len(words) == 1:
                end = at + 1
            elif not (end := end_of(words, tokens, at)):
                continue
            if phrase.parts > 1:
                self._add_part(phrase, (at, end))
            elif phrase.demand == "greeting":
                self._greet(at, end)
            else:
                found[phrase.demand] = Match(at, (tokens[at:end],), phrase.order)

    def _is_led(self, at: int) -> bool:
        """Return whether the sentence of a token has begun with a word that is not a filler."""
        while at:
            at -= 1
            token = self._tokens[at]
            if token not in _FILLERS:
                return token not in _SIGNS
        return False

    def _greet(self, at: int, end: int) -> None:
        if self._greeted is not None:
            self._greeted.update(range(at, end))

    def _add_part(self, phrase: Phrase, span: Span) -> None:
        have = self._parts.setdefault(phrase.entry, {})
        if phrase.part not in have:
            have[phrase.part] = span
            if len(have) == phrase.parts:
                spans = sorted(have.values())
                pieces = [self._tokens[start:end] for start, end in spans]
                _add(self._found, phrase.demand, Match(spans[0][0], pieces, phrase.order))

    @property
    def only_greeting(self) -> bool:
        """Whether all words are of a greeting."""
        greeted = self._greeted or ()
        return bool(greeted) and all(at in greeted for at, token in enumerate(self._tokens) if is_word(token))


def _find_unspaced(known: Vocabulary, tokens: Sequence[str], found: dict[str, Match]) -> bool:
    """Do the same for a language that does not part its words: they are looked for as they stand."""
    text = "".join(tokens)
    rest = "".join(words_of(tokens))
    for demand, parts in known.spellings:
        if demand == "greeting":
            for spelling in parts[0]:
                rest = rest.replace(spelling, "")
            continue
        have = sorted(min(matches) for part in parts if (matches := _occurrences(part, text)))
        if len(have) == len(parts):
            _add(found, demand, Match(have[0][0], [(words,) for _, words in have]))
    return not rest


def _occurrences(spellings: Sequence[str], text: str) -> list[tuple[int, str]]:
    return [(at, each) for each in spellings if (at := text.find(each)) >= 0]


def _add(found: dict[str, Match], demand: str, match: Match) -> None:
    if demand not in found or match.start < found[demand].start:
        found[demand] = match
