"""Shares of rows, and whether two of them differ by more than chance explains.

They are compared at the end of every run, so a difference counts only where chance makes it in one look of 16,000, as
four standard deviations of a normal distribution would. Shares near zero or one are far from normal: by a normal test
one look of a hundred at a share of 99 % would alarm. So the probability is that of the beta-binomial distribution:
that of this many rows of one kind, given what the other share says and leaves open.
"""

from __future__ import annotations

from math import exp, lgamma

from msgspec import Struct

from scrimp.units import format_share, pluralize

LEAST = 1 / 16_000  # probability of a difference that counts, both ways together
_PRIOR = 0.5  # rows of each kind that nothing is known of count as seen (Jeffreys)
_NEGLIGIBLE = 1e-12  # relative error of a sum that may be ignored


class Proportion(Struct, frozen=True):
    """Rows, and those of them that are of one kind."""

    part: float
    rows: int

    def differs(self, before: Proportion) -> bool:
        """Return whether the share differs from the one that was there before by more than chance explains."""
        part, rows = round(self.part), self.rows
        if part * max(before.rows, 1) < before.part * rows:
            return _tail(rows - part, rows, before.rows - before.part, before.part) < LEAST / 2
        return _tail(part, rows, before.part, before.rows - before.part) < LEAST / 2

    def of(self, which: str = "") -> str:
        """Return the share in words, of the rows that are meant."""
        return f"{format_share(self.part / self.rows)} of {which}{pluralize(self.rows, 'row')}"


def _tail(part: int, rows: int, seen: float, others: float) -> float:
    """Return the probability of at least `part` of `rows` of a kind, given those seen before and the `others`."""
    a, b = max(seen, 0.0) + _PRIOR, max(others, 0.0) + _PRIOR
    term = exp(_log_beta(part + a, rows - part + b) - _log_beta(a, b) - _log_beta(part + 1, rows - part + 1)) / (
        rows + 1
    )
    total = 0.0
    for count in range(part, rows + 1):
        total += term
        if count == rows or term < _NEGLIGIBLE * total:
            break
        term *= (rows - count) / (count + 1) * (count + a) / (rows - count - 1 + b)
    return total


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
