"""One shard from its file to its results, a step at a time: what is about to happen is written down before it does.

Killed between any two steps, the next process finds the state and goes on: a file is uploaded again (it costs nothing),
a batch whose creation was not confirmed is searched for before it is created again, results are fetched again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.enums import BatchState
from scrimp.flows.batch.outbox import shard_of
from scrimp.flows.batch.shards.refusals import Refusals
from scrimp.flows.batch.shards.result_rows import NamedResults, is_batch_of, results_in
from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchRefusedError, RemoteBatch
from scrimp.store.batches.records import ShardRecord
from scrimp.transport.batch_wire import UncertainError
from scrimp.values import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from scrimp.flows.batch.batches import Batches
    from scrimp.providers.batches.flow import BatchFlow
    from scrimp.providers.endpoint import Endpoint
    from scrimp.store.batches.spool import Spool
    from scrimp.transport.batch_wire import BatchWire

_FINISHED: tuple[BatchState, ...] = ("ended", "expired", "cancelled")
# Results that are late are there after so many times what is over soon.
_RESULTS_LATE = 60
_LISTED_AFTER = 60.0  # seconds after which a batch that is not listed is taken not to have been made


class ShardDriver:
    """Takes the shards of a job on their way."""

    def __init__(
        self, batches: Batches, wire: BatchWire, spool: Spool, *, patience: float, clock: Callable[[], float],
        note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`patience` is how long to wait, in seconds, for what is over soon: usually the time between two looks.

        A batch may not be listed right after it was created, nor be found by its id.
        """
        self._patience = patience
        # Looks less than a second apart are for a server on this machine.
        self._listed_after = max(patience, _LISTED_AFTER) if patience >= 1 else patience
        self._batches, self._wire, self._spool, self._clock, self._note = batches, wire, spool, clock, note
        self._store = batches.store
        self._refusals = Refusals(batches, spool, patience=patience, clock=clock, note=note)

    async def step(self, shard: ShardRecord) -> ShardRecord:
        """Take one step with a shard; return its record as it is now. Waiting takes no step."""
        steps = {
            "ready": self._upload, "uploading": self._upload, "uploaded": self._create, "creating": self._confirm,
            "submitted": self._poll, "fetching": self._fetch, "held": self._send_again,
        }  # fmt: skip
        take = steps.get(shard.state)
        return shard if take is None else await take(shard)

    def drop(self, shard: ShardRecord, why: str) -> ShardRecord:
        """Give up a shard that was not sent, with its calls."""
        return self._refusals.drop(shard, why)

    def _flow(self, shard: ShardRecord) -> tuple[BatchFlow, Endpoint]:
        endpoint = self._batches.endpoints[shard.provider]
        flow = batch_flow(endpoint)
        if flow is None:
            raise TypeError(f"{shard.provider} has no batches")
        return flow, endpoint

    def _saved(self, shard: ShardRecord, **changes: object) -> ShardRecord:
        changed = replace(shard, **changes)
        self._store.save_shard(changed)
        return changed

    async def _upload(self, shard: ShardRecord) -> ShardRecord:
        flow, endpoint = self._flow(shard)
        if not flow.uploads:
            return await self._create(shard)
        shard = self._saved(shard, state="uploading")
        file = self._spool.path(shard.shard)
        try:
            name = await self._wire.run(flow.upload(shard_of(shard)), endpoint, file=file, repeatable=True)
        except BatchRefusedError as refused:
            return self._refusals.refused(shard, refused)
        return self._saved(shard, state="uploaded", file=name)

    async def _create(self, shard: ShardRecord) -> ShardRecord:
        flow, endpoint = self._flow(shard)
        shard = self._saved(shard, state="creating", created=self._clock())
        file = self._spool.path(shard.shard)
        try:
            batch = await self._wire.run(
                flow.create(shard_of(shard), shard.file or ""), endpoint, file=file, repeatable=False
            )
        except BatchRefusedError as refused:
            return self._refusals.refused(shard, refused)
        except UncertainError as error:
            self._note(f"{error.failure.message}: looking whether batch {shard.shard} was made all the same")
            return shard
        return self._confirmed(shard, batch)

    async def _confirm(self, shard: ShardRecord) -> ShardRecord:
        """Look for a batch whose creation was not confirmed; create it if it is certain that there is none."""
        flow, endpoint = self._flow(shard)
        try:
            found = await self._wire.run(flow.find(shard_of(shard)), endpoint, repeatable=True)
        except BatchRefusedError as refused:
            self._note(f"{shard.provider} does not tell which batches there are: {refused.failure.message}")
            return shard
        own = await self._own(shard, found)
        if own is None:
            return shard
        if own:
            return self._confirmed(shard, own[0])
        if self._clock() < shard.created + self._listed_after:
            return shard
        return await self._create(shard)

    async def _own(self, shard: ShardRecord, found: Sequence[RemoteBatch]) -> list[RemoteBatch] | None:
        """Return those of the batches that are a shard's; None where that is known only once they have ended.

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
        ended = [batch for batch in own if batch.state in _FINISHED]
        file = self._spool.folder / f"{shard.shard}.results"
        for batch in ended:
            try:
                if await is_batch_of(
                    shard, batch, flow, endpoint=endpoint, wire=self._wire, store=self._store, file=file
                ):
                    return [batch]
            except BatchRefusedError as refused:
                self._unpolled(shard, refused)
                return None
        running = [batch for batch in own if batch not in ended]
        if len(running) < 2 and not rivals:
            return running
        if running:
            names = ", ".join(batch.id for batch in running)
            self._unpolled(shard, _ambiguous(shard, names))
        return None if running else []

    def _confirmed(self, shard: ShardRecord, batch: RemoteBatch) -> ShardRecord:
        return self._saved(
            shard, state="submitted", batch=batch.id, word=batch.word, submitted=self._clock(), expires=batch.expires,
            error=None,
        )  # fmt: skip

    async def _poll(self, shard: ShardRecord) -> ShardRecord:
        flow, endpoint = self._flow(shard)
        try:
            batch = await self._wire.run(flow.look_up(shard.batch or ""), endpoint, repeatable=True)
        except BatchRefusedError as refused:
            return self._unpolled(shard, refused)
        shard = self._saved(
            shard, word=batch.word, answered=batch.completed, failed=batch.failed,
            expires=batch.expires or shard.expires, reported_cost=batch.reported_cost, error=None,
            tokens_in=batch.tokens[0] if batch.tokens else None, tokens_out=batch.tokens[1] if batch.tokens else None,
        )  # fmt: skip
        if batch.state == "refused":
            return self._refusals.faulty(shard, batch)
        if batch.state != "checking":  # else its requests may be refused yet, and sent again
            self._spool.remove(shard.shard)
        if batch.state in _FINISHED:
            return await self._fetch(self._saved(shard, state="fetching", held_until=None), batch)
        return shard

    def _unpolled(self, shard: ShardRecord, refused: BatchRefusedError) -> ShardRecord:
        """Note why a batch cannot be looked at; the wait goes on, also where it is not found yet."""
        message = refused.failure.message
        if shard.error != message:
            self._note(f"batch {shard.shard} cannot be looked at now, and is waited for: {message}")
        return self._saved(shard, error=message)

    async def _fetch(self, shard: ShardRecord, batch: RemoteBatch | None = None) -> ShardRecord:
        """Keep the results of a batch that has ended, then what it gave none for."""
        flow, endpoint = self._flow(shard)
        file = self._spool.folder / f"{shard.shard}.results"
        try:
            if batch is None:
                batch = await self._wire.run(flow.look_up(shard.batch or ""), endpoint, repeatable=True)
            requests = deque(flow.fetch(batch))
            while requests:
                await self._wire.save(requests.popleft(), endpoint, file)
                shard = self._kept(shard, flow, file)
                with file.open("rb") as results:
                    requests += flow.more(batch, results)
        except BatchRefusedError as refused:
            return self._unpolled(shard, refused)
        finally:
            file.unlink(missing_ok=True)
        if shard.adopted and not self._store.answered(shard.shard):
            return self._refusals.drop(shard, "none of its results is of a request of scrimp")
        if shard.odd_results and not flow.tells_names and not self._store.answered(shard.shard):
            # Taken for it by its time and size, it was another one's, as its results tell.
            self._note(f"batch {batch.id} is not {shard.shard}, as its results tell: looking for it again")
            return self._saved(shard, state="creating", batch=None, odd_results=0, held_until=None)
        if batch.state == "ended" and shard.requests > 1 and not self._store.answered(shard.shard):
            # They were paid for. Sending the requests again would pay once more, and may lead to the same.
            until = shard.held_until or self._clock() + _RESULTS_LATE * self._patience
            if (batch.completed or 0) > (batch.failed or 0) and self._clock() < until:
                return self._unpolled(self._saved(shard, held_until=until), _no_results(shard, batch))
        why = "no result" if batch.state == "ended" else batch.word
        done = replace(shard, state="fetched", ended=self._clock())
        missing = self._store.end_shard(done, why)
        if missing:
            self._note(
                f"batch {shard.shard} ended ({batch.word}) without a result for {missing:,} of {shard.requests:,}"
            )
        if done.odd_results:
            self._note(f"batch {shard.shard}: {done.odd_results:,} results are of no request, or the second for one")
        return done

    def _kept(self, shard: ShardRecord, flow: BatchFlow, file: Path) -> ShardRecord:
        with file.open("rb") as results:
            if shard.adopted:
                named = NamedResults(results_in(flow.read(results)))
                kept = self._store.adopt_results(shard, named)
                return replace(kept, model=kept.model or named.model)
            return self._store.keep_results(shard, results_in(flow.read(results)))

    async def _send_again(self, shard: ShardRecord) -> ShardRecord:
        """Send a held shard again once its time has come, or one of ours has left the queue."""
        left = any(
            other.provider == shard.provider and other.ended is not None and other.ended > shard.created
            for other in self._store.shards()
        )
        if not left and self._clock() < (shard.held_until or 0.0):
            return shard
        if shard.file is not None:
            return await self._create(shard)
        return await self._upload(shard)


def _ambiguous(shard: ShardRecord, names: str) -> BatchRefusedError:
    message = f"it may be any of {names} at {shard.provider}; their results will tell"
    return BatchRefusedError(Failure(kind="server", message=message))


def _no_results(shard: ShardRecord, batch: RemoteBatch) -> BatchRefusedError:
    message = (
        f"{shard.provider} says that {batch.completed:,} requests of {batch.id} were answered, and gives no result "
        "that names one of them"
    )
    return BatchRefusedError(Failure(kind="server", message=message, http=200))
