"""Groups of calls as the rows of a table: what they cost, or what one call costs and how often it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from scrimp.billing.cost_total import CostTotal
from scrimp.render.bill.amounts import abbreviate_count
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import narrowest_width
from scrimp.units import (
    UNKNOWN,
    format_count,
    format_dollars,
    format_known_dollars,
    format_percent,
    format_share,
    pluralize,
)

# Words by which the calls of one row are in several groups, so that rows of a group mean nothing.
OF_CALLS = ("model", "arm", "provider", "flagship", "tier", "status")

Table = tuple[Sequence[str], Sequence[Sequence[str]], str]  # headers, rows, alignment
_Number = Callable[[int], str]
_Column = Callable[[CostTotal, _Number, Decimal], str]  # of a group, how numbers are written, the cost of all groups
_AMOUNTS: Mapping[str, _Column] = {
    "calls": lambda total, number, _: number(total.calls),
    "failed": lambda total, number, _: number(total.failed),
    "lost": lambda total, number, _: number(total.lost),
    "tokens in": lambda total, number, _: number(total.input),
    "out": lambda total, number, _: number(total.output),
    "cost": lambda total, *_: format_known_dollars(total.cost, total.unknown),
    "unpriced": lambda total, number, _: number(total.unpriced) if total.unpriced else "",
    "escalated": lambda total, number, _: f"{number(total.escalated)}/{number(total.chained)}" if total.chained else "",
}
_TROUBLE = ("failed", "lost", "unpriced")
_RATES: Mapping[str, _Column] = {
    "calls": lambda total, number, _: number(total.calls),
    "cost": lambda total, *_: format_known_dollars(total.cost, total.unknown),
    "share": lambda total, _, whole: format_share(share_of_cost(total, whole)) if whole else "",
    "a call": lambda total, *_: _dollars(total.cost_per_call),
    "1,000 rows": lambda total, *_: _dollars(total.cost_per_1000_rows, total.numbered_unknown),
    "errors": lambda total, *_: _percent(total.error_rate),
    "retries": lambda total, *_: _percent(total.retry_rate),
    "escalated": lambda total, *_: _percent(total.escalation_rate),
    "p50": lambda total, *_: format_seconds(total.seconds(0.5)),
    "p95": lambda total, *_: format_seconds(total.seconds(0.95)),
}


def amounts_table(totals: Sequence[CostTotal], header: str, by: str, style: StreamStyle) -> Table:
    """Return the table of what groups cost: every column in a pipe, at a terminal those that fit and are not empty."""
    told = by not in OF_CALLS and any(total.chained for total in totals)
    names = [name for name in _AMOUNTS if name != "escalated" or told]
    if style.terminal:
        names = [name for name in names if name not in _TROUBLE or any(getattr(total, name) for total in totals)]
    without_tokens = [name for name in names if name not in ("tokens in", "out")]
    attempts = ((names, format_count), (names, abbreviate_count), (without_tokens, abbreviate_count))
    return _fitted(totals, header, _AMOUNTS, attempts, style)


def rates_table(totals: Sequence[CostTotal], header: str, by: str, style: StreamStyle) -> Table:
    """Return the table of what a call of each group costs, how often calls fail and how long they take."""
    names = [name for name in _RATES if name != "1,000 rows" or by not in OF_CALLS]
    if style.terminal:
        whole = _whole(totals)
        names = [name for name in names if any(_RATES[name](total, format_count, whole) for total in totals)]
    attempts = [(names, format_count), (names, abbreviate_count)]
    for spared in ("p50", "retries", "share", "errors", "escalated", "a call"):
        attempts.append(([name for name in attempts[-1][0] if name != spared], abbreviate_count))
    return _fitted(totals, header, _RATES, attempts, style)


def sum_line(totals: Sequence[CostTotal]) -> str:
    """Return the sum of the known costs, and how many calls are not in it."""
    cost = _whole(totals)
    unpriced, lost = sum(total.unpriced for total in totals), sum(total.lost for total in totals)
    if not unpriced and not lost:
        return f"total {format_dollars(cost)}"
    without = [f"{pluralize(unpriced, 'call')} of unknown cost"] if unpriced else []
    if lost:
        without.append(f"{pluralize(lost, 'lost call')} that may have been billed")
    known = f"at least {format_dollars(cost)}" if cost else UNKNOWN
    return f"total {known}, without {' and '.join(without)}"


def flagship_line(flagship: CostTotal | None, others: CostTotal | None, models: Sequence[str]) -> str:
    """Return the sentence on the best models' share of calls and dollars."""
    both = [total for total in (flagship, others) if total is not None]
    calls, cost = sum(total.calls for total in both), _whole(both)
    of_calls = flagship.calls / calls if flagship else 0.0
    of_cost = f" and {format_share(share_of_cost(flagship, cost))} of the dollars" if flagship and cost else ""
    more = f" and {pluralize(len(models) - 1, 'other')}" if len(models) > 1 else ""
    return f"flagship ({models[0]}{more}): {format_share(of_calls)} of the calls{of_cost}"


def share_of_cost(total: CostTotal, whole: Decimal) -> float:
    """Return the share that a group has of all known costs, which are not zero."""
    return float(total.cost / whole)


def format_seconds(seconds: float | None) -> str:
    """Return how long calls took, to two digits: 0.34 s, 2.9 s, 48 s; empty if no call did."""
    if seconds is None:
        return ""
    return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


def _whole(totals: Sequence[CostTotal]) -> Decimal:
    return sum((total.cost for total in totals), Decimal(0))


def _dollars(amount: Decimal | None, unknown: int = 0) -> str:
    return "" if amount is None else format_known_dollars(amount, unknown)


def _percent(share: float | None) -> str:
    return "" if share is None else format_percent(share, 1)


def _fitted(
    totals: Sequence[CostTotal], header: str, columns: Mapping[str, _Column],
    attempts: Sequence[tuple[Sequence[str], _Number]], style: StreamStyle,
) -> Table:  # fmt: skip
    """Return the first of these choices of columns that fits a terminal; in a pipe the first."""
    whole = _whole(totals)
    for names, number in attempts:
        headers = (header, *names)
        rows = [(total.label, *(columns[name](total, number, whole) for name in names)) for total in totals]
        align = "l" + "r" * len(names)
        if not style.terminal or narrowest_width(headers, rows, align) <= style.width:
            break
    return headers, rows, align
