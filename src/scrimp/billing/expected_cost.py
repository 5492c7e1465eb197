"""What rows were expected to cost before they were called, compared with what was paid for them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from scrimp.values import ExpectedRow


class ExpectedCost(Struct):
    """Rows of one run that were paid for in it and had a known price before, and dollars for all of them."""

    rows: int = 0
    expected_usd: Decimal = Decimal(0)
    paid_usd: Decimal = Decimal(0)
    assumed: int = 0  # of these rows: the length of their completions was assumed, since none of their task was known

    def add(self, row: ExpectedRow, paid: Decimal) -> None:
        """Add one of these rows, and the dollars that were paid for it."""
        self.rows += 1
        self.expected_usd += row.dollars
        self.assumed += row.assumed
        self.paid_usd += paid

    @property
    def error(self) -> Decimal | None:
        """How much more was expected than paid, as a share of what was paid; less is negative. None without either."""
        return (self.expected_usd - self.paid_usd) / self.paid_usd if self.rows and self.paid_usd else None


def mean_error(runs: Sequence[ExpectedCost]) -> Decimal | None:
    """Return the mean of the errors of some runs, whatever their direction; None if none has one."""
    errors = [abs(run.error) for run in runs if run.error is not None]
    return sum(errors, Decimal(0)) / len(errors) if errors else None
