"""`scrimp cost budget`: what runs have spent of a shared budget, and what they may still spend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import Session, open_session
from scrimp.flows.batch.jobs import is_job
from scrimp.store.batches.store import BatchStore
from scrimp.units import format_count, format_dollars, pluralize

if TYPE_CHECKING:
    from scrimp.shared.budget import BudgetOverview

_JOBS_NAMED = 3
app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def budget(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The budget, as --budget names it.")],
    clear: Annotated[
        bool, typer.Option("--clear", help="Reset it to nothing spent; runs that are using it stop.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was spent of a budget that runs share, and the runs that have a part of it.

    A run that has ended has no line, but what it spent counts. One that is silent may have been killed: what it may
    spend stays its own until scrimp looks, with this command or in a run of the budget, where its ledger is. A job of
    batches has a line until all of its calls have come back and `scrimp batch fetch` has looked; until then it counts
    for the most that these can cost. `scrimp batch cancel`, then fetch, gives back what was not answered.
    """
    from scrimp.flows.engine.shared.limits import budget_link, limits_server  # where a server is asked

    with open_session() as session:
        server = limits_server(session.services, f"the budget {name}")
        try:
            link = budget_link(session.services, server, name)
            link.settle_dead()
            if clear:
                found = link.clear()
                print_line(f"the budget {name} starts over" if found else f"nothing was spent of the budget {name}")
                return
            overview = link.server.look()
        finally:
            server.close()
        if as_json:
            print_json(_as_json(overview))
            return
        rows = [
            (each.run, format_dollars(each.spent), format_dollars(each.allowance - each.spent), f"{each.silent:.0f} s")
            for each in (overview.runs if overview is not None else ())
        ]
        if rows:
            print_table(("run", "spent", "may spend", "silent"), rows, "lrrr", session.out)
        print_line(_sum(name, overview))
        for note in _notes(name, overview, session):
            session.messages.note(note)


def _notes(name: str, overview: BudgetOverview | None, session: Session) -> Iterator[str]:
    """Yield sentences on how batch jobs give back what they may spend: those of this home, and others."""
    jobs = [each.run for each in (overview.runs if overview is not None else ()) if is_job(each.run)]
    path = session.services.paths.batches_db
    with BatchStore(path) if jobs and path.exists() else nullcontext() as store:
        known = {job.job for job in store.jobs()} if store is not None else set[str]()
    if own := [job for job in jobs if job in known]:
        yield (
            f"{_listed(own)}: in batches; scrimp batch fetch JOB gives back what they did not cost, and scrimp batch "
            "cancel JOB before it ends them"
        )
    if others := [job for job in jobs if job not in known]:
        yield (
            f"{_listed(others)}: in batches that another home sent: fetch or cancel them there; if it is lost, scrimp "
            f"cost budget {name} --clear starts over"
        )


def _listed(jobs: Sequence[str]) -> str:
    more = f" and {format_count(len(jobs) - _JOBS_NAMED)} more" if len(jobs) > _JOBS_NAMED else ""
    return ", ".join(jobs[:_JOBS_NAMED]) + more


def _sum(name: str, overview: BudgetOverview | None) -> str:
    if overview is None:
        return f"nothing was spent of the budget {name}"
    said = f"{format_dollars(overview.spent)} spent of the budget {name}"
    left = overview.committed - overview.spent
    return f"{said}, and up to {format_dollars(left)} by {pluralize(len(overview.runs), 'run')}" if left else said


def _as_json(overview: BudgetOverview | None) -> dict[str, object]:
    return {
        "spent_usd": overview.spent if overview is not None else 0,
        "may_spend_usd": overview.committed - overview.spent if overview is not None else 0,
        "runs": [
            {
                "run": each.run, "batches": is_job(each.run), "spent_usd": each.spent,
                "may_spend_usd": each.allowance - each.spent, "silent_seconds": each.silent,
            }
            for each in (overview.runs if overview is not None else ())
        ],
    }  # fmt: skip
