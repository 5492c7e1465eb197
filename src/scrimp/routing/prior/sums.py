"""Whether a text is a sum in words: numbers, what to do with them, and a result that is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from scrimp.routing.prior.word_sets import word_set

_FEWEST = 2  # numbers, and words of quantities
_YEAR = 4  # digits
_LONGEST, _END = 150, 25  # words; those at its end, where the result is asked for


def count_numbers(words: Sequence[str]) -> int:
    """Return how many numbers there are, other than years."""
    return sum(word[0].isdecimal() and not (len(word) == _YEAR and word[0] in "12") for word in words)


def has_numbers(words: Sequence[str]) -> bool:
    """Return whether there are two numbers other than years, or one and a number in words."""
    numbers = count_numbers(words)
    return numbers >= _FEWEST or (numbers > 0 and not word_set("numbers").isdisjoint(words))


def is_sum(words: Sequence[str]) -> bool:
    """Return whether a text has numbers, words of quantities that say what to do with them, and asks for a result."""
    if len(words) > _LONGEST or word_set("results").isdisjoint(words[-_END:]):
        return False
    return has_numbers(words) and len(word_set("quantities").intersection(words)) >= _FEWEST
