"""What calls the steps of a chain for the rows of a run: models, or batches of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from scrimp.values import Completion, Failure, ModelRef, Step

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder


class CallsSteps(Protocol):
    """What calls steps for the rows of a run: models, or batches of them."""

    @property
    def makes_rows(self) -> bool:
        """Whether rows are made of completions, which a later pass does otherwise: it shows and bills them."""

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return the completion of a step, or why there is none; RowPendingError if it is not known yet."""

    @property
    def refusal(self) -> str | None:
        """Why a request did not fit under the run's cap; None if all did."""

    def is_alive(self, step: Step) -> bool:
        """Return whether any model of a step may still be called."""

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Prepare for rows that are about to be answered."""

    def converses(self, step: Step) -> bool:
        """Return whether a step answers more than the prompt."""

    def may_raise(self, row: PlannedRow, step: Step, completion: Completion) -> bool:
        """Return whether the call of a completion had a cap, and can be made again under a higher one."""

    def expected_saving(self, row: PlannedRow, model: ModelRef) -> Decimal:
        """Return the dollars that a call for a row is expected to cost less thanks to its provider's cache."""


class RowPendingError(Exception):
    """The completion of a step is not known yet, so nothing can be said of its row; carries what a person reads."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
