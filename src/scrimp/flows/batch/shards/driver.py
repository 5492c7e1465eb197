"""One shard from its file to its results, a step at a time: what is about to happen is written down before it does.

Killed between any two steps, the next process finds the state and goes on: a file is uploaded again (it costs nothing),
a batch whose creation was not confirmed is searched for before it is created again, results are fetched again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.enums import FINISHED_BATCHES
from scrimp.flows.batch.shards.creation import Creation
from scrimp.flows.batch.shards.fetching import Fetching
from scrimp.flows.batch.shards.refusals import Refusals
from scrimp.flows.batch.shards.shard_work import ShardWork
from scrimp.flows.batch.shards.stopping import Stopping
from scrimp.providers.batches.flow import BatchRefusedError, RemoteBatch
from scrimp.providers.batches.replies import unreadable
from scrimp.store.batches.records import ShardRecord

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.store.batches.spool import Spool
    from scrimp.transport.batch_wire import BatchWire

_RENAMES = ("litellm",)  # it renames the batches of providers behind it, not always to the same id
_LONGEST_WORD = 40  # characters of a provider's word for a state


class ShardDriver(ShardWork):
    """Takes the shards of a job on their way."""

    def __init__(
        self, context: JobContext, wire: BatchWire, spool: Spool, *, patience: float, clock: Callable[[], float],
        note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`patience` is how long to wait, in seconds, for what is over soon: usually the time between two looks."""
        super().__init__(context, wire, spool, patience=patience, clock=clock, note=note)
        self._refusals = Refusals(context, spool, patience=patience, clock=clock, note=note)
        self._creation = Creation(context, wire, spool, self._refusals, patience=patience, clock=clock, note=note)
        self._stopping = Stopping(
            context, wire, spool, self._creation, self._refusals, patience=patience, clock=clock, note=note
        )
        self._fetching = Fetching(context, wire, spool, self._refusals, patience=patience, clock=clock, note=note)

    async def step(self, shard: ShardRecord) -> ShardRecord:
        """Take one step with a shard; return its record as it is now. Waiting takes no step."""
        upload, create, confirm = self._creation.upload, self._creation.create, self._creation.confirm
        steps = {
            "ready": upload, "uploading": upload, "uploaded": create, "creating": confirm, "submitted": self._poll,
            "fetching": self._fetching.fetch, "held": self._send_again,
        }  # fmt: skip
        take = steps.get(shard.state)
        return shard if take is None or not self._unreadable.is_due(shard.shard) else await take(shard)

    async def search(self, shard: ShardRecord) -> list[RemoteBatch] | None:
        """Return batches that may be that of a shard whose creation was not confirmed; None if that is unknown."""
        return await self._creation.search(shard)

    async def stop(self, shard: ShardRecord) -> bool:
        """Ask for the end of a shard, or drop it where it was not sent; return whether it ends."""
        return await self._stopping.stop(shard)

    async def _poll(self, shard: ShardRecord) -> ShardRecord:
        flow, endpoint = self._flow(shard)
        try:
            batch = await self._wire.run(flow.look_up(shard.batch or ""), endpoint, repeatable=True)
            if batch.id != shard.batch and endpoint.flavour not in _RENAMES:
                raise unreadable(endpoint, f"the id that was asked for, {shard.batch}, but with {batch.id}")
        except BatchRefusedError as refused:
            if refused.refusal == "not_found":
                return await self._not_found(shard, refused.failure.message)
            return self._untold(shard, refused)
        if batch.state == "unknown":
            return self._not_understood(shard, _unknown_word(shard, batch))
        self._unreadable.forget(shard.shard)
        shard = self._saved(
            shard, word=batch.word, answered=batch.completed, failed=batch.failed,
            expires=batch.expires or shard.expires, reported_cost=batch.reported_cost, error=None,
            tokens_in=batch.tokens[0] if batch.tokens else None, tokens_out=batch.tokens[1] if batch.tokens else None,
        )  # fmt: skip
        if batch.state == "refused":
            return self._refusals.faulty(shard, batch)
        if batch.state != "checking":  # before, its requests may still be refused, and sent again
            self._spool.remove(shard.shard)
        if batch.state in FINISHED_BATCHES:
            return await self._fetching.fetch(self._saved(shard, state="fetching", held_until=None), batch)
        return shard

    async def _not_found(self, shard: ShardRecord, message: str) -> ShardRecord:
        """Wait for a batch that its provider does not know (yet); at last, look whether it has it by another name."""
        if not self._unreadable.meet(shard.shard, self._patience):
            return self._unpolled(shard, message)
        own = await self._creation.search(shard)
        if own:
            self._unreadable.forget(shard.shard)
            return self._creation.confirmed(shard, own[0])
        self._context.warn(
            f"{shard.provider} does not know the batch {shard.batch} of {shard.shard} ({message}): scrimp batch cancel "
            f"{shard.job} gives it up, and the same command then sends its requests again"
        )
        return self._saved(shard, error=message)

    async def _send_again(self, shard: ShardRecord) -> ShardRecord:
        """Send a held shard again once its time has come, or one of ours has left the queue."""
        left = any(
            other.provider == shard.provider and other.ended is not None and other.ended > shard.created
            for other in self._store.shards()
        )
        if not left and self._clock() < (shard.held_until or 0.0):
            return shard
        if shard.file is not None:
            return await self._creation.create(shard)
        return await self._creation.upload(shard)


def _unknown_word(shard: ShardRecord, batch: RemoteBatch) -> str:
    return f"{shard.provider} says that {batch.id} is {batch.word[:_LONGEST_WORD]!r}, a state that scrimp does not know"
