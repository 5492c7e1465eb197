"""Where the words of each demand occur in a prompt, in one pass for each of its languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from scrimp.routing.prior.languages import UNSPACED, languages_of
from scrimp.routing.prior.vocabulary import Phrase, Vocabulary, end_of, vocabulary

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


def scan(tokens: list[str]) -> Scan:
    """Return which demands the words of a prompt tell."""
    if len(tokens) > 2 * _EDGE:
        tokens = [*tokens[:_EDGE], ".", *tokens[-_EDGE:]]
    text, words = " ".join(tokens), frozenset(tokens)
    found: dict[str, Match] = {}
    greeting = False
    for language in languages_of(text, words):
        known = vocabulary(language)
        if language in UNSPACED:
            greeting |= _find_unspaced(known, tokens, found)
        else:
            _find_spaced(known, tokens, f" {text} ", words, found)
            greeting |= len(tokens) <= _LONGEST_GREETING and _only_greetings(known, tokens)
    return Scan(found, greeting)


def is_word(token: str) -> bool:
    """Return whether a token is a word, not a sign."""
    return token not in _SIGNS


def words_of(tokens: Sequence[str]) -> list[str]:
    """Return the tokens that are words."""
    return [token for token in tokens if token not in _SIGNS]


def _find_spaced(
    known: Vocabulary, tokens: list[str], text: str, words: frozenset[str], found: dict[str, Match]
) -> None:  # fmt: skip
    """Add what one language's words tell; `text` has all tokens between blanks."""
    possible = _with_all_parts(known.possible(words))
    spans = [(span[0], each.rank, span, each) for each in possible if (span := _span(each, tokens, text)) is not None]
    spans.sort()
    parts: dict[int, dict[int, Span]] = {}  # by entry, then by the place of the part in it
    for at, _, span, phrase in spans:
        if phrase.parts > 1:
            have = parts.setdefault(phrase.entry, {})
            if have.setdefault(phrase.part, span) is span and len(have) == phrase.parts:
                in_order = sorted(have.values())
                pieces = [tokens[start:end] for start, end in in_order]
                _add(found, phrase.demand, Match(in_order[0][0], pieces, phrase.order))
        elif phrase.demand not in found or at < found[phrase.demand].start:
            found[phrase.demand] = Match(at, (tokens[at : span[1]],), phrase.order)


def _with_all_parts(phrases: Sequence[Phrase]) -> Sequence[Phrase]:
    """Return phrases without the parts of entries of which another part cannot occur."""
    parts: dict[int, int] = {}  # a bit for each part that can occur, by entry
    for phrase in phrases:
        if phrase.parts > 1:
            parts[phrase.entry] = parts.get(phrase.entry, 0) | 1 << phrase.part
    if not parts:
        return phrases
    return [each for each in phrases if each.parts == 1 or parts[each.entry] + 1 == 1 << each.parts]


def _span(phrase: Phrase, tokens: list[str], text: str) -> Span | None:
    """Return where a phrase occurs first, as which no other place counts; an order only where its sentence begins."""
    if phrase.text:
        place = text.find(phrase.text)
        while place >= 0:
            at = text.count(" ", 0, place)
            if not (phrase.order and _is_led(tokens, at)):
                return at, at + len(phrase.words)
            place = text.find(phrase.text, place + 1)
        return None
    at = -1
    for _ in range(tokens.count(phrase.first)):
        at = tokens.index(phrase.first, at + 1)
        if (end := end_of(phrase.words, tokens, at)) and not (phrase.order and _is_led(tokens, at)):
            return at, end
    return None


def _only_greetings(known: Vocabulary, tokens: list[str]) -> bool:
    """Return whether all words are of greetings, and there are some."""
    places = [at for at, token in enumerate(tokens) if is_word(token)]
    if not places or not known.greeting_words.issuperset(tokens[at] for at in places):
        return False
    spans = [
        (at, at + len(words)) for at in places for words in known.greetings if tokens[at : at + len(words)] == words
    ]
    greeted = {at for span in spans for at in range(*span)}
    return greeted.issuperset(places)


def _is_led(tokens: Sequence[str], at: int) -> bool:
    """Return whether the sentence of a token has begun with a word that is not a filler."""
    while at:
        at -= 1
        if tokens[at] not in _FILLERS:
            return tokens[at] not in _SIGNS
    return False


def _find_unspaced(known: Vocabulary, tokens: Sequence[str], found: dict[str, Match]) -> bool:
    """Do the same for a language that does not part its words, as they stand; return whether all are of greetings."""
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
