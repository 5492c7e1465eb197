"""`scrimp batch watch`: waiting for the batches of a job."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.batch.job_argument import JobArgument, Progress, Quiet, named_job, progress_flags

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def watch(
    job: JobArgument = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the job's progress on stdout, an object for each look.")
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

    words = ["--batch-goal", "followed", *progress_flags(progress, quiet=quiet)]
    words += ["--batch-json", "--progress", "none"] if as_json else []
    raise typer.Exit(run_job(named_job(job), words))
