"""When a run stops by itself: rows are counted, to tell when going on would only fail, or cost more than allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrimp.failures import policy_of
from scrimp.flows.engine.stops.escalation_limit import EscalationLimit
from scrimp.flows.engine.stops.failure_limit import FailureLimit, has_failed
from scrimp.flows.engine.stops.run_stop import RunStop, no_provider_left
from scrimp.values import Failed, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions


class StopConditions:
    """The limits of a run's options, and of the chains that its rows take."""

    def __init__(self, options: RunOptions, all_down: Callable[[], bool], warn: Callable[[str], None]) -> None:
        """`all_down` returns whether no model is left of those that rows may go to."""
        self._options, self._all_down = options, all_down
        self._escalation_limit = EscalationLimit(warn)
        self._failure_limit = FailureLimit(options.limits)  # of rows that were printed
        self._failing = 0  # rows that failed, also those on their way to the disk

    @property
    def answered(self) -> int:
        """How many of the rows that were printed have a completion."""
        return self._failure_limit.answered

    def count_called(self, outcome: Outcome) -> None:
        """Count a row that was called for, before it is on the disk."""
        self._failing += has_failed(outcome)

    def count_printed(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """Count rows, with their positions, that are to be printed."""
        self._failure_limit.count(outcome for _, outcome in outcomes)

    def stop_after(self, row: PlannedRow, outcome: Outcome) -> RunStop | None:
        """Return the stop that a called row causes, if any."""
        if self._options.paid_already:
            return None
        # Rows fail faster than they are committed: that no model is left may be known before they are counted.
        too_many = self._failure_limit.stop(self._failing) if has_failed(outcome) else None
        if too_many is not None and isinstance(outcome, Failed) and not policy_of(outcome.failure).ends_provider:
            return too_many
        if isinstance(outcome, Failed) and not _has_defect(row.prompt) and self._all_down():
            return no_provider_left(outcome.failure)
        return too_many or self._escalation_limit.observe(row.route.chain, outcome.entries)

    def stop_at_end(self) -> RunStop | None:
        """Return the stop of a run that has ended with too many failed rows."""
        return self._failure_limit.stop_at_end()


def _has_defect(prompt: Prompt) -> bool:
    """Return whether a prompt could not be sent to any model, so that its failure says nothing about them."""
    return bool(prompt.defect) or any(each.defect for each in prompt.attachments)
