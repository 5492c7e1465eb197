"""Cancelling the batches of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.batch.shards.follow import Cancelled
from scrimp.flows.batch.shards.opening import context_of, open_follower
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.store.batches.store import BatchStore
from scrimp.store.files.process_lock import held
from scrimp.units import parse_duration

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job

_PATIENCE = 60.0  # seconds


def cancel_job(job: Job, services: Services) -> Cancelled:
    """Ask for the end of all open batches of a job but for those that another job waits for; twice does no harm."""
    with BatchStore(services.paths.batches_db) as store:
        store.save_job(replace(job, cancelled=True))
        if not store.open_shards(job.job):
            return Cancelled(0, 0, 0)
        return run_in_loop(_cancel(context_of(job, store, services), services))


async def _cancel(context: JobContext, services: Services) -> Cancelled:
    poll = parse_duration(services.loaded.config.batch.poll, "batch.poll")
    async with open_follower(context, services, patience=_PATIENCE, longest=poll) as follower:
        done = await follower.cancel()
        with held(services.paths.batch_files, context.job.job) as is_held:
            if is_held:  # otherwise a command that waits for the job fetches the results itself
                await follower.look()
        return done
