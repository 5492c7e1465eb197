"""Fit a text into a number of tokens: raise the level step by step, then keep fewer sentences."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from scrimp.compress.compressed_text import CompressedText
from scrimp.compress.compressor import compress_with
from scrimp.compress.options import LEVELS, CompressOptions, TokenCounter
from scrimp.errors import UsageError

# The values of `keep` tried are closest to each other near 0, which keeps only the best sentence, and near 1: of what
# can be left of a text whose question one sentence answers, a third is there from 0.95 on.
_KEEP_STEPS = 64


class FitAttempt(Struct, frozen=True):
    """A compressed text, the options that made it, and its tokens."""

    options: CompressOptions
    compressed: CompressedText
    tokens: int


class DoesNotFitError(UsageError):
    """The part that may not be cut is larger than the budget."""


def fit(text: str, limit: int, options: CompressOptions, count: TokenCounter) -> FitAttempt:
    """Return the text in at most `limit` tokens, changed as little as possible and never beyond `options.level`.

    `options.keep` is ignored: as many sentences are kept as fit. Raises DoesNotFitError with the size where the
    shortest form is still too long; a sentence, an instruction or code is never cut to fit.
    """
    shortest: FitAttempt | None = None
    for level in LEVELS[1 : LEVELS.index(options.level) + 1]:
        tried = replace(options, level=level, keep=1.0)  # all of a context is kept until sentences must be chosen
        attempt = _attempt(text, tried, count)
        if attempt.tokens > limit and tried.selects_sentences and not attempt.compressed.note:
            attempt = _with_most_sentences(text, limit, tried, count)
        if attempt.tokens <= limit:
            return attempt
        if shortest is None or attempt.tokens <= shortest.tokens:
            shortest = attempt
    if shortest is None:
        raise UsageError("a token budget needs a level that changes text: use lossless, tidy, focus or dense")
    raise DoesNotFitError(_does_not_fit(shortest, limit, options))


def _attempt(text: str, options: CompressOptions, count: TokenCounter) -> FitAttempt:
    compressed = compress_with(text, options)
    return FitAttempt(options, compressed, count(compressed.text))


def _with_most_sentences(text: str, limit: int, options: CompressOptions, count: TokenCounter) -> FitAttempt:
    """Search `keep` by bisection; return the text with the most sentences that fit, or else with the fewest."""
    best = _attempt(text, replace(options, keep=0.0), count)
    if best.tokens > limit:
        return best
    low, high = 0, _KEEP_STEPS  # low fits, high does not; a higher share keeps all that a lower one does
    while high - low > 1:
        middle = (low + high) // 2
        attempt = _attempt(text, replace(options, keep=_keep(middle)), count)
        if attempt.tokens <= limit:
            low, best = middle, attempt
        else:
            high = middle
    return best


def _keep(step: int) -> float:
    part = step / _KEEP_STEPS
    return part * part * (3 - 2 * part)


def _does_not_fit(shortest: FitAttempt, limit: int, options: CompressOptions) -> str:
    note = shortest.compressed.note
    hint = f"; {note}: --query would allow sentences to be left out" if note else ""
    if not options.selects_sentences:
        hint = f"; --level {LEVELS[LEVELS.index(options.level) + 1]} may do more"
    return (
        f"the part that may not be cut is {shortest.tokens:,} tokens at level {shortest.options.level}, over the "
        f"{limit:,} allowed{hint}: allow more tokens, or split the text"
    )
