"""The page of a report: what was spent, on what, what that saved, and how well it went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from scrimp.billing.cost_report import Breakdown, CostReport, RunSavings
from scrimp.billing.cost_total import CostTotal
from scrimp.render.costs.page.charts import bar, columns_chart
from scrimp.render.costs.page.markup import Markup, element, joined, name
from scrimp.render.costs.page.style import STYLE
from scrimp.render.costs.tables import format_seconds, share_of_cost
from scrimp.units import format_count, format_dollars, format_known_dollars, format_percent, format_share, pluralize

# Nothing is loaded, whatever a name in the ledger says.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_NONE = "-"  # the group of calls without a value
ROWS = 12  # rows of a table; the others are summed in one row
_TITLES = {
    "model": "By model", "tier": "By tier", "route": "By route", "user": "By user", "provider": "By provider",
    "chain": "By chain", "task": "By task",
}  # fmt: skip


def cost_page(report: CostReport) -> str:
    """Return the page as HTML."""
    head = joined(
        Markup('<meta charset="utf-8">'), Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<link rel="icon" href="data:,">'), element("title", report.title), element("style", Markup(STYLE)),
    )  # fmt: skip
    body = element("main", *_sections(report))
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def _sections(report: CostReport) -> Iterator[Markup]:
    yield element("h1", report.title)
    if report.window:
        yield element("p", report.window, class_="soft")
    if report.facts:
        yield element(
            "dl", *(joined(element("dt", what), element("dd", element("bdi", fact))) for what, fact in report.facts)
        )
    if report.total is None:
        yield element("p", "There are no calls in the ledger from this time.")
    else:
        yield element("div", *_cards(report, report.total), class_="cards")
        yield from _unknown(report.total)
        yield from _chart(report)
    yield from _saved(report.savings)
    if report.bill:
        yield element("h2", "The bill")
        yield element("pre", report.bill)
    for breakdown in report.breakdowns:
        yield element("h2", _TITLES.get(breakdown.word, f"By {breakdown.word}"))
        yield _table(breakdown)
    yield element("footer", *_footer(report))


def _cards(report: CostReport, total: CostTotal) -> Iterator[Markup]:
    yield _card(format_known_dollars(total.cost, total.unknown), "spent")
    savings = report.savings
    if savings.share is not None:
        about = [element("small", "about"), " "] if savings.about else []
        yield _card(
            joined(*about, format_dollars(savings.saved)), f"saved, {format_percent(savings.share)} of what the same "
            "rows would have cost without scrimp"
        )  # fmt: skip
    yield _card(format_count(total.calls), f"calls, {format_percent(total.error_rate, 1)} of them without a completion")
    if (thousand := total.cost_per_1000_rows) is not None:
        yield _card(format_known_dollars(thousand, total.numbered_unknown), "for a thousand rows that were called")
    elif total.cost_per_call is not None:
        yield _card(format_dollars(total.cost_per_call), "a call")
    if report.flagship is not None and total.cost:
        share = format_share(share_of_cost(report.flagship, total.cost))
        of_calls = format_share(report.flagship.calls / total.calls)
        flagship = "the flagship" if len(report.flagships) == 1 else "flagships"
        yield _card(share, f"of the dollars, and {of_calls} of the calls, went to {flagship}")
    if (half := total.seconds(0.5)) is not None:
        yield _card(format_seconds(half), f"to half of the completions, {format_seconds(total.seconds(0.95))} to 95 %")


def _card(figure: str | Markup, meaning: str) -> Markup:
    unbroken = meaning.replace(" %", "\u00a0%")
    return element("div", element("b", figure), element("span", unbroken), class_="card")


def _unknown(total: CostTotal) -> Iterator[Markup]:
    if total.unknown:
        parts = [f"{pluralize(total.unpriced, 'call')} of unknown cost"] if total.unpriced else []
        if total.lost:
            parts.append(f"{pluralize(total.lost, 'lost call')} that may have been billed")
        yield element("p", f"A + stands where more may have been billed: {' and '.join(parts)} are not in the dollars.",
                      class_="soft")  # fmt: skip


def _chart(report: CostReport) -> Iterator[Markup]:
    if len(report.periods) > 1:
        yield element("h2", f"Dollars each {report.period}")
        yield columns_chart(report.periods, f"dollars each {report.period}, by model")


def _saved(savings: RunSavings) -> Iterator[Markup]:
    if not savings.rows:
        return
    yield element("h2", "What was saved, and by what")
    about = "about " if savings.about else ""
    with_others = f" and {pluralize(len(savings.models) - 1, 'other')}" if len(savings.models) > 1 else ""
    by = name(savings.models[0] if savings.models else "unknown")
    instead = f"{with_others}. They cost {format_dollars(savings.cost)}{', at least' if savings.at_most else ''}."
    rows_would = f"{format_count(savings.rows)} answered rows would have cost {about}"
    yield element("p", f"{rows_would}{format_dollars(savings.baseline_cost)} without scrimp, by ", by, instead)
    largest = max((abs(amount) for amount in savings.by_cause.values()), default=Decimal(0))
    rows = [
        element(
            "tr", element("td", cause),
            element("td", bar(float(amount / largest), 2 if amount > 0 else 1), **_class(_BAR)),
            element("td", _signed(amount), class_="good" if amount > 0 else "bad"),
            element("td", format_percent(float(amount / savings.baseline_cost), 1) if savings.baseline_cost else ""),
        )
        for cause, amount in sorted(savings.by_cause.items(), key=lambda each: -each[1])
    ]  # fmt: skip
    yield _scrolled(("cause", "", "saved", "of the cost without"), rows)
    if savings.unbilled:
        yield element("p", f"{pluralize(savings.unbilled, 'run')} without a bill, killed or still running, cannot be "
                      "compared.", class_="soft")  # fmt: skip


def _signed(amount: Decimal) -> str:
    return format_dollars(amount) if amount >= 0 else f"-{format_dollars(-amount)}"


_BAR = ""  # the header of bars
_LESS = (_BAR, "share", "a call", "1,000 rows", "escalated", "p50", "p95")  # left out on a phone


def _table(breakdown: Breakdown) -> Markup:
    totals = breakdown.ranking.all
    whole = sum((total.cost for total in totals), Decimal(0))
    most = max((total.cost for total in breakdown.ranking.totals), default=0)
    head = [breakdown.word, _BAR, "cost", "share", "calls", "a call"]
    head += ["1,000 rows"] if breakdown.of_rows and any(total.rows for total in totals) else []
    head += ["errors", "escalated"] if any(total.chained for total in totals) else ["errors"]
    head += ["p50", "p95"] if any(any(total.latencies) for total in totals) else []
    rows = [_row(total, head, whole, most) for total in breakdown.ranking.totals]
    if breakdown.ranking.rest is not None:
        rows.append(_rest(breakdown.ranking.rest, head, whole))
    return _scrolled(head, rows)


def _row(total: CostTotal, head: Sequence[str], whole: Decimal, most: Decimal | int) -> Markup:
    cells = _cells(total, whole) | {
        head[0]: _name(total, head[0]), _BAR: bar(float(total.cost / most) if most else 0.0),
    }  # fmt: skip
    return element("tr", *(element("td", cells[what], **_class(what)) for what in head))


def _name(total: CostTotal, word: str) -> Markup:
    """Return the name of a group; that of calls without one says so."""
    if total.name != _NONE:
        return name(total.label)
    return element("span", f"without a {word.rpartition(':')[2]}", class_="soft")


def _rest(rest: CostTotal, head: Sequence[str], whole: Decimal) -> Markup:
    """Return one row for all groups that have none of their own, without a bar: it would be the longest."""
    cells = _cells(rest, whole) | {head[0]: rest.name}
    return element("tr", *(element("td", cells.get(what, ""), **_class(what)) for what in head))


def _cells(total: CostTotal, whole: Decimal) -> dict[str, str | Markup]:
    return {
        "cost": format_known_dollars(total.cost, total.unknown), "share": _share(total.cost, whole),
        "calls": format_count(total.calls), "a call": _dollars(total.cost_per_call),
        "1,000 rows": _dollars(total.cost_per_1000_rows, total.numbered_unknown),
        "errors": format_percent(total.error_rate, 1),
        "escalated": "" if total.escalation_rate is None else format_share(total.escalation_rate),
        "p50": format_seconds(total.seconds(0.5)), "p95": format_seconds(total.seconds(0.95)),
    }  # fmt: skip


def _share(cost: Decimal, whole: Decimal) -> str:
    return format_share(float(cost / whole)) if whole else ""


def _dollars(amount: Decimal | None, unknown: int = 0) -> str:
    return "" if amount is None else format_known_dollars(amount, unknown)


def _class(what: str) -> dict[str, str]:
    return {"class_": "less"} if what in _LESS else {}


def _scrolled(head: Sequence[str], rows: Sequence[Markup]) -> Markup:
    headers = element("tr", *(element("th", what, scope="col", **_class(what)) for what in head))
    return element("div", element("table", element("thead", headers), element("tbody", *rows)), class_="scroll")


def _footer(report: CostReport) -> Iterator[Markup]:
    yield element(
        "p", f"Written by scrimp on {report.written}, from its ledger of every call that was sent. Errors are calls "
        "without a completion. p50 and p95 are the seconds within which half, and 95 %, of the completions came, to "
        "within 13 %; those of batches are left out.",
    )  # fmt: skip
    if report.flagships:
        names = (joined(", " if place else "", name(model)) for place, model in enumerate(report.flagships))
        which = "The flagship is " if len(report.flagships) == 1 else "The flagships are "
        yield element("p", which, *names, ".")
