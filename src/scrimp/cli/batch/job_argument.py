"""The job that a command is about, and how its progress is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.session import open_session
from scrimp.enums import ProgressMode
from scrimp.flows.batch.jobs import find_job
from scrimp.store.batches.store import BatchStore

if TYPE_CHECKING:
    from scrimp.store.batches.records import Job

JobArgument = Annotated[
    str | None,
    typer.Argument(metavar="[JOB]", help="A job, or the beginning of its name; the newest without one, or as last."),
]  # fmt: skip

Progress = Annotated[ProgressMode | None, typer.Option("--progress", help="How progress is shown on stderr.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no bill; only errors.")]


def named_job(name: str | None) -> Job:
    """Return the job of a name or of its beginning, the newest for None; UsageError if there is none."""
    with open_session() as session, BatchStore(session.services.paths.batches_db) as store:
        return find_job(store, name)


def progress_flags(progress: ProgressMode | None, *, quiet: bool) -> list[str]:
    """Return these flags as words of a command line of `scrimp run`."""
    return [*(["-q"] if quiet else []), *([] if progress is None else ["--progress", progress])]
