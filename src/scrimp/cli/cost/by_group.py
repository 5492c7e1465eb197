"""`scrimp cost` without a subcommand: sums over the ledger, by group."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import tzinfo
from decimal import Decimal
from itertools import chain, islice
from typing import Annotated

import typer

from scrimp.billing.cost_total import CostTotal
from scrimp.billing.ranking import Ranking
from scrimp.cli.cost.ledger_sums import UTC_ZONE, open_sums, the_flagships, time_zone
from scrimp.cli.cost.lost_bounds import bound_line, bounds_of
from scrimp.cli.observers.drift import check_drift
from scrimp.cli.printing import print_json_array, print_line, print_rows, print_table, print_text
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.render.costs.csv_lines import csv_lines
from scrimp.render.costs.document import cost_document
from scrimp.render.costs.tables import Table, amounts_table, flagship_line, rates_table, sum_line
from scrimp.render.tables import wrap
from scrimp.store.cost_sums.groups import (
    ALL,
    FLAGSHIP,
    GROUP_WORDS,
    OTHERS,
    PERIODS,
    WORDS,
    in_time,
    periods_between,
)
from scrimp.store.cost_sums.sums import CostSums
from scrimp.store.ledger import Ledger
from scrimp.units import parse_duration

_EMPTY = "the ledger has no such calls: `scrimp run` and `scrimp ask` add them"

_MOST_BARS, _MOST_ROWS = 40, 100  # of groups that are no periods
DEFAULT_WINDOW = "1h"  # of what is followed


def _groups(incomplete: str) -> list[str]:
    return [word for word in WORDS if word.startswith(incomplete)]


def cost(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(metavar="30d", help="Only calls sent within this time.")] = None,
    by: Annotated[
        str, typer.Option(metavar="WORD", help=f"What to group by: {GROUP_WORDS}.", autocompletion=_groups)
    ] = "model",
    zone: Annotated[
        str,
        typer.Option(
            metavar="ZONE", help="Of hours, days, weeks and months: utc, local, or a name such as Europe/Berlin."
        ),
    ] = UTC_ZONE,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            show_default=False,
            help=f"Show the N dearest groups, and the others as one; {_MOST_ROWS} of a table unless given.",
        ),
    ] = None,
    rates: Annotated[
        bool, typer.Option("--rates", help="Show what a call costs, and how often calls fail, instead of tokens.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with the fields of the JSON.")] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Show the dollars as bars instead.")] = False,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow", "-f", help=f"Show it as it is paid, within the last {DEFAULT_WINDOW} or --since, until Ctrl-C."
        ),
    ] = False,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page with charts to FILE instead; - is stdout.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Print the alerts of [alerts] that are in force instead; exit 8 if any are.")
    ] = False,
) -> None:
    """Show what was paid, by model, tier, user or day.

    --rates shows the share of the dollars, what a call and a thousand rows that were called cost, the calls without a
    completion, those made because one before had none, the rows of chains answered above their cheap models, and the
    seconds within which half and 95 % of the completions came, to within 13 %: those of batches are left out. The
    flagship is the baseline of the config, and the models that tier high alone has.

    By chain, task, route, user, run, day or tag, 6/30 escalated are six of thirty rows of chains that were answered
    above their cheap models. Rows of earlier versions are not counted.

    Of very many users or runs the table has the dearest, and one line for the others; --json and --csv have them all,
    unless --limit says otherwise.

    By arm, the calls of a model at each effort are apart: a model that thinks longer costs more at the same price.

    The ledger has every call that was sent: paid, failed, truncated and lost. Calls of unknown cost, and lost ones,
    which may have been billed, never count as zero: the sum of the others is marked with a +, and the total says "at
    least". What lost calls can have cost at most is said beside it, where nothing capped a completion for one of
    128 000 tokens; scrimp cost reconcile closes them.

    Also warns of routes of scrimp tune apply that escalate much more or less often than when they were certified, and
    of levels of compression that later pairs contradict, and disables them.

    --follow draws the table anew each second while runs go on; in a pipe it prints a line whenever calls have ended,
    with --json an object.

    --check is for scripts: it prints each rule of [alerts] in the config that does not hold, with what to do, hands
    what was not told before to the command and the webhook named there, and exits with 8.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if check:
        from scrimp.cli.cost.check import check_alerts  # noqa: PLC0415 - only to check them

        check_alerts(context, as_json=as_json)
        return
    _refuse_two_ways({
        "--json": as_json and not follow, "--csv": as_csv, "--rates": rates, "--plot": plot, "--html": html is not None,
        "--follow": follow,
    })  # fmt: skip
    _refuse_limit(limit, by, is_elsewhere=html is not None or follow)
    with open_session() as session:
        start = time.time() - parse_duration(since, "--since") if since else 0.0
        chosen, models = time_zone(zone), the_flagships(session)
        session.services.stores.recover()
        with closing(Ledger(session.services.paths.ledger_db)) as ledger:
            check_drift(session, ledger)
        _check_levels(session)
        with open_sums(session) as sums:
            if html is not None:
                _write_page(sums, html, start, by, zone, models, session)
                return
            if follow:
                _follow(sums, by, since, chosen, models, session, as_json=as_json)
                return
            if as_json or as_csv:
                with closing(_documents(sums, by, start, chosen, models, session)) as documents:
                    (print_json_array if as_json else _print_csv)(islice(documents, limit))
                return
            most = limit or (sys.maxsize if by in PERIODS else _MOST_BARS if plot else _MOST_ROWS)
            ranking = sums.ranking(by, most, since=start, zone=chosen, flagships=models)
            first = max(start, sums.first_time() or start)
            of_flagships = sums.totals("flagship", since=start, flagships=models) if rates else []
        if plot:
            _print_bars(ranking, by, (first, session.services.clock()), chosen, session)
            return
        header = f"{by} ({zone})" if by in PERIODS else by
        _print_table((rates_table if rates else amounts_table)(ranking.all, header, by, session.out), ranking, session)
        if (bound := bound_line(ranking.all, session, since=start)) is not None:
            _print_wrapped(bound, session)
        _warn_of_efforts(ranking.totals, by, session)
        if ranking.totals and rates:
            named = {total.name: total for total in of_flagships}
            _print_wrapped(flagship_line(named.get(FLAGSHIP), named.get(OTHERS), models), session)


