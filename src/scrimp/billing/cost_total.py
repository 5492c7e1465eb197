"""The sum of a group of calls, and what follows from it: what one costs, how often they fail, how long they take."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from scrimp.billing.latency import percentile
from scrimp.units import PICODOLLAR, known_or_none
from scrimp.values import both_names


class CostTotal(Struct, frozen=True, kw_only=True):
    """A sum of ledger entries. Numbers of calls, of tokens, and dollars of those whose cost is known."""

    name: str
    answered_by: str | None = None  # for a model: the model that answered in its place, if another did
    efforts: tuple[str, ...] = ()  # for a model: the efforts of its calls, "" for calls without one
    calls: int
    failed: int
    lost: int
    truncated: int
    input: int
    output: int
    cache_read: int
    cache_write: int
    reasoning: int
    cost: Decimal
    unpriced: int
    chained: int  # rows of chains that ended with one of these calls
    escalated: int  # chained rows that went above the cheap models of their chain
    numbered: int  # calls whose number within their row is known: all but those of earlier versions
    rows: int  # numbered calls that were the first of their row
    retries: int  # numbered calls made because the call before had no completion
    numbered_cost: Decimal  # dollars of the numbered calls
    numbered_unknown: int  # numbered calls whose cost is unknown
    latencies: tuple[int, ...]  # completions by latency bin (see `latency`), without batches

    @property
    def label(self) -> str:
        """The group for people to read, with both names of a model."""
        return both_names(self.name, self.answered_by)

    @property
    def unknown(self) -> int:
        """The number of calls whose cost is unknown: a lost call may have been billed."""
        return self.unpriced + self.lost

    @property
    def known_cost(self) -> Decimal | None:
        """The dollars, None if nothing of them is known."""
        return known_or_none(self.cost, self.unknown)

    @property
    def cost_per_call(self) -> Decimal | None:
        """The mean dollars of the calls that were billed and whose cost is known; None if there are none."""
        return _quotient(self.cost, self.calls - self.failed - self.unknown)

    @property
    def cost_per_1000_rows(self) -> Decimal | None:
        """The known dollars of all calls of a thousand rows that were called: at least, where some are unknown."""
        return _quotient(self.numbered_cost * 1000, self.rows)

    @property
    def error_rate(self) -> float:
        """The share of the calls that have no completion."""
        return (self.failed + self.lost) / self.calls

    @property
    def retry_rate(self) -> float | None:
        """The share of the calls that were made because one before had no completion."""
        return self.retries / self.numbered if self.numbered else None

    @property
    def escalation_rate(self) -> float | None:
        """The share of the rows of chains that were answered above the cheap models."""
        return self.escalated / self.chained if self.chained else None

    def seconds(self, share: float) -> float | None:
        """Return a percentile of the time to a completion."""
        return percentile(self.latencies, share)


def _quotient(dollars: Decimal, number: int) -> Decimal | None:
    return (dollars / number).quantize(PICODOLLAR) if number else None
