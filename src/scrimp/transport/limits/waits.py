"""What calls wait for before they are sent again: which provider, why, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from scrimp.values import Failure


class Wait(Struct, frozen=True):
    """A wait for a provider, in seconds of any steady clock."""

    provider: str
    reason: str
    until: float


class Waits:
    """The waits of the calls of a run."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: dict[tuple[str, str], list[float]] = {}  # when each wait ends, by provider and reason

    @contextmanager
    def waiting(self, provider: str, failure: Failure, seconds: float) -> Iterator[None]:
        """Record that a call waits this many seconds because of a failure."""
        until = self._clock() + seconds
        ends = self._ends.setdefault((provider, _reason(failure)), [])
        ends.append(until)
        try:
            yield
        finally:
            ends.remove(until)

    def next_to_end(self) -> dict[str, Wait]:
        """Return the wait of each provider that ends first."""
        current = [Wait(provider, reason, min(ends)) for (provider, reason), ends in self._ends.items() if ends]
        return {wait.provider: wait for wait in sorted(current, key=lambda wait: -wait.until)}


def _reason(failure: Failure) -> str:
    """Return the status of a failed call, or what happened to one without a status."""
    if failure.http is not None:
        return str(failure.http)
    return "no answer in time" if failure.kind == "timeout" else "not reached"
