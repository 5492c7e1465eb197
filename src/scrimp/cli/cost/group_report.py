"""How the sums of groups are shown: tables, bars, a page, or objects, of which memory holds one at a time."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import tzinfo
from decimal import Decimal
from itertools import chain, islice

from msgspec import Struct

from scrimp.billing.cost_total import CostTotal
from scrimp.billing.ranking import Ranking
from scrimp.cli.cost.lost_bounds import bound_line, bounds_of
from scrimp.cli.flags.since import Window
from scrimp.cli.printing import print_json_array, print_line, print_rows, print_table, print_text
from scrimp.cli.session import Session
from scrimp.render.costs.csv_lines import csv_lines
from scrimp.render.costs.document import cost_document
from scrimp.render.costs.tables import amounts_table, flagship_line, rates_table, sum_line
from scrimp.render.tables import wrap
from scrimp.store.cost_sums.groups import ALL, FLAGSHIP, OTHERS, PERIODS, in_time, periods_between
from scrimp.store.cost_sums.sums import CostSums

MOST_ROWS = 100  # rows of a table whose groups are not periods
_MOST_BARS = 40  # bars for groups that are not periods
_EMPTY = "the ledger has no such calls: `scrimp run` and `scrimp ask` add them"


class CostQuestion(Struct, frozen=True, kw_only=True):
    """Which sums are wanted."""

    by: str  # what to group by
    since: float  # seconds since the epoch
    zone: tzinfo | None  # time zone of the periods
    zone_name: str
    models: Sequence[str]  # the flagships
    limit: int | None  # groups shown, the rest summed; None: a readable number


def print_documents(sums: CostSums, asked: CostQuestion, session: Session, *, as_csv: bool) -> None:
    """Print an object for each group, or a line of CSV."""
    with closing(_documents(sums, asked, session)) as documents:
        (_print_csv if as_csv else print_json_array)(islice(documents, asked.limit))


def print_sums(sums: CostSums, asked: CostQuestion, session: Session, *, rates: bool) -> None:
    """Print a table of the groups, with what lost calls can have cost; with `rates` what a call costs in each."""
    ranking = _ranking(sums, asked, MOST_ROWS)
    header = f"{asked.by} ({asked.zone_name})" if asked.by in PERIODS else asked.by
    table = (rates_table if rates else amounts_table)(ranking.all, header, asked.by, session.out)
    print_table(*table, session.out, empty=_EMPTY)
    if len(ranking.totals) > 1 or any(total.unknown for total in ranking.totals):
        _print_wrapped(sum_line(ranking.all), session)
    if (bound := bound_line(ranking.all, session, since=asked.since)) is not None:
        _print_wrapped(bound, session)
    _warn_of_efforts(ranking.totals, asked.by, session)
    if ranking.totals and rates:
        of_flagships = sums.totals("flagship", since=asked.since, flagships=asked.models)
        named = {total.name: total for total in of_flagships}
        _print_wrapped(flagship_line(named.get(FLAGSHIP), named.get(OTHERS), asked.models), session)


def print_bars(sums: CostSums, asked: CostQuestion, session: Session) -> None:
    """Print the dollars of the groups as bars; of periods also those without calls."""
    from scrimp.render.costs.bars import bars  # only for a plot

    ranking, by = _ranking(sums, asked, _MOST_BARS), asked.by
    amounts = {total.label: (total.cost, "+" if total.unknown else "") for total in ranking.totals}
    if by in PERIODS and amounts:
        first = max(asked.since, sums.first_time() or asked.since)
        places = periods_between(by, first, session.services.clock(), asked.zone)
        amounts = {name: (Decimal(0), "") for name in places} | amounts
    rows = sorted(amounts.items(), key=lambda row: in_time(row[0])) if by in PERIODS else amounts.items()
    for line in bars([(name, *amount) for name, amount in rows], session.out, sys.stdout.encoding):
        print_text(line + "\n")
    if ranking.rest is not None:
        print_line(f"and {ranking.rest.name}")
    print_line(sum_line(ranking.all) if amounts else _EMPTY)


def follow_sums(sums: CostSums, asked: CostQuestion, window: Window, session: Session, *, as_json: bool) -> None:
    """Print the sums of a window again as they grow, until Ctrl-C."""
    from scrimp.cli.cost.follow import follow as follow_ledger  # only to follow

    def ranking(start: float, most: int) -> Ranking:
        return sums.ranking(asked.by, most, since=start, zone=asked.zone, flagships=asked.models)

    follow_ledger(session, sums, ranking, asked.by, window, as_json=as_json)


def write_cost_page(sums: CostSums, file: str, asked: CostQuestion, session: Session) -> None:
    """Write a page with charts."""
    from scrimp.cli.cost.page_file import write_page  # only for a page
    from scrimp.flows.spend.cost_report import window_report

    report = window_report(
        sums, since=asked.since, now=session.services.clock(), zone=asked.zone, zone_name=asked.zone_name,
        flagships=asked.models, word=None if asked.by in PERIODS else asked.by,
    )  # fmt: skip
    write_page(report, file, session)


def _ranking(sums: CostSums, asked: CostQuestion, most: int) -> Ranking:
    """Return the most expensive groups and the sum of the rest; for periods, all of them."""
    most = asked.limit or (sys.maxsize if asked.by in PERIODS else most)
    return sums.ranking(asked.by, most, since=asked.since, zone=asked.zone, flagships=asked.models)


def _documents(sums: CostSums, asked: CostQuestion, session: Session) -> Generator[dict[str, object], None, None]:
    """Yield an object for each group; memory does not grow with their number."""
    by, since = asked.by, asked.since
    whole = next(iter(sums.totals(ALL, since=since)), None)
    if whole is None:
        return
    most_lost = bounds_of(whole.lost, by, session, since=since)
    with closing(sums.each(by, since=since, zone=asked.zone, flagships=asked.models)) as totals:
        for total in totals:
            yield {**cost_document(total, by, whole.cost, whole.calls), "lost_at_most_usd": most_lost(total)}


def _print_csv(documents: Iterator[Mapping[str, object]]) -> None:
    first = next(documents, None)
    if first is not None:
        rows = chain([list(first), first.values()], (document.values() for document in documents))
        print_rows(line.encode("utf-8", "backslashreplace") for line in csv_lines(rows))


def _warn_of_efforts(totals: Sequence[CostTotal], by: str, session: Session) -> None:
    """Warn of models whose line sums calls at several efforts: more thinking costs more."""
    mixed = [total.name for total in totals if len(total.efforts) > 1] if by == "model" else []
    if mixed:
        have = "has calls at several efforts" if len(mixed) == 1 else "have calls at several efforts each"
        session.messages.note(f"{', '.join(mixed)} {have}, added up here: --by arm shows them apart")


def _print_wrapped(text: str, session: Session) -> None:
    for line in wrap(text, session.out.width) if session.out.terminal else [text]:
        print_line(line)
