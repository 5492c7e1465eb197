"""Why a run ended before its input did, and the exit status that says so."""

from __future__ import annotations

from msgspec import Struct

from scrimp.values import Failure

_KEPT = "the same command line continues"


class Stop(Struct, frozen=True):
    """A reason, a sentence for stderr (empty for a closed pipe, which wants no words), and the exit status."""

    reason: str  # auth | budget | failures | interrupted | pipe | error
    message: str
    exit_status: int
    drain: float | None = None  # seconds to wait for calls in flight; None: as long as they take


PIPE = Stop("pipe", "", 141, drain=10.0)


def out_of_money(failure: Failure, answered: int) -> Stop:
    """Return the stop before the cap is passed."""
    return Stop("budget", f"stopped: {failure.message}; {_rows(answered)}", 5)


def no_provider_left(failure: Failure, answered: int) -> Stop:
    """Return the stop of a run that has nobody to call any more."""
    return Stop("auth", f"no provider is left: {failure.message}; {_rows(answered)}", 4)


def too_many_failures(failed: int, answered: int) -> Stop:
    """Return the stop at --max-failures."""
    return Stop("failures", f"{failed} rows failed, more than --max-failures allows; {_rows(answered)}", 5)


def interrupted(name: str, exit_status: int) -> Stop:
    """Return the stop of a signal: SIGINT or SIGTERM."""
    message = f"{name}: waiting for calls in flight, once more stops at once; {_KEPT}"
    return Stop("interrupted", message, exit_status, drain=30.0)


def _rows(answered: int) -> str:
    """Say what is not lost."""
    if not answered:
        return f"nothing was answered yet; {_KEPT}"
    return f"{answered:,} row{'' if answered == 1 else 's'} answered and kept; {_KEPT}"
