"""Cancelling a batch; what was answered by then is kept, and billed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.enums import FINISHED_BATCHES
from scrimp.flows.batch.shards.shard_work import ShardWork
from scrimp.providers.batches.flow import BatchRefusedError
from scrimp.store.batches.records import ShardRecord

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.shards.creation import Creation
    from scrimp.flows.batch.shards.refusals import Refusals
    from scrimp.store.batches.spool import Spool
    from scrimp.transport.batch_wire import BatchWire

_ENDS = (*FINISHED_BATCHES, "stopping", "refused")


class Stopping(ShardWork):
    """Asks for the ends of shards; asked twice, it does the same as once."""

    def __init__(
        self, context: JobContext, wire: BatchWire, spool: Spool, creation: Creation, refusals: Refusals, *,
        patience: float, clock: Callable[[], float], note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`patience` is the time between two looks, in seconds."""
        super().__init__(context, wire, spool, patience=patience, clock=clock, note=note)
        self._creation, self._refusals = creation, refusals

    async def stop(self, shard: ShardRecord) -> bool:
        """Ask for the end of a shard, or drop it where it was not sent; return whether it ends."""
        if shard.state == "creating":
            own = await self._creation.search(shard)
            if own is None or (not own and not self._creation.would_be_listed(shard)):
                self._context.warn(f"it is not known yet whether batch {shard.shard} was made; if so, it continues")
                return False
            if not own:
                self._refusals.drop(shard, "cancelled: it was not made")
                return True
            shard = self._creation.confirmed(shard, own[0])
        if shard.state == "fetching":
            return True  # it has ended
        if shard.state != "submitted":
            self._refusals.drop(shard, "cancelled before it was sent")
            return True
        flow, endpoint = self._flow(shard)
        try:
            await self._wire.run(flow.cancel(shard.batch or ""), endpoint, repeatable=True)
        except BatchRefusedError as refused:
            return await self._ends_all_the_same(shard, refused.failure.message)
        return True

    async def _ends_all_the_same(self, shard: ShardRecord, why: str) -> bool:
        """Return whether a batch that cannot be stopped has ended or was stopped before; give up one that is gone."""
        flow, endpoint = self._flow(shard)
        try:
            batch = await self._wire.run(flow.look_up(shard.batch or ""), endpoint, repeatable=True)
        except BatchRefusedError as refused:
            if refused.refusal == "not_found" and self._creation.would_be_listed(shard):
                self._note(f"{shard.provider} does not know the batch {shard.batch}: {shard.shard} is given up")
                self._refusals.drop(shard, "cancelled: its provider does not know it")
                return True
        else:
            if batch.state in _ENDS:
                return True
        self._context.warn(f"batch {shard.shard} continues, and is billed: {why}")
        return False
