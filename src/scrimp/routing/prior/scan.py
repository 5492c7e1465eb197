"""Where the words of each demand occur in a prompt, in one pass for each of its languages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from msgspec import Struct

from scrimp.routing.prior.languages import UNSPACED, languages_of
from scrimp.routing.prior.vocabulary import ANY_SECOND, Vocabulary, end_of, vocabulary

# A word of any script, with the vowel signs that `\w` leaves out, or a sign that ends a sentence.
WORD_OR_SIGN = r"[\w\u0300-\u036f\u064b-\u0655\u0900-\u0dff]+|[.!?:;\n\u060c\u061f\u0964\u3001\u3002]"
_EDGE = 60  # tokens at either end of a long prompt in which a demand is told
# What it finds in text that is ASCII; to compile the other takes longer than to read a short prompt.
ASCII_WORD_OR_SIGN = r"\w+|[.!?:;\n]"
# Words before an order that are not part of it: "could you please translate".
_FILLERS = frozenset((
    "please", "can", "could", "would", "will", "you", "kindly", "now", "then", "so", "and", "i", "want", "need", "d",
    "like", "to", "me", "let", "s", "my",
))  # fmt: skip


class Match(Struct, frozen=True):
    """The words of a prompt that tell a demand, the place of the first, and whether they are an order."""

    start: int
    words: str
    order: bool = False


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
    return len(token) > 1 or token.isalnum()


def _find_spaced(known: Vocabulary, tokens: Sequence[str], found: dict[str, Match]) -> bool:
    """Add what one language's words tell; return whether they are all of a greeting."""
    parts: dict[int, dict[int, Match]] = {}  # by entry, then by the place of the part in it
    greeted: set[int] = set()
    led = False  # whether the sentence has begun with a word that is not a filler
    for at, token in enumerate(tokens):
        if not is_word(token):
            led = False
            continue
        phrases = known.phrases(token)
        if phrases:
            following = tokens[at + 1] if at + 1 < len(tokens) else ANY_SECOND
            candidates = phrases.get(ANY_SECOND, ()), phrases.get(following, ()) if following else ()
            for phrase in chain.from_iterable(candidates):
                if (phrase.order and led) or not (end := end_of(phrase.words, tokens, at)):
                    continue
                demand = known.entries[phrase.entry][0]
                if demand == "greeting":
                    greeted.update(range(at, end))
                    continue
                match = Match(at, " ".join(tokens[at:end]), phrase.order)
                if (wanted := known.parts(phrase.entry)) > 1:
                    have = parts.setdefault(phrase.entry, {})
                    have.setdefault(phrase.part, match)
                    if len(have) < wanted:
                        continue
                    match = _joined(have.values())
                _add(found, demand, match)
        led = led or token not in _FILLERS
    return bool(greeted) and all(at in greeted for at, token in enumerate(tokens) if is_word(token))


def _find_unspaced(known: Vocabulary, tokens: Sequence[str], found: dict[str, Match]) -> bool:
    """Do the same for a language that does not part its words: they are looked for as they stand."""
    text = "".join(tokens)
    rest = "".join(filter(is_word, tokens))
    for demand, parts in known.spellings:
        if demand == "greeting":
            for spelling in parts[0]:
                rest = rest.replace(spelling, "")
            continue
        have = [min(matches, key=_start) for part in parts if (matches := _occurrences(part, text))]
        if len(have) == len(parts):
            _add(found, demand, _joined(have))
    return not rest


def _occurrences(spellings: Sequence[str], text: str) -> list[Match]:
    return [Match(at, each) for each in spellings if (at := text.find(each)) >= 0]


def _joined(parts: Collection[Match]) -> Match:
    """Return the parts of one entry as one match, in the order in which they occur."""
    if len(parts) == 1:
        return next(iter(parts))
    ordered = sorted(parts, key=_start)
    return Match(ordered[0].start, " ... ".join(part.words for part in ordered), ordered[0].order)


def _start(match: Match) -> int:
    return match.start


def _add(found: dict[str, Match], demand: str, match: Match) -> None:
    if demand not in found or match.start < found[demand].start:
        found[demand] = match
