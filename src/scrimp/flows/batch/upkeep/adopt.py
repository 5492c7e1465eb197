"""Adopting batches that only their providers know: those of another machine, or of a lost store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrimp.flows.batch.shards.opening import context_of, open_follower
from scrimp.flows.batch.upkeep.reconcile import OURS, Pair
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.store.batches.recorded import recorded_calls
from scrimp.store.batches.records import Job, ShardRecord
from scrimp.store.batches.store import BatchStore
from scrimp.store.files.process_lock import locked

if TYPE_CHECKING:
    from scrimp.flows.services import Services
    from scrimp.providers.batches.flow import RemoteBatch

_PATIENCE = 60.0  # seconds
# Batches without any answer: there is nothing to fetch.
_WITHOUT_RESULTS = ("refused",)


def adopt(services: Services, pairs: Sequence[Pair]) -> list[ShardRecord]:
    """Make batches known here that only their providers know, and fetch what has ended; return their shards."""
    with BatchStore(services.paths.batches_db) as store:
        _add(pairs, store, services)
        waiting = {shard.job for shard in store.shards() if shard.adopted and shard.state in ("submitted", "fetching")}
        jobs = [job for job in store.jobs() if job.job in waiting]
        for job in jobs:
            with locked(services.paths.batch_files, job.job, lambda: None):
                run_in_loop(_look(job, store, services))
        return [shard for job in jobs for shard in store.shards(job.job) if shard.adopted]


def _add(pairs: Sequence[Pair], store: BatchStore, services: Services) -> None:
    """Add a shard for each batch that may have results, and the jobs that they are of."""
    known, taken = {job.job for job in store.jobs()}, {shard.shard for shard in store.shards()}
    for number, pair in enumerate(pairs, 1):
        batch = pair.there
        if batch is None or batch.state in _WITHOUT_RESULTS:
            continue
        match = None if batch.shard in taken else OURS.fullmatch(batch.shard or "")
        job = match[1] if match else f"b{services.run}"
        if job not in known:
            store.add_job(Job(job=job, created=batch.created or services.clock(), folder="", command=(), digest=""))
            known.add(job)
        shard = _shard(match[0] if match else f"{job}-{number:03}", job, pair.provider, batch, services)
        store.add_shard(shard, recorded_calls(services.paths.ledger_db, shard.shard))


def _shard(name: str, job: str, provider: str, batch: RemoteBatch, services: Services) -> ShardRecord:
    return ShardRecord(
        shard=name, job=job, provider=provider, model=batch.model or "", path="", requests=batch.total or 0, size=0,
        state="submitted", created=batch.created or services.clock(), batch=batch.id, word=batch.word,
        submitted=batch.created, expires=batch.expires, adopted=True,
    )  # fmt: skip


async def _look(job: Job, store: BatchStore, services: Services) -> None:
    context = context_of(job, store, services)
    async with open_follower(context, services, patience=_PATIENCE, longest=_PATIENCE) as follower:
        await follower.look()
