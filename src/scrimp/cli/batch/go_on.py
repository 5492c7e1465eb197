"""`scrimp batch watch`, `fetch` and `cancel`: going on with a job."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.session import open_session
from scrimp.enums import ProgressMode
from scrimp.flows.batch.jobs import find_job
from scrimp.store.batches.store import BatchStore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.batch.shards.follow import Cancelled
    from scrimp.store.batches.records import Job

app = typer.Typer(rich_markup_mode=None, add_completion=False)

JobArgument = Annotated[
    str | None,
    typer.Argument(metavar="[JOB]", help="A job, or the beginning of its name; the newest if none is named."),
]  # fmt: skip

Progress = Annotated[ProgressMode | None, typer.Option("--progress", help="How progress is shown on stderr.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no bill; only errors.")]


@app.command()
def watch(
    job: JobArgument = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print on stdout how far the job is, an object for each look.")
    ] = False,
    progress: Progress = None,
    quiet: Quiet = False,
) -> None:
    """Wait until all batches of a job have ended, and send what follows from them.

    Meanwhile stderr shows how many requests have been answered, and how many of them failed: bars at a terminal, a line
    now and then elsewhere.

    The next steps of chains, requests without a result and halves of a batch that was too large are sent as well.
    Requests that wait for the hours at which their model costs less are called then, for fetch to print.
    Ctrl-C ends the watching, not the batches. The exit status is 0 once all have ended, and 6 before.
    """
    from scrimp.cli.batch.run_command import run_job  # all that a run needs

    words = ["--batch-goal", "followed", *_shown(progress, quiet=quiet)]
    words += ["--batch-json", "--progress", "none"] if as_json else []
    raise typer.Exit(run_job(_found(job), words))


@app.command()
def fetch(
    job: JobArgument = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where the rows go, instead of where the job says."),
    ] = None,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all batches have ended.")] = False,
    progress: Progress = None,
    quiet: Quiet = False,
) -> None:
    """Print the rows of a job; those that are still in batches have the status pending, and the exit status is 6."""
    from scrimp.cli.batch.run_command import run_job  # all that a run needs

    words = ["--batch-goal", "answered" if wait else "fetched", *_shown(progress, quiet=quiet)]
    if output is not None:
        words += ["-o", output if output == "-" else str(Path(output).absolute())]
    raise typer.Exit(run_job(_found(job), words))


@app.command()
def cancel(job: JobArgument = None) -> None:
    """End the batches of a job; what was answered by then is kept, and billed.

    scrimp batch fetch prints the rows that were answered; scrimp batch watch waits until the providers have stopped.
    """
    from scrimp.flows.batch.upkeep.cancel import cancel_job  # it needs the network

    with open_session() as session:
        with closing(BatchStore(session.services.paths.batches_db)) as store:
            found = find_job(store, job)
        done = cancel_job(found, session.services)
        state = "was cancelled before" if found.cancelled else "is cancelled"
        session.messages.note(
            f"job {found.job} {state}: {_done(done)}; rows answered by then: scrimp batch fetch {found.job}"
        )


def _done(done: Cancelled) -> str:
    told = {
        "asked to stop": done.stopped, "cannot be stopped": done.unstopped,
        "left alone that another job waits for": done.shared,
    }  # fmt: skip
    return ", ".join(f"{pluralize(number, 'batch')} {words}" for words, number in told.items() if number) or (
        "no batch of it was open"
    )


def _shown(progress: ProgressMode | None, *, quiet: bool) -> list[str]:
    return [*(["-q"] if quiet else []), *([] if progress is None else ["--progress", progress])]


def _found(name: str | None) -> Job:
    with open_session() as session, closing(BatchStore(session.services.paths.batches_db)) as store:
        return find_job(store, name)
