"""The exception for a request that got no complete reply."""

from __future__ import annotations

from scrimp.values import Failure


class FaultError(Exception):
    """A request got no complete reply; carries the failure to report. It never leaves transport."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
