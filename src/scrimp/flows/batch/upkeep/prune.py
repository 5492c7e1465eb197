"""Removing old jobs whose rows were all printed, with their replies and their copies of stdin."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.enums import OPEN_SHARDS
from scrimp.flows.batch.jobs import COLLECT_LOCK
from scrimp.store.batches.job_input import remove_input
from scrimp.store.batches.store import BatchStore
from scrimp.store.files.process_lock import held, locked

if TYPE_CHECKING:
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job


class PrunedJob(Struct, frozen=True):
    """A job that is removed, or would be."""

    job: Job
    requests: int  # requests in the job's own batches
    input_bytes: int  # size of the copy of stdin


class Pruned(Struct, frozen=True):
    """What was removed, or would be, and how many old jobs stay since they are not at their end."""

    jobs: Sequence[PrunedJob]
    unfinished: int


def prune(services: Services, *, before: float, dry_run: bool) -> Pruned:
    """Remove the jobs whose rows were all printed before a moment; with `dry_run` only tell which."""
    folder, removed = services.paths.batch_files, list[PrunedJob]()
    with BatchStore(services.paths.batches_db) as store, ExitStack() as stack:
        if not dry_run:  # no command finds what is removed here, and waits for it
            waiting = "waiting for a command that puts requests in batches"
            stack.enter_context(locked(folder, COLLECT_LOCK, lambda: services.note(waiting)))
        old = [job for job in store.jobs() if job.created < before]
        for job in _finished(store, before):
            with held(folder, job.job) as is_held:
                if not is_held:  # someone is printing its rows again
                    continue
                requests = sum(shard.requests for shard in store.shards(job.job))
                if not dry_run:
                    store.remove_job(job.job)
                removed.append(PrunedJob(job, requests, remove_input(folder, job.job, dry_run=dry_run)))
        if removed and not dry_run:
            store.give_back_space()
        return Pruned(removed, sum(job.ended is None for job in old))


def _finished(store: BatchStore, before: float) -> list[Job]:
    """Return the jobs that nothing is to come of: their rows were printed, and no other job waits for their batches."""
    finished = {
        job.job: job
        for job in store.jobs()
        if job.ended is not None and job.ended < before
        and not any(shard.state in OPEN_SHARDS for shard in store.shards_for(job.job))
    }  # fmt: skip
    while waited_for := [name for name in finished if _is_waited_for(name, finished, store)]:
        for name in waited_for:
            del finished[name]
    return list(finished.values())


def _is_waited_for(job: str, finished: Collection[str], store: BatchStore) -> bool:
    """Return whether another job, which is not finished, waits for a batch of this one."""
    return any(other not in finished for shard in store.shards(job) for other in store.jobs_of(shard.shard))
