"""Ending the batches of a job before they have ended by themselves."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.flows.batch.shards.opening import batches_of, open_follower
from scrimp.store.batches.store import BatchStore

if TYPE_CHECKING:
    from scrimp.flows.batch.batches import Batches
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job

_PATIENCE = 60.0  # seconds


class Cancelled(Struct, frozen=True):
    """What the end of a job did to its batches."""

    stopped: int  # those that were asked to stop, or not sent
    shared: int  # those that go on: another job waits for them, too


def cancel_job(job: Job, services: Services) -> Cancelled:
    """Ask for the end of all open batches of a job, but for those that another job waits for."""
    with closing(BatchStore(services.paths.batches_db)) as store:
        store.save_job(replace(job, cancelled=True))
        open_shards = len(store.open_shards(job.job))
        shared = 0
        batches = batches_of(job, store, services)
        if open_shards:
            shared = asyncio.run(_cancel(batches, services))
        return Cancelled(open_shards - shared, shared)


async def _cancel(batches: Batches, services: Services) -> int:
    async with open_follower(batches, services, patience=_PATIENCE, longest=_PATIENCE) as follower:
        shared = await follower.cancel()
        await follower.look()
        return shared