def _documents(
    sums: CostSums, by: str, since: float, zone: tzinfo | None, models: Sequence[str], session: Session
) -> Generator[dict[str, object], None, None]:
    """Yield an object for each group; memory does not grow with their number."""
    whole = next(iter(sums.totals(ALL, since=since)), None)
    if whole is None:
        return
    most_lost = bounds_of(whole.lost, by, session, since=since)
    with closing(sums.each(by, since=since, zone=zone, flagships=models)) as totals:
        for total in totals:
            yield {**cost_document(total, by, whole.cost, whole.calls), "lost_at_most_usd": most_lost(total)}


def _follow(
    sums: CostSums, by: str, since: str | None, zone: tzinfo | None, models: Sequence[str], session: Session, *,
    as_json: bool,
) -> None:  # fmt: skip
    from scrimp.cli.cost.follow import follow as follow_ledger  # noqa: PLC0415 - only to follow

    def totals(start: float) -> list[CostTotal]:
        return sums.totals(by, since=start, zone=zone, flagships=models)

    follow_ledger(session, sums, totals, by, since or DEFAULT_WINDOW, as_json=as_json)


def _write_page(
    sums: CostSums, file: str, since: float, by: str, zone: str, models: Sequence[str], session: Session
) -> None:
    from scrimp.cli.cost.page_file import write_page  # noqa: PLC0415 - only for a page
    from scrimp.flows.spend.cost_report import window_report  # noqa: PLC0415 - as above

    report = window_report(
        sums, since=since, now=session.services.clock(), zone=time_zone(zone), zone_name=zone, flagships=models,
        word=None if by in PERIODS else by,
    )  # fmt: skip
    write_page(report, file, session)


def _print_table(table: Table, ranking: Ranking, session: Session) -> None:
    print_table(*table, session.out, empty=_EMPTY)
    if len(ranking.totals) > 1 or any(total.unknown for total in ranking.totals):
        _print_wrapped(sum_line(ranking.all), session)


def _print_bars(ranking: Ranking, by: str, span: tuple[float, float], zone: tzinfo | None, session: Session) -> None:
    from scrimp.render.costs.bars import bars  # noqa: PLC0415 - only for a plot

    amounts = {total.label: (total.cost, "+" if total.unknown else "") for total in ranking.totals}
    if by in PERIODS and amounts:
        places = periods_between(by, *span, zone)
        amounts = {name: (Decimal(0), "") for name in places} | amounts
    rows = sorted(amounts.items(), key=lambda row: in_time(row[0])) if by in PERIODS else amounts.items()
    for line in bars([(name, *amount) for name, amount in rows], session.out, sys.stdout.encoding):
        print_text(line + "\n")
    if ranking.rest is not None:
        print_line(f"and {ranking.rest.name}")
    print_line(sum_line(ranking.all) if amounts else _EMPTY)


def _print_wrapped(text: str, session: Session) -> None:
    for line in wrap(text, session.out.width) if session.out.terminal else [text]:
        print_line(line)


def _print_csv(documents: Iterator[Mapping[str, object]]) -> None:
    first = next(documents, None)
    if first is not None:
        rows = chain([list(first), first.values()], (document.values() for document in documents))
        print_rows(line.encode("utf-8", "backslashreplace") for line in csv_lines(rows))


def _warn_of_efforts(totals: Sequence[CostTotal], by: str, session: Session) -> None:
    """Say which models have calls at several efforts in one line: one that thinks longer is another bargain."""
    mixed = [total.name for total in totals if len(total.efforts) > 1] if by == "model" else []
    if mixed:
        have = "has calls at several efforts" if len(mixed) == 1 else "have calls at several efforts each"
        session.messages.note(f"{', '.join(mixed)} {have}, added up here: --by arm shows them apart")


def _refuse_two_ways(given: Mapping[str, bool]) -> None:
    """Raise UsageError for two ways to show the same."""
    ways = [flag for flag, is_given in given.items() if is_given]
    if len(ways) > 1:
        raise UsageError(f"{ways[0]} and {ways[1]} show the same in two ways: give one of them")


def _refuse_limit(limit: int | None, by: str, *, is_elsewhere: bool) -> None:
    """Raise UsageError for a limit where it has no effect."""
    if limit is not None and by in PERIODS:
        raise UsageError(f"--limit leaves out no {by}: --since says from when on they are shown")
    if limit is not None and is_elsewhere:
        raise UsageError("--limit is for tables, --plot, --json and --csv: leave it out with --html or --follow")


def _refuse_options(context: typer.Context) -> None:
    """Raise UsageError for options of the group that were given before a subcommand, which has its own."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            flag = max(parameter.opts, key=len)
            raise UsageError(
                f"{flag} before {context.invoked_subcommand} has no effect: give the options of "
                f"`{context.command_path} {context.invoked_subcommand}` after its name"
            )


def _check_levels(session: Session) -> None:
    """Warn of certified levels of compression that no longer hold."""
    if session.services.paths.tuned.exists():
        from scrimp.cli.observers.drift import warn_of_level_drift  # noqa: PLC0415 - where something was certified

        warn_of_level_drift(session)
