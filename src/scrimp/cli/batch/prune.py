"""`scrimp batch prune`: removing old jobs, with the replies and the copies of stdin that are kept for them."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.printing import print_line, print_table
from scrimp.cli.session import open_session
from scrimp.units import format_clock, format_count, format_megabytes, parse_duration, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def prune(
    older: Annotated[
        str, typer.Option("--older", metavar="90d", help="Remove jobs whose rows were printed longer ago than this.")
    ] = "90d",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed, and remove nothing.")] = False,
) -> None:
    """Remove old jobs, with their replies and their copies of stdin, and give the space back.

    A job goes once all of its rows were printed, by scrimp batch fetch or by the command that made it. One that has not
    come that far stays, whatever its age, and so does one with batches that another job waits for. Completions stay in
    the cache, and what was paid in the ledger.

    For a batch that was removed while its provider still lists it, scrimp batch reconcile says that it is not known.
    """
    from scrimp.flows.batch.upkeep.prune import prune as prune_jobs  # needs the parts of a job

    with open_session() as session:
        now = session.services.clock()
        done = prune_jobs(session.services, before=now - parse_duration(older, "--older"), dry_run=dry_run)
        if dry_run and done.jobs:
            print_table(
                ("job", "age", "requests", "stdin", "command"),
                [
                    (each.job.job, format_clock(now - each.job.created), format_count(each.requests),
                     format_megabytes(each.input_bytes, 1) if each.input_bytes else "", " ".join(each.job.command))
                    for each in done.jobs
                ], "rrrrl", session.out,
            )  # fmt: skip
        requests = pluralize(sum(each.requests for each in done.jobs), "request")
        print_line(f"{'would remove' if dry_run else 'removed'} {pluralize(len(done.jobs), 'job')} with {requests}")
        if done.unfinished:
            session.messages.note(
                f"{pluralize(done.unfinished, 'job')} made before that "
                f"{'has' if done.unfinished == 1 else 'have'} rows that were not printed yet: scrimp batch list"
            )
