"""Sending what waits in a queue: the calls of many commands, in as few batches as they fit in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import UNSENT_SHARDS
from scrimp.flows.batch.jobs import COLLECT_LOCK
from scrimp.flows.batch.outbox import most_bytes, shard_of
from scrimp.flows.batch.shards.opening import context_of, open_follower
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.providers.batches import batch_flow
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore
from scrimp.store.files.process_lock import locked
from scrimp.units import parse_duration, pluralize

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.services import Services
    from scrimp.providers.batches.flow import BatchFlow
    from scrimp.store.batches.records import Job, ShardRecord

_PATIENCE = 60.0  # seconds
_NOT_TAKEN = ("ready", "uploading", "uploaded", "creating", "held")


class Flushed(Struct, frozen=True):
    """What a queue had, and what became of it."""

    requests: int
    batches: int
    jobs: tuple[str, ...]  # jobs that wait for the requests
    unsent: int  # batches whose submission is not confirmed yet
    left: int  # requests that wait still
    refused: int = 0  # requests that their provider took no batch of


def flush(queue: str, services: Services) -> Flushed:
    """Send what waits in a queue; ProviderRefusedError where a provider refuses the key."""
    with BatchStore(services.paths.batches_db) as store:
        spool = Spool(services.paths.batch_files)
        with locked(spool.folder, COLLECT_LOCK, lambda: None):
            _join(queue, store, spool, services)
        sent = [shard for shard in store.shards() if shard.queue == queue and shard.state in _NOT_TAKEN]
        owners = {shard.job for shard in sent}
        for job in store.jobs():
            if job.job in owners:
                _submit(job, store, services)
        names = {shard.shard for shard in sent}
        left = [shard for shard in store.shards() if shard.shard in names and shard.state in _NOT_TAKEN]
        refused = [shard for shard in store.shards() if shard.shard in names and shard.state in UNSENT_SHARDS]
        requests, batches = sum(shard.requests for shard in sent), len(sent) - len(refused)
        not_taken = sum(shard.requests for shard in refused)
        jobs = dict.fromkeys(job for shard in sent for job in store.jobs_of(shard.shard))
        waiting = sum(shard.requests for shard in queued(store).get(queue, ()))
        return Flushed(requests - not_taken, batches, tuple(jobs), len(left), waiting, not_taken)


def queued(store: BatchStore) -> dict[str, list[ShardRecord]]:
    """Return what waits in each queue."""
    found: dict[str, list[ShardRecord]] = {}
    for shard in store.shards():
        if shard.state == "queued" and shard.queue is not None:
            found.setdefault(shard.queue, []).append(shard)
    return found


def _join(queue: str, store: BatchStore, spool: Spool, services: Services) -> None:
    """Make as few shards as can be of those in a queue, ready to be sent."""
    groups: dict[tuple[object, ...], list[list[ShardRecord]]] = {}
    for shard in queued(store).get(queue, ()):
        endpoint = services.routes.endpoints.get(shard.provider)
        flow = None if endpoint is None else batch_flow(endpoint)
        if flow is None:
            waiting = pluralize(shard.requests, "request")
            services.warn(f"{waiting} of queue {queue} cannot be sent: {shard.provider} is not configured with batches")
            continue
        if not spool.is_whole(shard.shard, shard.size):
            why = f"the file of its requests, {spool.path(shard.shard)}, is damaged or gone"
            services.warn(f"{shard.shard} cannot be sent: {why}; scrimp batch fetch {shard.job} sends them again")
            store.drop_waiting(replace(shard, state="dropped", error=why, ended=services.clock()))
            continue
        for group in groups.setdefault((shard.provider, shard.model, shard.path, shard.window), []):
            if _fits(shard, group, flow, store):
                group.append(shard)
                break
        else:
            groups[shard.provider, shard.model, shard.path, shard.window].append([shard])
    for group in (group for of_target in groups.values() for group in of_target):
        if len(group) == 1:
            store.save_shard(replace(group[0], state="ready"))
        else:
            _merge(group, store, spool, services)


def _fits(shard: ShardRecord, group: Sequence[ShardRecord], flow: BatchFlow, store: BatchStore) -> bool:
    together = [shard, *group]
    return (
        sum(each.requests for each in together) <= flow.limits.requests
        and sum(each.size for each in together) <= most_bytes(flow.limits)
        and not store.share_a_key(shard.shard, [each.shard for each in group])
    )


def _merge(group: Sequence[ShardRecord], store: BatchStore, spool: Spool, services: Services) -> None:
    first = group[0]
    flow = batch_flow(services.routes.endpoints[first.provider])
    if flow is None:
        raise TypeError(f"{first.provider} has no batches")
    name = f"{first.job}-{len(store.shards(first.job)) + 1:03}"
    frame = flow.frame(shard_of(replace(first, shard=name)))
    file = spool.begin(name, frame.head)
    for part in group:
        for line in spool.lines(part.shard, part.requests, frame.head, frame.separator, frame.tail):
            file.add(line, frame.separator)
    file.end(frame.tail)
    now = services.clock()
    merged = replace(first, shard=name, requests=file.requests, size=file.size, state="ready", created=now)
    store.merge(merged, group, now)
    for part in group:
        spool.remove(part.shard)


def _submit(job: Job, store: BatchStore, services: Services) -> None:
    with locked(services.paths.batch_files, job.job, lambda: services.note(f"waiting for job {job.job}")):
        context = context_of(job, store, services)
        run_in_loop(_sent(context, services))


async def _sent(context: JobContext, services: Services) -> None:
    poll = parse_duration(services.loaded.config.batch.poll, "batch.poll")
    async with open_follower(context, services, patience=_PATIENCE, longest=poll) as follower:
        if not await follower.submit() or _has_held(context):
            await follower.look()  # resends what the provider had no room for, when it is due


def _has_held(context: JobContext) -> bool:
    return any(shard.state == "held" for shard in context.store.open_shards(context.job.job))
