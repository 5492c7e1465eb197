"""Two forms of the same questions compared pair by pair, with the exact sign test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many questions both forms were answered right, only one of them, or neither."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def p(self) -> float:
        """The chance of a difference as large, either way, if neither form were read better."""
        return sign_test(self.first_only, self.second_only)


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided p of the exact sign test (Conover, Practical Nonparametric Statistics, 3.4)."""
    trials, most = wins + losses, max(wins, losses)
    return min(1.0, 2 * sum(comb(trials, count) for count in range(most, trials + 1)) / 2**trials)


def pairs(first: Mapping[str, bool], second: Mapping[str, bool]) -> Pairs:
    """Compare what was right, by question; only questions that both have are counted."""
    found = [(first[each], second[each]) for each in first.keys() & second.keys()]
    return Pairs(*(found.count(each) for each in ((True, True), (True, False), (False, True), (False, False))))
