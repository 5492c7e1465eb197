"""Comparing the batches that scrimp knows with those that providers list: which are lost, and where counts differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import MissingKeyError
from scrimp.flows.batch.shards.driver import ShardDriver
from scrimp.flows.batch.shards.opening import context_of, open_wire
from scrimp.flows.batch.upkeep.totals import cost_difference, differences, kept, told
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchRefusedError, RemoteBatch
from scrimp.store.batches.records import Job, ShardRecord
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore
from scrimp.store.files.process_lock import held

if TYPE_CHECKING:
    from scrimp.flows.services import Services
    from scrimp.transport.batch_wire import BatchWire

_PATIENCE = 60.0  # seconds
_BACK = 30 * 86_400.0  # seconds: older results are nowhere kept
_SKEW = 600.0
# The name of a batch that scrimp made: that of its job, and a number.
OURS = re.compile(r"(b\d{8}-\d{6}-[0-9a-f]{6})-\d{3,}")
_UNCONFIRMED = ("ready", "uploading", "uploaded", "creating", "held")


class Pair(Struct, frozen=True, kw_only=True):
    """A batch as it is known here, as its provider tells of it, or both, and the notes on it."""

    provider: str
    here: ShardRecord | None = None
    there: RemoteBatch | None = None
    notes: tuple[str, ...] = ()


class Reconciliation:
    """One comparison of all batches, or of those of one job."""

    def __init__(self, services: Services, store: BatchStore, job: Job | None) -> None:
        self._services, self._store, self._job = services, store, job

    async def compare(self) -> list[Pair]:
        """Ask every provider for its batches; return them by provider, in the order they were made here."""
        pairs: list[Pair] = []
        async with open_wire(self._services, patience=_PATIENCE) as wire:
            for provider in self._providers():
                try:
                    pairs += await self._of(provider, wire)
                except BatchRefusedError as refused:
                    self._services.warn(f"{provider} does not list its batches: {refused.failure.message}")
                except MissingKeyError as missing:  # such as the second one of a gateway, which has no batches of ours
                    if provider in {shard.provider for shard in self._shards()}:
                        self._services.warn(f"{provider} is not asked: {missing}")
        return [*pairs, *self._not_asked()]

    def _shards(self) -> list[ShardRecord]:
        found = self._store.shards() if self._job is None else self._store.shards_for(self._job.job)
        return [shard for shard in found if shard.batch is not None or shard.state in _UNCONFIRMED]

    def _providers(self) -> list[str]:
        used = {shard.provider for shard in self._shards()}
        endpoints, available = self._services.routes.endpoints, self._services.routes.available
        asked = used if self._job is not None else {*used, *available}
        return sorted(name for name in asked if name in available and batch_flow(endpoints[name]) is not None)

    def _not_asked(self) -> list[Pair]:
        """Return the batches of providers that cannot be asked."""
        asked = set(self._providers())
        return [
            Pair(provider=shard.provider, here=shard, notes=(f"not compared: there is no key for {shard.provider}",))
            for shard in self._shards()
            if shard.provider not in asked
        ]

    async def _of(self, provider: str, wire: BatchWire) -> list[Pair]:
        endpoint = self._services.routes.endpoints[provider]
        flow = batch_flow(endpoint)
        if flow is None:
            return []
        since = (self._services.clock() - _BACK) if self._job is None else self._job.created - _SKEW
        listed = await wire.run(flow.list_all(since), endpoint, repeatable=True)
        by_id = {batch.id: batch for batch in listed}
        by_name = {batch.shard: batch for batch in listed if batch.shard is not None}
        pairs, met = [], {shard.batch for shard in self._store.shards()}
        for shard in self._shards():
            if shard.provider != provider:
                continue
            there = by_id.get(shard.batch or "") or by_name.get(shard.shard)
            if there is None and shard.state == "creating" and not flow.tells_names:
                there = await self._found(shard, wire)
            elif there is None and shard.state in ("submitted", "fetching"):
                there = await self._looked_up(shard.batch or "", provider, wire)
            if there is not None:
                met.add(there.id)
            pairs.append(self._pair(shard, there))
        if self._job is None:
            strangers = (batch for batch in listed if batch.id not in met)
            pairs += [
                Pair(provider=provider, there=batch, notes=(_lost(batch),))
                for batch in strangers
                if not flow.tells_names or is_ours(batch)
            ]
        return pairs

    async def _found(self, shard: ShardRecord, wire: BatchWire) -> RemoteBatch | None:
        """Return the batch that is a shard's by its time and its count of requests, or by its results; None if unclear.

        Nothing is sent: one that is not found is for the commands of its job to make.
        """
        (job,) = (job for job in self._store.jobs() if job.job == shard.job)
        context, spool = context_of(job, self._store, self._services), Spool(self._services.paths.batch_files)
        driver = ShardDriver(
            context, wire, spool, patience=_PATIENCE, clock=self._services.clock, note=self._services.note
        )  # fmt: skip
        own = await driver.search(shard)
        return own[0] if own else None

    async def _looked_up(self, batch: str, provider: str, wire: BatchWire) -> RemoteBatch | None:
        endpoint = self._services.routes.endpoints[provider]
        flow = batch_flow(endpoint)
        try:
            return None if flow is None else await wire.run(flow.look_up(batch), endpoint, repeatable=True)
        except BatchRefusedError as refused:
            if refused.refusal == "not_found":
                return None
            raise

    def _pair(self, shard: ShardRecord, there: RemoteBatch | None) -> Pair:
        if there is None:
            lost = shard.state in ("submitted", "fetching")
            note = f"{shard.provider} does not know it: scrimp batch cancel {shard.job} gives it up" if lost else ""
            return Pair(provider=shard.provider, here=shard, notes=(note,) if note else ())
        notes: list[str] = []
        if shard.batch is None:
            shard = replace(shard, state="submitted", batch=there.id, submitted=self._services.clock(), error=None)
            notes.append("was made, though that had not been confirmed")
        shard = self._told(shard, there)
        # Before they have looked at its requests, some providers say 0.
        counted = there.total is not None and there.state != "checking" and (there.total or there.state != "cancelled")
        if counted and there.total != shard.requests and not shard.adopted:
            notes.append(f"{shard.provider} counts {there.total or 0:,} requests, {shard.requests:,} were sent")
        if shard.state == "fetched":
            ours = kept(shard, self._store, self._services.routes.endpoints[shard.provider])
            notes += differences(shard.provider, told(shard), ours)
            notes += cost_difference(shard, ours.answered, self._services.paths.ledger_db)
        return Pair(provider=shard.provider, here=shard, there=there, notes=tuple(notes))

    def _told(self, shard: ShardRecord, there: RemoteBatch) -> ShardRecord:
        """Return a shard with what its provider tells, which is kept unless somebody else works on its job."""
        shard = replace(
            shard, word=there.word, answered=there.completed, failed=there.failed, expires=there.expires,
            reported_cost=there.reported_cost, tokens_in=there.tokens[0] if there.tokens else shard.tokens_in,
            tokens_out=there.tokens[1] if there.tokens else shard.tokens_out,
        )  # fmt: skip
        with held(self._services.paths.batch_files, shard.job) as is_held:
            (now,) = (each for each in self._store.shards(shard.job) if each.shard == shard.shard)
            if is_held and now.state in (shard.state, *_UNCONFIRMED):
                self._store.save_shard(shard)
        return shard


def is_ours(batch: RemoteBatch) -> bool:
    """Return whether a batch has a name that scrimp gave it."""
    return batch.shard is not None and OURS.fullmatch(batch.shard) is not None


def _lost(batch: RemoteBatch) -> str:
    if is_ours(batch):
        return "is not known here: scrimp batch reconcile --adopt fetches its results"
    return f"may be scrimp's: scrimp batch reconcile --adopt-id {batch.id} fetches its results"


def reconcile(services: Services, job: Job | None) -> list[Pair]:
    """Compare the batches of a job, or all, with those that the providers list."""
    with BatchStore(services.paths.batches_db) as store:
        return run_in_loop(Reconciliation(services, store, job).compare())
