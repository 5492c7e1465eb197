"""A live run of a command that has a job: what is in batches is not waited for, and would be paid twice."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.cli.jobs.job_command import job_command
from scrimp.errors import StoreError
from scrimp.flows.batch.jobs import digest_of
from scrimp.store.batches.store import BatchStore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.cli.session import Session


def warn_of_batches(session: Session) -> None:
    """Warn of the requests that this command, given with --batch before, has in batches."""
    try:
        job, waiting = _waiting(session.services.paths.batches_db)
    except StoreError as error:
        if not session.services.read_only:
            session.messages.warn(f"whether this command has requests in batches is not known: {error}")
        return
    if waiting:
        session.messages.warn(
            f"{pluralize(waiting, 'request')} of this command are in batches and are paid again where they are called "
            f"live now: scrimp batch fetch {job} prints their rows, with --batch this command waits for them"
        )


def _waiting(path: Path) -> tuple[str, int]:
    with closing(BatchStore(path)) as store:
        job = store.open_job(digest_of(str(Path.cwd()), job_command()))
        return ("", 0) if job is None else (job.job, sum(shard.requests for shard in store.open_shards(job.job)))
