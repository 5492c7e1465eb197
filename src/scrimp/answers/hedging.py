"""What a completion looks like: recorded beside it, never acted on.

Neither hedging nor length tells a right completion from a wrong one better than chance would; they are kept so that
whoever doubts that can look.
"""

from __future__ import annotations

from msgspec import Struct

from scrimp.regexes import pattern

_HEDGES = (
    r"(?i)\b(?:i think|i believe|i guess|i(?:['’]m| am) not (?:entirely |completely )?(?:sure|certain)|i don['’]t know|"  # noqa: RUF001
    r"it seems|it appears|as far as i know|to my knowledge|might|may be|maybe|perhaps|possibly|probably|presumably|"
    r"likely|unlikely|uncertain|unclear|approximately|roughly|could be|hard to say|cannot be (?:sure|certain))\b"
)


class HedgingCounts(Struct, frozen=True):
    """Hedging expressions (English ones) and words of a text."""

    hedges: int
    words: int


def hedging(text: str) -> HedgingCounts:
    """Return the traits of a completion; words are what white space separates."""
    return HedgingCounts(hedges=sum(1 for _ in pattern(_HEDGES).finditer(text)), words=len(text.split()))
