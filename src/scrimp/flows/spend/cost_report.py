"""The report for the page of costs, gathered from the sums of the ledger and the bills of its runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from scrimp.billing.cost_report import Breakdown, CostReport
from scrimp.billing.cost_total import CostTotal
from scrimp.billing.ranking import ranked
from scrimp.render.costs.page.cost_page import ROWS
from scrimp.render.costs.tables import OF_CALLS
from scrimp.store.cost_sums.groups import ALL, FLAGSHIP, NONE, in_time, periods_between
from scrimp.store.cost_sums.sums import CostSums
from scrimp.store.ledger_queries.run_savings import run_savings

_WORDS = ("model", "tier", "route", "user")
_ZONES = {"utc": "UTC", "local": "local time"}
_DAY = 86_400.0
# The longest window, in days, whose chart has a column for each.
_PERIODS = (("hour", 2.0), ("day", 93.0), ("week", 730.0))


def window_report(
    sums: CostSums, *, since: float, now: float, zone: tzinfo | None, zone_name: str, flagships: Sequence[str],
    word: str | None = None,
) -> CostReport:  # fmt: skip
    """Return the report of all calls since a moment, 0 for all there are; `word` is one more to break them down by."""
    began = max(since, sums.first_time() or now)
    period = next((name for name, days in _PERIODS if now - began <= days * _DAY), "month")
    series = sums.series("model", period, since=since, zone=zone)
    names = periods_between(period, began, now, zone)  # also those without a call
    totals = sums.totals(ALL, since=since)
    words = dict.fromkeys((*([word] if word else []), *_WORDS))
    return CostReport(
        title="What language models cost",
        window=f"{_days(began, now, zone)} ({_ZONES.get(zone_name, zone_name)})", written=_moment(now, zone),
        total=totals[0] if totals else None, flagships=flagships, flagship=_flagship(
            sums.totals("flagship", since=since, flagships=flagships)
        ),
        period=period,
        periods={name: series.get(name, {}) for name in sorted({*names, *series}, key=in_time)},
        breakdowns=tuple(_told(
            Breakdown(word=each, ranking=sums.ranking(each, ROWS, since=since, zone=zone, flagships=flagships),
                      of_rows=each not in OF_CALLS) for each in words
        )),
        savings=run_savings(sums.ledger, since=since),
    )  # fmt: skip


def run_report(
    sums: CostSums, run: str, *, now: float, flagships: Sequence[str], facts: Sequence[tuple[str, str]], bill: str
) -> CostReport:
    """Return the report of one run, with its bill as it was printed; moments are of the machine's time zone."""
    totals = sums.of_run(run, ALL)
    breakdowns = (
        Breakdown(word=each, ranking=ranked(sums.of_run(run, each), ROWS), of_rows=each not in OF_CALLS)
        for each in ("model", "tier", "status")
    )
    return CostReport(
        title=f"Run {run}", window="", written=_moment(now, None), total=totals[0] if totals else None,
        flagship=_flagship(sums.of_run(run, "flagship", flagships=flagships)), flagships=flagships, period="hour",
        periods={}, breakdowns=tuple(_told(breakdowns)), savings=run_savings(sums.ledger, run=run),
        facts=facts, bill=bill,
    )  # fmt: skip


def _flagship(totals: Collection[CostTotal]) -> CostTotal | None:
    return next((total for total in totals if total.name == FLAGSHIP), None)


def _told(breakdowns: Iterator[Breakdown]) -> Iterator[Breakdown]:
    """Yield the breakdowns that say anything: not a single group of calls without the label."""
    for each in breakdowns:
        if any(total.name != NONE for total in each.ranking.all):
            yield each


def _days(began: float, now: float, zone: tzinfo | None) -> str:
    first, last = (f"{_local(moment, zone):%Y-%m-%d}" for moment in (began, now))
    return first if first == last else f"{first} to {last}"


def _moment(moment: float, zone: tzinfo | None) -> str:
    return f"{_local(moment, zone):%Y-%m-%d %H:%M %Z}"


def _local(moment: float, zone: tzinfo | None) -> datetime:
    at = datetime.fromtimestamp(moment, zone or UTC)
    return at if zone is not None else at.astimezone()
