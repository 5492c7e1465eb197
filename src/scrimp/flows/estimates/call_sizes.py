"""The sizes of calls, a few hundred numbers for a million of them: a rate may depend on how long a prompt is."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

from msgspec import Struct, field

# No price list has a rate that changes below this many tokens; above, calls within 2 % of each other are one size.
_SHORT, _PER_E = 8_000, 50


class CallSizes(Struct):
    """How many calls there are of each size, in tokens as o200k_base counts them."""

    calls: dict[int, int] = field(default_factory=dict)  # number of calls by size, rounded
    tokens: dict[int, int] = field(default_factory=dict)  # total tokens of these calls, by the same sizes

    def add(self, size: int) -> None:
        """Add a call."""
        place = 0 if size < _SHORT else int(log(size) * _PER_E)
        self.calls[place] = self.calls.get(place, 0) + 1
        self.tokens[place] = self.tokens.get(place, 0) + size

    @property
    def all_tokens(self) -> int:
        """The tokens of all calls."""
        return sum(self.tokens.values())

    def scaled(self, share: float) -> Iterator[tuple[int, int]]:
        """Yield sizes and the calls of each, the tokens of all of them multiplied by a share."""
        for place, calls in self.calls.items():
            yield round(self.tokens[place] * share / calls), calls

    def above(self, tokens: int, share: float) -> int:
        """Return how many calls are longer, each multiplied by a share."""
        return sum(calls for size, calls in self.scaled(share) if size > tokens)
