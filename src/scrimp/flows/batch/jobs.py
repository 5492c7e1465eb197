"""Jobs: a new one for a command, or the one that the same command began and did not finish."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import UsageError, closest_name
from scrimp.store.batches.records import Job

if TYPE_CHECKING:
    from scrimp.store.batches.store import BatchStore

# Held by one pass over the rows of a job at a time: two jobs with the same rows would both find them in no batch.
COLLECT_LOCK = "collect"
_JOB_NAME = re.compile(r"b\d{8}-\d{6}-[0-9a-f]{6}")


def digest_of(folder: str, command: Sequence[str]) -> str:
    """Return what the jobs of a command have in common."""
    return hashlib.sha256("\0".join((folder, *command)).encode(errors="surrogateescape")).hexdigest()


def is_job(name: str) -> bool:
    """Return whether a name is that of a job, and not of a run."""
    return _JOB_NAME.fullmatch(name) is not None


def open_job(
    store: BatchStore, name: str, command: Sequence[str], folder: str, *, now: float, deadline: float | None,
    queue: str | None = None,
) -> tuple[Job, bool]:  # fmt: skip
    """Return the job of a command, and whether it was begun before; a new one has this name."""
    digest = digest_of(folder, command)
    found = store.open_job(digest)
    if found is not None:
        if deadline is not None and deadline != found.deadline:
            found = replace(found, deadline=deadline)
            store.save_job(found)
        return found, True
    job = Job(
        job=name, created=now, folder=folder, command=tuple(command), digest=digest, deadline=deadline, queue=queue
    )
    store.add_job(job)
    return job, False


def find_job(store: BatchStore, name: str | None) -> Job:
    """Return a job by the beginning or end of its name, or, without one or as "last", the newest; else UsageError."""
    jobs = store.jobs()
    if not jobs:
        raise UsageError("there is no batch job yet: scrimp run --batch, or scrimp batch submit, makes one")
    if name in (None, "last"):
        return jobs[-1]
    found = [job for job in jobs if job.job.startswith(name)] or [job for job in jobs if job.job.endswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"'{name}' is the beginning of {len(found)} jobs: write more of it (scrimp batch list)")
    closest = closest_name(name, [job.job for job in jobs])
    hint = f": did you mean {closest}?" if closest else ": scrimp batch list shows them"
    raise UsageError(f"there is no batch job '{name}'{hint}")
