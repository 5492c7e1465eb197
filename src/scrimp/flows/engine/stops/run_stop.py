"""Why a run ended before its input did, and the exit status that says so."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import CacheMode
from scrimp.errors import BROKEN_PIPE, INTERRUPTED, LIMIT_REACHED, NOTHING_ANSWERED, StoreError, StoreRemovedError
from scrimp.failures import policy_of
from scrimp.units import pluralize
from scrimp.values import Failure

# Seconds in which calls in flight may finish after a signal, and after the reader of a pipe has left.
_DRAIN, _PIPE_DRAIN = 30.0, 10.0


class RunStop(Struct, frozen=True):
    """A reason, a sentence for stderr (empty for a closed pipe: nothing is printed), and the exit status."""

    reason: Literal["auth", "budget", "failures", "escalation", "interrupted", "store", "pipe", "error", "batch"]
    message: str
    exit_status: int
    continues: bool = False  # the same command resumes where this run ended
    abandons: bool = False  # rows with nothing in flight are dropped even where their cheap steps were paid for
    kept: bool = True  # whether what was answered is known to be in the stores
    drain: float | None = None  # seconds to wait for calls in flight; None: as long as they take
    cause: str = ""  # the sentence without what `after` says

    def after(self, answered: int, cache: CacheMode) -> RunStop:
        """Return it with how many rows were answered, once; only cache mode `on` finds them again."""
        if not self.message:
            return self
        cause = self.cause or self.message
        rows = f"{answered:,} row{'' if answered == 1 else 's'} answered" if answered else "nothing answered"
        if cache != "on":
            return replace(self, message=f"{cause}; {rows}; with --cache {cache} a rerun starts over", cause=cause)
        kept = " and kept" if answered and self.kept else ""
        message = f"{cause}; {rows}{kept}; rerun the same command to resume"
        return replace(self, message=message, cause=cause, continues=True)


# One that took its place with the same share could spend it again, and the run would pass its cap.
SHARE_LOST = RunStop(
    "budget", "stopped: a worker died, and how much it had spent of its share of a cap is unknown", LIMIT_REACHED
)
PIPE = RunStop("pipe", "", BROKEN_PIPE, drain=_PIPE_DRAIN)
BETWEEN_CALLS = RunStop("interrupted", "stopped; rerun the same command to resume", INTERRUPTED)  # by SIGINT


def out_of_money(failure: Failure) -> RunStop:
    """Return the stop before the cap is passed."""
    return RunStop("budget", f"stopped: {failure.message}", policy_of(failure).exit_status)


def no_provider_left(failure: Failure) -> RunStop:
    """Return the stop of a run that has no model left to call."""
    return RunStop("auth", f"no provider is left: {failure.message}", NOTHING_ANSWERED)


def too_many_failures(failed: int) -> RunStop:
    """Return the stop at --max-failures."""
    return RunStop("failures", f"{pluralize(failed, 'row')} failed, more than --max-failures allows", LIMIT_REACHED)


def store_unwritable(error: StoreError) -> RunStop:
    """Return the stop of a run whose completions can no longer be kept."""
    message = f"stopped, so that nothing is paid for that cannot be kept: {error}"
    return RunStop("store", message, error.exit_status, kept=not isinstance(error, StoreRemovedError))


def interrupted(number: int) -> RunStop:
    """Return the stop of a signal that ends a run."""
    from signal import Signals  # takes longer than the rest of this module, which a cached run needs, too

    from scrimp.flows.event_loops.handled_signals import STATUSES

    return RunStop("interrupted", f"stopped by {Signals(number).name}", STATUSES[number], drain=_DRAIN)
