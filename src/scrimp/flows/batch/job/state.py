"""The state of a job during one command: its record, which other commands may change, and that of its batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.batch.timing.deadline import Deadline, deadline_of

if TYPE_CHECKING:
    from scrimp.flows.batch.unreadable_replies import UnreadableReplies
    from scrimp.store.batches.records import Job
    from scrimp.store.batches.store import BatchStore


class JobState:
    """Knows the state of a job, and keeps its record in the store."""

    def __init__(self, job: Job, store: BatchStore, unreadable: UnreadableReplies, clock: Callable[[], float]) -> None:
        self.record, self._store, self._unreadable, self._clock = job, store, unreadable, clock

    @property
    def name(self) -> str:
        """The name of the job."""
        return self.record.job

    @property
    def is_open(self) -> bool:
        """Whether a batch that the job waits for has not ended."""
        return bool(self._store.open_shards(self.name))

    @property
    def has_batches(self) -> bool:
        """Whether any batch was made for it, by this job or another."""
        return bool(self._store.shards_for(self.name))

    @property
    def is_moving(self) -> bool:
        """Whether such a batch is on its way, not in a queue, and its provider's replies can be read."""
        return any(
            shard.state != "queued" and not self._unreadable.is_given_up(shard.shard)
            for shard in self._store.open_shards(self.name)
        )

    def is_cancelled(self) -> bool:
        """Return whether the job was cancelled, by now: another command may do that while this one waits."""
        if not self.record.cancelled and self._store.is_cancelled(self.name):
            self.record = replace(self.record, cancelled=True)
        return self.record.cancelled

    @property
    def deadline(self) -> Deadline | None:
        """When the job is to be done, if the user said so."""
        return deadline_of(self.record)

    def is_late(self) -> bool:
        """Return whether batches are no longer waited for, as a deadline leaves no more time than calls may take."""
        return self.deadline is not None and self._clock() >= self.deadline.last_call

    def save(self, **changes: object) -> None:
        """Change the record, here and in the store."""
        self.is_cancelled()  # a cancelled job stays cancelled
        changed = replace(self.record, **changes)
        if changed != self.record:
            self.record = changed
            self._store.save_job(changed)

    def to_go_on(self) -> str:
        """Return the commands that continue the job."""
        waiting = [shard for shard in self._store.open_shards(self.name) if shard.state == "queued"]
        if waiting and not self.is_moving:
            queues = " and ".join(sorted({f"scrimp batch flush {shard.queue}" for shard in waiting}))
            return f"to send it: {queues}; then: scrimp batch fetch {self.name}"
        return f"to go on: scrimp batch watch {self.name}, then scrimp batch fetch {self.name}"

    def open_batches(self) -> str:
        """Return the names of the batches that have not ended."""
        return ", ".join(shard.shard for shard in self._store.open_shards(self.name))
