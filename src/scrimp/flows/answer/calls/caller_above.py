"""A caller above another one, of which it says the same where it has nothing of its own to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.values import Completion, Step


class CallerAbove:
    """What callers that look into batches have in common."""

    def __init__(self, inner: StepCaller) -> None:
        self._inner = inner

    @property
    def makes_rows(self) -> bool:
        """Whether rows are made of completions."""
        return True

    @property
    def refusal(self) -> str | None:
        """Why a live request did not fit under the run's cap; None if all did."""
        return self._inner.refusal

    def is_alive(self, step: Step) -> bool:
        """Return whether any model of a step may still be called."""
        return self._inner.is_alive(step)

    def converses(self, step: Step) -> bool:
        """Return whether a step answers more than the prompt."""
        return self._inner.converses(step)

    def may_raise(self, row: PlannedRow, step: Step, completion: Completion) -> bool:
        """Return whether the call of a completion had a cap, and can be made again under a higher one."""
        return self._inner.may_raise(row, step, completion)
