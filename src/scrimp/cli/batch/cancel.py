"""`scrimp batch cancel`: ending the batches of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scrimp.cli.batch.job_argument import JobArgument
from scrimp.cli.session import open_session
from scrimp.flows.batch.jobs import find_job
from scrimp.store.batches.store import BatchStore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.batch.shards.follow import Cancelled

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def cancel(job: JobArgument = None) -> None:
    """End the batches of a job; what was answered by then is kept, and billed.

    scrimp batch fetch prints the rows that were answered; scrimp batch watch waits until the providers have stopped.
    """
    from scrimp.flows.batch.upkeep.cancel import cancel_job  # it needs the network

    with open_session() as session:
        with BatchStore(session.services.paths.batches_db) as store:
            found = find_job(store, job)
        done = cancel_job(found, session.services)
        state = "was cancelled before" if found.cancelled else "is cancelled"
        session.messages.note(
            f"job {found.job} {state}: {_done(done)}; rows answered by then: scrimp batch fetch {found.job}"
        )


def _done(done: Cancelled) -> str:
    told = {
        "asked to stop": done.stopped, "cannot be stopped": done.unstopped,
        "left alone, since another job waits": done.shared,
    }  # fmt: skip
    return ", ".join(f"{pluralize(number, 'batch')} {words}" for words, number in told.items() if number) or (
        "no batch of it was open"
    )
