"""What rows were expected to cost before they were called, beside what was paid for them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from scrimp.billing.row_cost import cost_in_run
from scrimp.enums import PAID_STATUSES
from scrimp.values import Outcome


class ExpectedCost(Struct):
    """Rows of one run that were paid for in it and had a known price before, and dollars for all of them."""

    rows: int = 0
    expected_usd: Decimal = Decimal(0)
    paid_usd: Decimal = Decimal(0)
    assumed: int = 0  # of these rows: the length of their completions was assumed, since none of their task was known

    def add(self, outcome: Outcome) -> None:
        """Add a row, if it is one of these."""
        paid = cost_in_run(outcome) if any(each.status in PAID_STATUSES for each in outcome.entries) else None
        if outcome.expected is not None and paid is not None:
            self.rows += 1
            self.expected_usd += outcome.expected.dollars
            self.assumed += outcome.expected.assumed
            self.paid_usd += paid

    @property
    def error(self) -> Decimal | None:
        """How much more was expected than paid, as a share of what was paid; less is negative. None without either."""
        return (self.expected_usd - self.paid_usd) / self.paid_usd if self.rows and self.paid_usd else None


def mean_error(runs: Sequence[ExpectedCost]) -> Decimal | None:
    """Return the mean of the errors of some runs, whatever their direction; None where none has one."""
    errors = [abs(run.error) for run in runs if run.error is not None]
    return sum(errors, Decimal(0)) / len(errors) if errors else None
