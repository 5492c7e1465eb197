"""Fetching the results of a batch that has ended, and what follows from those that are missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.enums import FINISHED_BATCHES
from scrimp.flows.batch.shards.downloads import downloads
from scrimp.flows.batch.shards.result_rows import NamedResults, results_in
from scrimp.flows.batch.shards.shard_work import ShardWork
from scrimp.providers.batches.flow import BatchRefusedError, RemoteBatch
from scrimp.store.batches.records import ShardRecord

if TYPE_CHECKING:
    from pathlib import Path

    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.shards.refusals import Refusals
    from scrimp.providers.batches.flow import BatchFlow
    from scrimp.store.batches.spool import Spool
    from scrimp.transport.batch_wire import BatchWire


_LOOKS = 2  # how often results are fetched that are fewer than the provider counts
COUNTED = "no result, though as many were counted as answered"  # reason for calls that may have been billed


class Fetching(ShardWork):
    """Takes shards from batches that have ended to results in the store."""

    def __init__(
        self, context: JobContext, wire: BatchWire, spool: Spool, refusals: Refusals, *, patience: float,
        clock: Callable[[], float], note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`patience` is the time between two looks, in seconds."""
        super().__init__(context, wire, spool, patience=patience, clock=clock, note=note)
        self._refusals = refusals

    async def fetch(self, shard: ShardRecord, batch: RemoteBatch | None = None) -> ShardRecord:
        """Keep the results of a batch that has ended, then what it gave none for."""
        flow, endpoint = self._flow(shard)
        file = self._spool.folder / f"{shard.shard}.results"
        try:
            if batch is None:
                batch = await self._wire.run(flow.look_up(shard.batch or ""), endpoint, repeatable=True)
            if batch.state not in FINISHED_BATCHES:  # the provider said it had: look again until it has
                return self._saved(shard, state="submitted")
            async for _ in downloads(shard, batch, flow, endpoint=endpoint, wire=self._wire, file=file):
                shard = self._kept(shard, flow, file)
        except BatchRefusedError as refused:
            return self._untold(shard, refused)
        finally:
            file.unlink(missing_ok=True)
        return self._fetched(shard, batch, flow)

    def _fetched(self, shard: ShardRecord, batch: RemoteBatch, flow: BatchFlow) -> ShardRecord:
        """End a shard whose results are kept, unless they are not its own or there should be more of them."""
        if shard.adopted and not self._store.answered(shard.shard):
            return self._refusals.drop(shard, "none of its results is of a request of scrimp")
        if shard.odd_results and not flow.tells_names and not self._store.answered(shard.shard):
            # Taken for it by its time and size, it was another one's, as its results tell.
            self._note(f"batch {batch.id} is not {shard.shard}, as its results tell: looking for it again")
            return self._saved(shard, state="creating", batch=None, odd_results=0, held_until=None)
        none_came = batch.state == "ended" and shard.requests > 1 and not self._store.answered(shard.shard)
        if none_came and (batch.completed or 0) > (batch.failed or 0):
            # They were paid for. Sending the requests again would be paid again, with perhaps the same result.
            return self._not_understood(shard, _no_results(shard, batch))
        fewer = self._may_be_cut(shard, batch)
        if fewer:
            # A download may end early without a word. A second look costs nothing, the same request again does.
            until = shard.held_until or self._clock() + _LOOKS * self._patience
            if self._clock() < until:
                return self._unpolled(self._saved(shard, held_until=until), _fewer_results(shard, batch))
        why = COUNTED if fewer else "no result" if batch.state == "ended" else batch.word
        done = replace(shard, state="fetched", ended=self._clock())
        missing = self._store.end_shard(done, why, may_be_billed=fewer)
        if missing:
            self._note(
                f"batch {shard.shard} ended ({batch.word}) without a result for {missing:,} of {shard.requests:,}"
            )
        if done.odd_results:
            self._note(f"batch {shard.shard}: {done.odd_results:,} results match no request, or are the second for one")
        return done

    def _may_be_cut(self, shard: ShardRecord, batch: RemoteBatch) -> bool:
        """Return whether more requests are counted as done than have a result."""
        kept = self._store.answered(shard.shard)
        return batch.state == "ended" and not shard.adopted and kept < min(batch.completed or 0, shard.requests)

    def _kept(self, shard: ShardRecord, flow: BatchFlow, file: Path) -> ShardRecord:
        with file.open("rb") as results:
            if shard.adopted:
                named = NamedResults(results_in(flow.read(results)))
                kept = self._store.adopt_results(shard, named)
                return replace(kept, model=kept.model or named.model)
            return self._store.keep_results(shard, results_in(flow.read(results)))


def _fewer_results(shard: ShardRecord, batch: RemoteBatch) -> str:
    return f"{shard.provider} counts {batch.completed:,} requests of {batch.id} as done, and gave fewer results"


def _no_results(shard: ShardRecord, batch: RemoteBatch) -> str:
    return (
        f"{shard.provider} says that {batch.completed:,} requests of {batch.id} were answered, and gives no result "
        "that names one of them"
    )
