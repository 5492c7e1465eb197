"""The exception by which a way of sending says that there was no whole reply."""

from __future__ import annotations

from scrimp.values import Failure


class FaultError(Exception):
    """A request without a whole reply; carries the failure to report. It never leaves the transport room."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
