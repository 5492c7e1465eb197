"""The deadline of a job: when its batches are asked to stop, so that there is time to call the rest live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from scrimp.store.batches.records import Job

# The risk buffer is a share of the time that a job has, and at least what cancelling takes: OpenAI says up to ten
# minutes. Of a short time no more than half: batches are sent anyway.
_SHARE, _CANCELLING, _MOST = 0.1, 600.0, 0.5


class Deadline(Struct, frozen=True):
    """Moments in seconds since the epoch."""

    begun: float
    moment: float

    @property
    def buffer(self) -> float:
        """How long before it batches are asked to stop, in seconds."""
        window = max(0.0, self.moment - self.begun)
        return min(_MOST * window, max(_SHARE * window, _CANCELLING))

    @property
    def last_call(self) -> float:
        """When batches are asked to stop."""
        return self.moment - self.buffer

    def ends_waiting(self, asked: float) -> float:
        """Return until when batches are waited for that were asked to stop at a moment: they may have no time left."""
        return max(self.moment, asked + self.buffer)


def deadline_of(job: Job) -> Deadline | None:
    """Return when a job is to be done; None if the user did not say so."""
    return None if job.deadline is None else Deadline(job.created, job.deadline)


def last_call_of(job: Job) -> float | None:
    """Return when a job's calls are no longer left for later; None for one without a deadline."""
    deadline = deadline_of(job)
    return None if deadline is None else deadline.last_call
