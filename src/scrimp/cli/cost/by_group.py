"""`scrimp cost` without a subcommand: sums over the ledger, by group."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Annotated

import typer

from scrimp.cli.cost.group_report import (
    MOST_ROWS,
    CostQuestion,
    follow_sums,
    print_bars,
    print_documents,
    print_sums,
    write_cost_page,
)
from scrimp.cli.cost.ledger_sums import UTC_ZONE, open_sums, the_flagships, time_zone
from scrimp.cli.flags.since import parse_since, since_start
from scrimp.cli.observers.drift import check_drift
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.store.cost_sums.groups import GROUP_WORDS, PERIODS, WORDS
from scrimp.store.ledger import Ledger

DEFAULT_WINDOW = "1h"  # of what is followed
SINCE_HELP = "Only calls sent within this time, or since this day."


def _groups(incomplete: str) -> list[str]:
    return [word for word in WORDS if word.startswith(incomplete)]


def cost(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(metavar="30d|DATE", help=SINCE_HELP)] = None,
    by: Annotated[
        str, typer.Option(metavar="WORD", help=f"What to group by: {GROUP_WORDS}.", autocompletion=_groups)
    ] = "model",
    zone: Annotated[
        str,
        typer.Option(
            metavar="ZONE",
            help="Of hours, days, weeks, months and the day of --since: utc, local, or a name such as Europe/Berlin.",
        ),
    ] = UTC_ZONE,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            show_default=False,
            help=f"Show the N most expensive groups, and the others as one; {MOST_ROWS} of a table unless given.",
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

    Of very many users or runs the table has the most expensive, and one line for the others; --json and --csv have them
    all, unless --limit says otherwise.

    By arm, the calls of a model at each effort are apart: a model that thinks longer costs more at the same price.

    The ledger has every call that was sent: paid, failed, truncated and lost. Calls of unknown cost, and lost ones,
    which may have been billed, never count as zero: the sum of the others is marked with a +, and the total says "at
    least". What lost calls can have cost at most is said beside it, where nothing capped a completion for one of
    128 000 tokens; scrimp cost reconcile closes them.

    Also warns of routes of scrimp tune apply that escalate much more or less often than when they were certified, and
    of levels of compression that later pairs contradict, and disables them.

    --follow draws the table anew each second while runs go on; in a pipe it prints a line whenever calls have ended,
    with --json an object, in which of more than 1 000 groups the others are one.

    --check is for scripts: it prints each rule of [alerts] in the config that does not hold, with what to do, hands
    what was not told before to the command and the webhook named there, and exits with 8.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if check:
        from scrimp.cli.cost.check import check_alerts  # only to check them

        check_alerts(context, as_json=as_json)
        return
    _refuse_two_ways({
        "--json": as_json and not follow, "--csv": as_csv, "--rates": rates, "--plot": plot, "--html": html is not None,
        "--follow": follow,
    })  # fmt: skip
    _refuse_limit(limit, by, is_elsewhere=html is not None or follow)
    in_zone = time_zone(zone)
    with open_session() as session:
        asked = CostQuestion(
            by=by, since=since_start(since, session.services.clock(), in_zone), zone=in_zone, zone_name=zone,
            models=the_flagships(session), limit=limit,
        )  # fmt: skip
        session.services.stores.recover()
        with closing(Ledger(session.services.paths.ledger_db)) as ledger:
            check_drift(session, ledger)
        _check_levels(session)
        with open_sums(session) as sums:
            if html is not None:
                write_cost_page(sums, html, asked, session)
            elif follow:
                follow_sums(sums, asked, parse_since(since or DEFAULT_WINDOW, in_zone), session, as_json=as_json)
            elif as_json or as_csv:
                print_documents(sums, asked, session, as_csv=as_csv)
            elif plot:
                print_bars(sums, asked, session)
            else:
                print_sums(sums, asked, session, rates=rates)


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
        from scrimp.cli.observers.drift import warn_of_level_drift  # where something was certified

        warn_of_level_drift(session)
