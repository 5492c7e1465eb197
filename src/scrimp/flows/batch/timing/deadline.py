"""The deadline of a job: when its batches are asked to stop, so that there is time to call the rest live."""

from __future__ import annotations

from msgspec import Struct

# The risk buffer is a share of the time that a job has, and at least what cancelling takes: OpenAI says up to ten
# minutes. Of a short time no more than half: batches are sent all the same.
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
