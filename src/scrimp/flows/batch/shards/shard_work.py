"""What every step of a shard has at hand: the store, the wire, the clock, and what is said of a provider's replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.failures import is_retryable
from scrimp.providers.batches import batch_flow

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.providers.batches.flow import BatchFlow, BatchRefusedError
    from scrimp.providers.endpoint import Endpoint
    from scrimp.store.batches.records import ShardRecord
    from scrimp.store.batches.spool import Spool
    from scrimp.transport.batch_wire import BatchWire


class ShardWork:
    """A part of the way of the shards of one job."""

    def __init__(
        self, context: JobContext, wire: BatchWire, spool: Spool, *, patience: float, clock: Callable[[], float],
        note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`patience` is how long to wait, in seconds, for what is over soon: usually the time between two looks."""
        self._context, self._wire, self._spool, self._clock, self._note = context, wire, spool, clock, note
        self._store, self._unreadable, self._patience = context.store, context.unreadable, patience

    def _flow(self, shard: ShardRecord) -> tuple[BatchFlow, Endpoint]:
        endpoint = self._context.endpoints[shard.provider]
        flow = batch_flow(endpoint)
        if flow is None:
            raise TypeError(f"{shard.provider} has no batches")
        return flow, endpoint

    def _saved(self, shard: ShardRecord, **changes: object) -> ShardRecord:
        changed = replace(shard, **changes)
        self._store.save_shard(changed)
        return changed

    def _untold(self, shard: ShardRecord, refused: BatchRefusedError) -> ShardRecord:
        """Act on a reply that says nothing about a batch: what is over soon is waited for, however long it takes."""
        lasts = refused.refusal == "unreadable" or not (refused.failure.retry_hint or is_retryable(refused.failure))
        return (self._not_understood if lasts else self._unpolled)(shard, refused.failure.message)

    def _unpolled(self, shard: ShardRecord, message: str) -> ShardRecord:
        """Note why a batch cannot be looked at."""
        if shard.error != message:
            self._note(f"batch {shard.shard} cannot be looked at now, and is waited for: {message}")
        return self._saved(shard, error=message)

    def _not_understood(self, shard: ShardRecord, message: str) -> ShardRecord:
        """Ask again later, a few times; then leave what may have been paid for as it is."""
        if not self._unreadable.meet(shard.shard, self._patience):
            return self._unpolled(shard, message)
        name, number = shard.batch, self._unreadable.number(shard.shard)
        known = "may have been made" if name is None else f"is {name} at {shard.provider}, and billed there"
        self._context.warn(
            f"batch {shard.shard} is left alone for now, after {number} replies that could not be understood: "
            f"{message}; it {known}, so its requests are not sent again"
        )
        return self._saved(shard, error=message)
