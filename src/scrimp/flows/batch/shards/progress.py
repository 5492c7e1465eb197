"""How far the batches of a job are, as their providers told when they were last looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.enums import UNSENT_SHARDS, ShardState

if TYPE_CHECKING:
    from scrimp.store.batches.records import Job, ShardRecord


class BatchProgress(Struct, frozen=True, kw_only=True):
    """One batch; `answered` requests have a result, `failed` of them an error."""

    batch: str
    provider: str
    model: str
    id: str | None  # as the provider names it
    state: ShardState
    word: str | None  # the provider's for its state
    requests: int
    answered: int
    failed: int
    begun: float  # seconds since the epoch
    ended: float | None


class JobProgress(Struct, frozen=True, kw_only=True):
    """All batches that a job waits for, or waited for."""

    job: str
    begun: float  # seconds since the epoch
    batches: tuple[BatchProgress, ...]

    @property
    def ended(self) -> int:
        """How many batches have ended."""
        return sum(batch.state == "fetched" for batch in self.batches)

    @property
    def requests(self) -> int:
        """How many requests they have."""
        return sum(batch.requests for batch in self.batches)

    @property
    def answered(self) -> int:
        """How many of these have a result."""
        return sum(batch.answered for batch in self.batches)

    @property
    def failed(self) -> int:
        """How many of these have an error."""
        return sum(batch.failed for batch in self.batches)


def progress_of(job: Job, shards: Sequence[ShardRecord]) -> JobProgress:
    """Return how far a job is whose shards these are."""
    sent = [shard for shard in shards if shard.state not in UNSENT_SHARDS]
    return JobProgress(job=job.job, begun=job.created, batches=tuple(map(_batch, sent)))


def _batch(shard: ShardRecord) -> BatchProgress:
    return BatchProgress(
        batch=shard.shard, provider=shard.provider, model=shard.model, id=shard.batch, state=shard.state,
        word=shard.word, requests=shard.requests,
        answered=shard.requests if shard.state == "fetched" else shard.answered or 0, failed=shard.failed or 0,
        begun=shard.submitted or shard.created, ended=shard.ended,
    )  # fmt: skip
