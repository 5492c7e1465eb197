"""How far what rows were expected to cost was from what was paid for them, by the records of runs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from msgspec import Raw, Struct

from scrimp.billing.expected_cost import ExpectedCost, mean_error
from scrimp.units import format_dollars, format_percent, format_share, pluralize


class _BillDocument(Struct):
    estimate: ExpectedCost | None = None  # None for runs of older versions


def expected_of(bill: Raw) -> ExpectedCost:
    """Return the expected and the actual cost of the called rows of a run, from its bill as a document."""
    return msgspec.json.decode(bill, type=_BillDocument).estimate or ExpectedCost()


def error_of(bill: Raw) -> Decimal | None:
    """Return how much more was expected than was paid, as a share of what was paid; None if nothing was."""
    error = expected_of(bill).error
    return None if error is None else round(error, 4)


def expected_line(bill: Raw, others: Sequence[Raw]) -> str:
    """Return a sentence on a run's expected and actual cost, and the mean error of recent runs; empty if unknown."""
    run = expected_of(bill)
    if run.error is None:
        return ""
    rows = f"{pluralize(run.rows, 'row')} that {'was' if run.rows == 1 else 'were'} called"
    assumed = ", with assumed lengths of completions" if run.assumed else ""
    paid = f"{_more_or_less(run.error)} than the {format_dollars(run.paid_usd)} paid"
    return f"{format_dollars(run.expected_usd)} for {rows}{assumed}, {paid}{mean_line(others, '; ')}"


def mean_line(bills: Sequence[Raw], before: str = "") -> str:
    """Return a sentence on the mean error of runs whose tasks were known; empty if fewer than two have one.

    Where the length of completions was assumed the error is that of the assumption, and no later run repeats it.
    """
    known = [each for each in map(expected_of, bills) if each.error is not None and not each.assumed]
    mean = mean_error(known)
    if mean is None or len(known) < 2:
        return ""
    return f"{before}the last {len(known)} runs of known tasks were off by {format_percent(float(mean), 1)} on average"


def _more_or_less(error: Decimal) -> str:
    return f"{format_share(float(abs(error)))} {'more' if error > 0 else 'less'}"
