"""How far the batches of a job are, as their providers last reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.enums import UNSENT_SHARDS, ShardState

if TYPE_CHECKING:
    from scrimp.store.batches.records import Job, Portion, ShardRecord


class BatchProgress(Struct, frozen=True, kw_only=True):
    """One batch; `answered` requests have a result, `failed` of them an error."""

    batch: str
    provider: str
    model: str
    id: str | None  # the provider's id
    state: ShardState
    word: str | None  # the provider's for its state
    requests: int
    answered: int
    failed: int
    wanted: int  # requests that the job waits for: others may be of other jobs
    begun: float  # seconds since the epoch
    ended: float | None

    def part(self, number: int) -> int:
        """Return the job's part of a number of requests: where they are not its own alone, in proportion."""
        return number * self.wanted // self.requests if self.requests else 0


class JobProgress(Struct, frozen=True, kw_only=True):
    """All batches that a job waits for, or waited for."""

    job: str
    begun: float  # seconds since the epoch
    batches: tuple[BatchProgress, ...]
    waiting: int = 0  # requests that no batch takes, until their models cost less
    waits_until: float | None = None

    @property
    def ended(self) -> int:
        """How many batches have ended."""
        return sum(batch.state == "fetched" for batch in self.batches)

    @property
    def requests(self) -> int:
        """How many requests in them the job waits for."""
        return sum(batch.wanted for batch in self.batches)

    @property
    def answered(self) -> int:
        """How many of these have a result."""
        return sum(batch.part(batch.answered) for batch in self.batches)

    @property
    def failed(self) -> int:
        """How many of these have an error."""
        return sum(batch.part(batch.failed) for batch in self.batches)


def answered_of(shard: ShardRecord) -> int:
    """Return how many requests of a shard have a result: of one that was cancelled or expired, not all.

    A provider may count more than there are, which is its mistake.
    """
    if shard.answered is None:
        return shard.requests if shard.state == "fetched" else 0
    return min(shard.answered, shard.requests) if shard.requests else shard.answered


def progress_of(
    job: Job, shards: Sequence[ShardRecord], portions: Mapping[str, Portion], *, waits: bool = False
) -> JobProgress:  # fmt: skip
    """Return how far a job is that waits for these shards, or for portions of them.

    `waits` says that it waits for the hours at which its other requests cost less.
    """
    sent = [shard for shard in shards if shard.state not in UNSENT_SHARDS]
    return JobProgress(
        job=job.job, begun=job.created, batches=tuple(_batch(shard, portions.get(shard.shard)) for shard in sent),
        waiting=job.for_later if waits else 0, waits_until=job.cheap_from if waits else None,
    )  # fmt: skip


def _batch(shard: ShardRecord, portion: Portion | None) -> BatchProgress:
    return BatchProgress(
        batch=shard.shard, provider=shard.provider, model=shard.model, id=shard.batch, state=shard.state,
        word=shard.word, requests=shard.requests,
        answered=answered_of(shard), failed=min(shard.failed or 0, answered_of(shard)),
        wanted=shard.requests if portion is None else min(portion.own + portion.shared, shard.requests),
        begun=shard.submitted or shard.created, ended=shard.ended,
    )  # fmt: skip
