"""`scrimp cost` without a subcommand: sums over the ledger, by group."""

from __future__ import annotations

import typer

from scrimp.cli.cost.cost_flags import DEFAULT_WINDOW, ShownFlags, SumFlags
from scrimp.cli.cost.group_report import (
    CostQuestion,
    follow_sums,
    print_bars,
    print_documents,
    print_sums,
    write_cost_page,
)
from scrimp.cli.cost.ledger_sums import open_sums, the_flagships, time_zone
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.since import parse_since, since_start
from scrimp.cli.flags.typed_flags import typed_flags
from scrimp.cli.observers.drift import check_drift
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.store.ledger import Ledger


@grouped()
def cost(context: typer.Context, summed: SumFlags, shown: ShownFlags) -> None:
    """Show what was paid, by model, tier, user or day.

    --rates shows the share of the dollars, what a call and a thousand rows that were called cost, the calls without a
    completion, those made because one before had none, the rows of chains answered above their cheap models, and the
    seconds within which half and 95 % of the completions came, to within 13 %: those of batches are left out. The
    flagship is the baseline of the config, and the models that tier high alone has.

    By chain, task, route, user, run, day or tag, 6/30 escalated are six of thirty rows of chains that were answered
    above their cheap models. Rows of earlier versions are not counted.

    If there are very many users or runs, the table shows the most expensive and one line for the rest; --json and
    --csv show all, unless --limit says otherwise.

    By arm, the calls of a model at each effort have a line of their own: a model that thinks longer costs more at the
    same price.

    The ledger has every call that was sent: paid, failed, truncated and lost. Calls of unknown cost, and lost ones,
    which may have been billed, never count as zero: the sum of the others is marked with a +, and the total says "at
    least". The most that lost calls can have cost is shown as well (without a cap, a completion counts as 128 000
    tokens); scrimp cost reconcile closes them.

    Also warns of routes of scrimp tune apply that escalate much more or less often than when they were certified, and
    of levels of compression that later pairs contradict, and disables them.

    --follow redraws the table each second while runs go on; in a pipe it prints a line whenever calls have ended, or
    with --json an object, which sums the groups beyond the first 1 000 in one.

    --check is for scripts: it prints each rule of [alerts] in the config that does not hold, with what to do, hands
    new ones to the command and the webhook named there, and exits with 8.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if shown.check:
        from scrimp.cli.cost.check import check_alerts  # only to check them

        check_alerts(context, as_json=shown.as_json)
        return
    shown.refuse_two_ways()
    shown.refuse_limit(summed)
    zone = time_zone(summed.zone)
    with open_session() as session:
        asked = CostQuestion(
            by=summed.by, since=since_start(summed.since, session.services.clock(), zone), zone=zone,
            zone_name=summed.zone, models=the_flagships(session), limit=summed.limit,
        )  # fmt: skip
        session.services.stores.recover()
        _check_certificates(session)
        _show(asked, summed, shown, session)


def _show(asked: CostQuestion, summed: SumFlags, shown: ShownFlags, session: Session) -> None:
    """Print the sums in the form of the flags, or write them to a page."""
    with open_sums(session) as sums:
        if shown.html is not None:
            write_cost_page(sums, shown.html, asked, session)
        elif shown.follow:
            window = parse_since(summed.since or DEFAULT_WINDOW, asked.zone)
            follow_sums(sums, asked, window, session, as_json=shown.as_json)
        elif shown.as_json or shown.as_csv:
            print_documents(sums, asked, session, as_csv=shown.as_csv)
        elif shown.plot:
            print_bars(sums, asked, session)
        else:
            print_sums(sums, asked, session, rates=shown.rates)


def _refuse_options(context: typer.Context) -> None:
    """Raise UsageError for options of the group that were given before a subcommand, which has its own."""
    for _, flag in typed_flags(context):
        raise UsageError(
            f"{flag} before {context.invoked_subcommand} has no effect: give the options of "
            f"`{context.command_path} {context.invoked_subcommand}` after its name"
        )


def _check_certificates(session: Session) -> None:
    """Warn of certified routes and levels of compression that no longer hold, and disable them."""
    with Ledger(session.services.paths.ledger_db) as ledger:
        check_drift(session, ledger)
    if session.services.paths.tuned.exists():
        from scrimp.cli.observers.drift import warn_of_level_drift  # where something was certified

        warn_of_level_drift(session)
