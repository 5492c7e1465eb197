"""Why a run ended before its input did, and the exit status that says so."""

from __future__ import annotations

from msgspec import Struct


class Stop(Struct, frozen=True):
    """A reason, a sentence for stderr (empty for a closed pipe, which wants no words), and the exit status."""

    reason: str  # auth | budget | failures | interrupted | pipe
    message: str
    exit_status: int
    drain: float | None = None  # seconds to wait for calls in flight; None: as long as they take


def stopped_by_signal(name: str, status: int) -> Stop:
    """Return the stop of a first SIGINT or SIGTERM."""
    message = f"{name}: waiting for calls in flight, once more stops at once; the same command line continues"
    return Stop("interrupted", message, status, drain=30.0)


PIPE = Stop("pipe", "", 141, drain=10.0)
