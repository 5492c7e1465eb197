"""What follows from a provider's refusal of a batch: it is waited for, halved, called live, or its requests fail.

Nothing of a refused batch ran.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from scrimp.errors import NOTHING_ANSWERED, ScrimpError
from scrimp.failures import policy_of
from scrimp.flows.batch.unreadable_replies import TRIES
from scrimp.providers.batches.flow import BatchRefusedError, LineFault, RemoteBatch
from scrimp.providers.batches.replies import refusal_in
from scrimp.store.batches.records import Result, ShardRecord
from scrimp.values import Failure

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.store.batches.spool import Spool

REFUSED_BATCH = "the batch it was in"  # the reason for a request that is not at fault itself
_REDIRECTS = range(300, 400)
_FILES = 3  # uploads of a file that is not found when a batch is to be made of it
# Room in a provider's queue takes this many times as long to come back as trouble that is over soon.
_QUEUE_MOVES = 5


class ProviderRefusedError(ScrimpError):
    """A provider refuses the key, or the balance is spent: nothing is lost, and nothing more can be sent."""

    exit_status = NOTHING_ANSWERED


class Refusals:
    """Acts on refusals for the shards of one job."""

    def __init__(
        self, context: JobContext, spool: Spool, *, patience: float, clock: Callable[[], float],
        note: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`patience` is how long to wait, in seconds, for what is over soon."""
        self._context, self._spool, self._patience, self._clock, self._note = context, spool, patience, clock, note
        self._store, self._unreadable = context.store, context.unreadable

    def drop(self, shard: ShardRecord, why: str) -> ShardRecord:
        """Give up a shard that was not sent, with its calls."""
        return self.given_up(replace(shard, state="dropped", error=why))

    def refused(self, shard: ShardRecord, refused: BatchRefusedError) -> ShardRecord:
        """Act on a refusal to take a batch: nothing of it ran."""
        message = refused.failure.message
        if refused.refusal in ("unreadable", "not_found", "no_batch"):
            return self._not_taken(shard, refused)
        if policy_of(refused.failure).ends_provider:
            self._saved(shard, state="ready" if shard.file is None else "uploaded", error=message)
            raise ProviderRefusedError(message)
        if refused.refusal == "queue_full":
            return self._held(shard, refused.failure)
        if refused.refusal == "too_large" and shard.requests > 1:
            return self._split(shard, message)
        if not refused.failure.sent and refused.failure.kind == "network" and not self._is_known(shard.provider):
            raise ProviderRefusedError(message)
        if refused.failure.retry_hint or refused.failure.kind in ("server", "network", "timeout"):
            self._note(f"batch {shard.shard} will be sent again later: {message}")
            return self._saved(shard, state="held", error=message, held_until=self._clock() + self._patience)
        return self._failed(shard, message, ())

    def _not_taken(self, shard: ShardRecord, refused: BatchRefusedError) -> ShardRecord:
        """Act on a reply that says there are no batches here, which may be a mistake that is over soon."""
        message = refused.failure.message
        if refused.failure.http in _REDIRECTS:  # the address is wrong, of live calls, too
            self._saved(shard, state="ready" if shard.file is None else "uploaded", error=message)
            raise ProviderRefusedError(message)
        if refused.refusal == "unreadable":
            return self._again(shard, shard.shard, message, TRIES)
        if refused.refusal == "not_found" and shard.file is not None:  # as happens if the uploaded file is gone
            return self._again(replace(shard, file=None), f"file of {shard.shard}", message, _FILES)
        return self.unsold(shard, message)

    def unsold(self, shard: ShardRecord, message: str) -> ShardRecord:
        """Give up a shard whose model takes no batches: its calls are made live, which is said where they are."""
        self._note(f"batch {shard.shard} is not sent: {message}")
        return self.given_up(replace(shard, state="unsold", error=message))

    def _again(self, shard: ShardRecord, what: str, message: str, tries: int) -> ShardRecord:
        """Send a shard again from its beginning, each time later; after some tries its calls are made live."""
        if self._unreadable.meet(what, self._patience, tries):
            return self.unsold(shard, message)
        self._note(f"batch {shard.shard} will be sent again later: {message}")
        return self._saved(shard, state="held", error=message, held_until=self._unreadable.due(what))

    def _saved(self, shard: ShardRecord, **changes: object) -> ShardRecord:
        changed = replace(shard, **changes)
        self._store.save_shard(changed)
        return changed

    def _is_known(self, provider: str) -> bool:
        """Return whether a provider was ever reached by this job: then it is waited for, however long it is away."""
        shards = self._store.shards(self._context.job.job)
        return any(shard.provider == provider and (shard.file or shard.batch) for shard in shards)

    def _held(self, shard: ShardRecord, failure: Failure) -> ShardRecord:
        """Wait for room in the provider's queue; where none of ours is in it, a smaller batch may find some."""
        message = failure.message
        others = [
            other
            for other in self._store.shards()
            if other.state == "submitted" and other.provider == shard.provider and other.shard != shard.shard
        ]
        if not others and shard.requests > 1 and shard.held_until is not None:
            return self._split(shard, message)
        if shard.error != message:
            self._note(f"{shard.provider} has no room for batch {shard.shard} yet: {message}")
        return self._saved(
            shard, state="held", error=message, batch=None, word=None,
            held_until=self._clock() + (failure.retry_after or _QUEUE_MOVES * self._patience),
        )  # fmt: skip

    def _split(self, shard: ShardRecord, message: str) -> ShardRecord:
        """Give a shard up; its calls are collected again into shards of half the size."""
        self._note(f"batch {shard.shard} is too large for {shard.provider} and is sent in halves: {message}")
        return self.given_up(replace(shard, state="split", error=message))

    def given_up(self, shard: ShardRecord) -> ShardRecord:
        """End a shard, without its calls that have no result."""
        done = replace(shard, ended=self._clock())
        self._store.drop_waiting(done)
        self._spool.remove(shard.shard)
        return done

    def faulty(self, shard: ShardRecord, batch: RemoteBatch) -> ShardRecord:
        """Act on a batch whose requests were refused: nothing of it ran."""
        words = "; ".join(filter(None, (fault.message or fault.code for fault in batch.faults[:3]))) or batch.word
        refusal = refusal_in(batch.faults)
        if refusal != "other":
            return self.refused(shard, BatchRefusedError(Failure(kind="invalid", message=words), refusal))
        return self._failed(shard, words, batch.faults)

    def _failed(self, shard: ShardRecord, message: str, faults: tuple[LineFault, ...]) -> ShardRecord:
        """Fail the calls that a refusal names, or all where it names none; the others are collected again."""
        lines = {fault.line: fault for fault in faults if fault.line is not None}
        failed = [call for call in self._store.calls_in(shard.shard) if not lines or call.number in lines]
        first = failed[0] if failed else None
        row = f" ({first.source})" if lines and first is not None and first.source else ""
        self._note(f"{shard.provider} refused batch {shard.shard}{row}: {message}")
        why = "its line of a batch" if lines else REFUSED_BATCH
        self._store.keep_results(
            shard,
            (
                Result(call.key, status=400, reply=_error_body(lines.get(call.number), message), why=why)
                for call in failed
            ),
        )
        done = replace(shard, state="refused", error=message, ended=self._clock())
        self._store.drop_waiting(done)
        self._spool.remove(shard.shard)
        return done


def _error_body(fault: LineFault | None, message: str) -> bytes:
    text = message if fault is None else fault.message or fault.code
    code = None if fault is None else fault.code
    return msgspec.json.encode({"error": {"message": text, "type": "invalid_request_error", "code": code}})
