"""`scrimp run` as a part of another command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from typer.main import get_command

from scrimp.errors import UsageError

if TYPE_CHECKING:
    from scrimp.store.batches.records import Job

_QUIET = ("-q", "--quiet")


def run_command(words: Sequence[str]) -> int:
    """Run `scrimp run` with these words; return its exit status."""
    from scrimp.cli.running.run import app  # all that a run needs

    status = get_command(app).main(args=list(words), prog_name="scrimp run", standalone_mode=False)
    return status if isinstance(status, int) else 0


def run_job(job: Job, words: Sequence[str]) -> int:
    """Run the command of a job again, in its directory, with more words at its end."""
    if not job.command:
        raise UsageError(
            f"job {job.job} was found at its provider, and its command is not known here: rerun the command with "
            "--batch; answered requests are not sent again"
        )
    with suppress(FileNotFoundError):
        if Path(job.folder) != Path.cwd():
            _enter(job)
    # The command that began the job may have been quiet; the one that watches or fetches says so itself.
    command = [word for word in job.command if word not in _QUIET]
    return run_command([*command, "--batch", "--job", job.job, *words])


def _enter(job: Job) -> None:
    try:
        os.chdir(job.folder)
    except OSError as error:
        raise UsageError(
            f"job {job.job} reads its input from {job.folder}, which cannot be entered ({error.strerror}): put it back"
        ) from error
