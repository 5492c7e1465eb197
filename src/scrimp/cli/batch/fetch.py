"""`scrimp batch fetch`: printing the rows of a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scrimp.cli.batch.job_argument import JobArgument, Progress, Quiet, named_job, progress_flags

app = typer.Typer(rich_markup_mode=None, add_completion=False)


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

    words = ["--batch-goal", "answered" if wait else "fetched", *progress_flags(progress, quiet=quiet)]
    if output is not None:
        words += ["-o", output if output == "-" else str(Path(output).absolute())]
    raise typer.Exit(run_job(named_job(job), words))
