"""Making a batch, once: one whose creation was not confirmed is searched for before it is made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrimp.enums import FINISHED_BATCHES
from scrimp.flows.batch.outbox import shard_of
from scrimp.flows.batch.shards.result_rows import is_batch_of
from scrimp.flows.batch.shards.shard_work import ShardWork
from scrimp.providers.batches.flow import BatchRefusedError, RemoteBatch
from scrimp.store.batches.records import ShardRecord
from scrimp.transport.batch_wire import UncertainError

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.shards.refusals import Refusals
    from scrimp.store.batches.spool import Spool
    from scrimp.transport.batch_wire import BatchWire
    from scrimp.values import Failure

_LISTED_AFTER = 60.0  # seconds after which a batch that is not listed is taken not to have been made
_CREATIONS = 3  # replies to a creation that cannot be understood, where no batch was made


class Creation(ShardWork):
    """Takes shards from their files to batches that their provider has confirmed."""

    def __init__(
        self, context: JobContext, wire: BatchWire, spool: Spool, refusals: Refusals, *, patience: float,
        clock: Callable[[], float], note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`patience` is the time between two looks, in seconds: a batch may not be listed right after it was made."""
        super().__init__(context, wire, spool, patience=patience, clock=clock, note=note)
        # Looks less than a second apart are for a server on this machine.
        self._listed_after = max(patience, _LISTED_AFTER) if patience >= 1 else patience
        self._refusals = refusals

    async def upload(self, shard: ShardRecord) -> ShardRecord:
        """Upload the shard's file, or make the batch where none is uploaded first."""
        flow, endpoint = self._flow(shard)
        if not flow.uploads:
            return await self.create(shard)
        if not self._spool.is_whole(shard.shard, shard.size):
            return self._collected_again(shard)
        shard = self._saved(shard, state="uploading")
        file = self._spool.path(shard.shard)
        try:
            name = await self._wire.run(flow.upload(shard_of(shard)), endpoint, file=file, repeatable=True)
        except BatchRefusedError as refused:
            return self._refusals.refused(shard, refused)
        self._unreadable.forget(shard.shard)
        return self._saved(shard, state="uploaded", file=name, held_until=None)

    async def create(self, shard: ShardRecord) -> ShardRecord:
        """Make the batch."""
        flow, endpoint = self._flow(shard)
        if not flow.uploads and not self._spool.is_whole(shard.shard, shard.size):
            return self._collected_again(shard)
        shard = self._saved(shard, state="creating", created=self._clock())
        file = self._spool.path(shard.shard)
        try:
            batch = await self._wire.run(
                flow.create(shard_of(shard), shard.file or ""), endpoint, file=file, repeatable=False
            )
        except BatchRefusedError as refused:
            if refused.refusal != "unreadable":
                return self._refusals.refused(shard, refused)
            self._unreadable.meet(_creation_of(shard), 0, _CREATIONS)
            return self._in_doubt(shard, refused.failure)
        except UncertainError as error:
            return self._in_doubt(shard, error.failure)
        return self.confirmed(shard, batch)

    def _collected_again(self, shard: ShardRecord) -> ShardRecord:
        """Give up a shard whose file is gone or damaged: the rows have what was in it."""
        self._note(f"the file of batch {shard.shard} is gone: its requests are collected again")
        return self._refusals.drop(shard, "its file was gone")

    def _in_doubt(self, shard: ShardRecord, failure: Failure) -> ShardRecord:
        self._note(f"{failure.message}: looking whether batch {shard.shard} was made anyway")
        return shard

    async def confirm(self, shard: ShardRecord) -> ShardRecord:
        """Look for a batch whose creation was not confirmed; create it if it is certain that there is none."""
        flow, endpoint = self._flow(shard)
        try:
            found = await self._wire.run(flow.find(shard_of(shard)), endpoint, repeatable=True)
        except BatchRefusedError as refused:
            return self._untold(shard, refused)
        self._unreadable.forget(shard.shard)
        own = await self._own(shard, found)
        if own:
            return self.confirmed(shard, own[0])
        if own is None or not self.would_be_listed(shard):
            return shard
        return await self._made_again(shard)

    async def _made_again(self, shard: ShardRecord) -> ShardRecord:
        if self._unreadable.is_given_up(_creation_of(shard)):
            message = f"asked {_CREATIONS} times to make a batch, {shard.provider} made none, and did not say why"
            return self._refusals.unsold(shard, message)
        return await self.create(shard)

    async def _own(self, shard: ShardRecord, found: Sequence[RemoteBatch]) -> list[RemoteBatch] | None:
        """Return those of the batches that are a shard's; None if that is known only once they have ended.

        Where batches have no names, others may have as many requests. Then the rows tell that their results name.
        """
        flow, endpoint = self._flow(shard)
        taken, rivals = set[str | None](), 0
        for other in self._store.shards():
            taken.add(other.batch)
            rivals += other.state == "creating" and other.provider == shard.provider and other.shard != shard.shard
        own = [batch for batch in found if batch.id not in taken]
        if flow.tells_names:
            return own
        ended = [batch for batch in own if batch.state in FINISHED_BATCHES]
        file = self._spool.folder / f"{shard.shard}.results"
        for batch in ended:
            try:
                if await is_batch_of(
                    shard, batch, flow, endpoint=endpoint, wire=self._wire, store=self._store, file=file
                ):
                    return [batch]
            except BatchRefusedError as refused:
                self._untold(shard, refused)
                return None
        running = [batch for batch in own if batch not in ended]
        if len(running) < 2 and not rivals:
            return running
        if running:
            names = ", ".join(batch.id for batch in running)
            self._unpolled(shard, f"it may be any of {names} at {shard.provider}; their results will tell")
        return None if running else []

    def would_be_listed(self, shard: ShardRecord) -> bool:
        """Return whether a batch that its provider still does not list was not created."""
        return self._clock() >= shard.created + self._listed_after

    async def search(self, shard: ShardRecord) -> list[RemoteBatch] | None:
        """Return what may be the batch of a shard; None if that is not known."""
        flow, endpoint = self._flow(shard)
        try:
            found = await self._wire.run(flow.find(shard_of(shard)), endpoint, repeatable=True)
        except BatchRefusedError:
            return None
        return await self._own(shard, found)

    def confirmed(self, shard: ShardRecord, batch: RemoteBatch) -> ShardRecord:
        """Keep the batch that a shard is."""
        return self._saved(
            shard, state="submitted", batch=batch.id, word=batch.word, submitted=self._clock(), expires=batch.expires,
            error=None,
        )  # fmt: skip


def _creation_of(shard: ShardRecord) -> str:
    return f"creation of {shard.shard}"
