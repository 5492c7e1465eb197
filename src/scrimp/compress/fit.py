"""A text made to fit a number of tokens: the level is raised step by step, then fewer sentences are kept."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from scrimp.compress import LEVELS, Compressed, CompressOptions, compressed
from scrimp.errors import UsageError

# Ratios tried are these many parts of the whole; the least keeps the best sentence of each context.
_PARTS = 64

Count = Callable[[str], int]


class Fitted(Struct, frozen=True):
    """A text within its budget, how it was made, and the tokens it has."""

    aim: CompressOptions
    done: Compressed
    tokens: int


class UnfitError(UsageError):
    """The part that may not be cut is larger than the budget."""


def fit(text: str, limit: int, highest: CompressOptions, count: Count) -> Fitted:
    """Return the text in at most `limit` tokens, changed as little as that takes and never beyond the level aimed at.

    `highest.keep` is not looked at: as many sentences are kept as fit. Raises UnfitError, naming the size, where the
    shortest form is still too long; a sentence, an instruction or code is never cut to fit.
    """
    shortest: Fitted | None = None
    for aim in _ladder(highest):
        tried = _tried(text, aim, count)
        if tried.tokens > limit and aim.level in {"focus", "terse"} and not tried.done.note:
            tried = _fewer(text, limit, aim, count)
        if tried.tokens <= limit:
            return tried
        if shortest is None or tried.tokens <= shortest.tokens:
            shortest = tried
    if shortest is None:
        raise UsageError("a budget needs a level that may change something: lossless, tidy, focus or terse")
    raise UnfitError(_too_long(shortest, limit, highest))


def _ladder(highest: CompressOptions) -> list[CompressOptions]:
    """Return what is tried, from the least change on; all of a context is kept until its sentences must be chosen."""
    levels = LEVELS[1 : LEVELS.index(highest.level) + 1]
    return [replace(highest, level=level, keep=1.0) for level in levels]


def _tried(text: str, aim: CompressOptions, count: Count) -> Fitted:
    done = compressed(text, aim)
    return Fitted(aim, done, count(done.text))


def _fewer(text: str, limit: int, aim: CompressOptions, count: Count) -> Fitted:
    """Return the text with the most sentences that fit, or else the fewest; a higher ratio keeps what a lower does."""
    fewest = _tried(text, replace(aim, keep=1 / _PARTS), count)
    if fewest.tokens > limit:
        return fewest
    fits, too_many, best = 1, _PARTS, fewest
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        tried = _tried(text, replace(aim, keep=middle / _PARTS), count)
        if tried.tokens <= limit:
            fits, best = middle, tried
        else:
            too_many = middle
    return best


def _too_long(shortest: Fitted, limit: int, highest: CompressOptions) -> str:
    more = ""
    if highest.level in {"focus", "terse"}:
        more = f"; {shortest.done.note}: --query would let some be left out" if shortest.done.note else ""
    elif highest.level != "terse":
        more = f"; --level {LEVELS[LEVELS.index(highest.level) + 1]} may do more"
    return (
        f"the part that may not be cut is {shortest.tokens:,} tokens at level {shortest.aim.level}, over the "
        f"{limit:,} allowed{more}: allow more tokens, or split the text"
    )
