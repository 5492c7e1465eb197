"""Hedging and length of a completion: recorded with it, never acted on.

Neither tells a right completion from a wrong one better than chance; both are recorded so that this can be checked.
"""

from __future__ import annotations

from msgspec import Struct

from scrimp.regexes import pattern

_HEDGES = (
    r"(?i)\b(?:i think|i believe|i guess|i(?:['’]m| am) not (?:entirely |completely )?(?:sure|certain)|i don['’]t know|"
    r"it seems|it appears|as far as i know|to my knowledge|might|may be|maybe|perhaps|possibly|probably|presumably|"
    r"likely|unlikely|uncertain|unclear|approximately|roughly|could be|hard to say|cannot be (?:sure|certain))\b"
)


class HedgingCounts(Struct, frozen=True):
    """Hedging expressions (English ones) and words of a text."""

    hedges: int
    words: int


def hedging(text: str) -> HedgingCounts:
    """Return the counts for a completion; words are separated by white space."""
    return HedgingCounts(hedges=sum(1 for _ in pattern(_HEDGES).finditer(text)), words=len(text.split()))
