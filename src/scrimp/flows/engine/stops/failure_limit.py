"""The limit of failed rows: where more fail than --max-failures allows, the run stops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scrimp.flows.engine.stops.run_stop import RunStop, too_many_failures
from scrimp.values import Failed, Outcome

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunLimits


class FailureLimit:
    """Counts the rows that ended, and those of them that failed."""

    def __init__(self, limits: RunLimits) -> None:
        self._limits = limits
        self._done = self._failed = 0

    @property
    def answered(self) -> int:
        """How many rows have a completion."""
        return self._done - self._failed

    def count(self, outcomes: Iterable[Outcome]) -> None:
        """Count rows."""
        for outcome in outcomes:
            self._done += 1
            self._failed += has_failed(outcome)

    def stop(self, failing: int = 0) -> RunStop | None:
        """Return the stop once too many rows have failed; `failing` is their number if some are not counted yet."""
        failed = max(self._failed, failing)
        too_many = self._limits.too_many(failed, max(self._done, failed))
        return too_many_failures(failed) if too_many else None

    def stop_at_end(self) -> RunStop | None:
        """Return the stop of a run that has ended with too many failed rows."""
        too_many = self._limits.too_many(self._failed, self._done, ended=True)
        return too_many_failures(self._failed) if too_many else None


def has_failed(outcome: Outcome) -> bool:
    """Return whether a row failed; one that is in a batch has not."""
    return isinstance(outcome, Failed) and not outcome.in_batch
