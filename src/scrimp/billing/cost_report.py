"""What a page of costs tells: one window of the ledger, added up in the ways that matter to those who pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, field

from scrimp.billing.cost_total import CostTotal
from scrimp.billing.ranking import Ranking

_ZERO = Decimal(0)


class RunSavings(Struct, frozen=True, kw_only=True):
    """What runs saved against their baselines, as their bills said: the parts by cause add up to the whole."""

    runs: int = 0  # runs with a bill
    unbilled: int = 0  # runs without one: killed, or still running
    rows: int = 0  # rows compared with their baseline
    baseline_cost: Decimal = _ZERO
    cost: Decimal = _ZERO  # dollars paid for these rows
    by_cause: Mapping[str, Decimal] = field(default_factory=dict)
    models: Sequence[str] = ()  # the baseline models
    about: bool = False  # whether tokens of the comparison were estimated
    at_most: bool = False  # whether a call of unknown cost may have been billed

    @property
    def saved(self) -> Decimal:
        """What the baselines would have cost, less what was paid; negative where scrimp cost more."""
        return self.baseline_cost - self.cost

    @property
    def share(self) -> float | None:
        """The part of the baselines' cost that was saved; None if there is nothing to compare."""
        return float(self.saved / self.baseline_cost) if self.baseline_cost else None


class Breakdown(Struct, frozen=True, kw_only=True):
    """All calls by one word."""

    word: str
    ranking: Ranking
    of_rows: bool  # whether all calls of a row are in one group


class CostReport(Struct, frozen=True, kw_only=True):
    """All that is on the page."""

    title: str
    window: str  # the window, in words
    written: str  # when, in words
    total: CostTotal | None  # None: no calls
    flagship: CostTotal | None
    flagships: Sequence[str]
    period: str  # hour, day, week or month
    periods: Mapping[str, Mapping[str, CostTotal]]  # by period, in its order, gaps included; then by model
    breakdowns: Sequence[Breakdown]
    savings: RunSavings
    bill: str = ""  # the bill of a run, as it was printed
    facts: Sequence[tuple[str, str]] = ()  # facts about a run: its command, when it began, how it ended
