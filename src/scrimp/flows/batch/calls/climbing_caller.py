"""The caller of the climbing pass: it makes the live calls of lower steps, so that batches can take the higher ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.flows.batch.calls.batch_caller import BatchCaller, not_in_a_batch, pending
from scrimp.values import Completion

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.values import Failure


class ClimbingCaller(BatchCaller):
    """Calls a step live if no batch takes it but one takes a higher step; the row continues in a later pass."""

    @property
    def makes_rows(self) -> bool:
        """Whether rows are made of completions: they are left to the pass that prints them."""
        return False

    async def _ask(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> Completion | Failure:  # fmt: skip
        usable = [model for model in self._inner.places(question.step, row) if row.may_call(question.step, model)]
        if usable and self._why_live(usable[0], question, row) is not None and self.steps.precede(question, row):
            result = await self._call_live(question, row, recorder)
            if isinstance(result, Completion):
                self.steps.keep(row, number, result)
                raise pending("goes on in a batch")
        raise not_in_a_batch(self._context.job)
