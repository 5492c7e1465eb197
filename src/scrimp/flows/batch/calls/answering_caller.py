"""The pass that makes rows: from the replies of batches, and from live calls once no batch is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.flows.batch.calls.batch_caller import BatchCaller, not_in_a_batch, pending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.queues import Queues
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.store.batches.records import StoredCall
    from scrimp.values import Completion, Failure


class AnsweringCaller(BatchCaller):
    """Answers the rows of a job as far as they can be answered now."""

    def __init__(
        self, context: JobContext, inner: StepCaller, queues: Queues, *, live: bool, patient: bool, concurrency: int,
        not_live: str | None = None, late: bool = False,
    ) -> None:  # fmt: skip
        """What is not answered is called where `live`, else it waits; `not_live` is why nothing is called for now.

        Where it is `late`, live calls do not wait for batches, nor does it count how often they gave no result.
        """
        super().__init__(context, inner, queues=queues, patient=patient, concurrency=concurrency)
        self._live, self._not_live, self._late = live, not_live, late
        self.overdue = 0  # calls that are made live though they are in batches
        self.held_back = 0  # calls that are not made for the reason why none is

    def _reply(
        self, calls: Sequence[StoredCall], question: CallStep, row: PlannedRow, recorder: RowRecorder
    ) -> Completion | Failure | None:
        if not self._live or not self._late or calls[-1].state == "answered":
            return super()._reply(calls, question, row, recorder)
        self.overdue += calls[-1].state == "waiting"
        for each in calls:  # all that was paid for is in the ledger, though the last came to nothing by the deadline
            if each.state == "answered":
                self._completion(each, question, row, recorder)
        return None

    async def _ask(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> Completion | Failure:  # fmt: skip
        del number
        if self._live:
            return await self._call_live(question, row, recorder)
        if self._not_live:
            self.held_back += 1
            raise pending(self._not_live)
        raise not_in_a_batch(self._context.job)
