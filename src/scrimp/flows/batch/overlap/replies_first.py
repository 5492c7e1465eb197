"""A live run of rows that are in batches: what came back is taken, what did not is called again, which is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.flows.batch.calls.batch_caller import BatchCaller
from scrimp.flows.batch.calls.question_number import question_number
from scrimp.flows.batch.shards.opening import context_of
from scrimp.store.batches.records import Job
from scrimp.values import Completion, Failure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.last_look import WhyNot
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.overlap.rows_in_batches import RowsInBatches
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.services import Services
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.store.batches.records import StoredCall
    from scrimp.store.batches.store import BatchStore
    from scrimp.values import ModelRef


class RepliesFirst(BatchCaller):
    """Calls the steps of a live run, after a look at what came back in batches."""

    def __init__(self, rows: RowsInBatches, store: BatchStore, inner: StepCaller, services: Services) -> None:
        job = Job(job="", created=services.clock(), folder="", command=(), digest="")
        super().__init__(context_of(job, store, services), inner)
        self.rows, self._warn = rows, services.warn

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Take note of rows that are about to be called, and say of the first that they are in batches."""
        self._say(self.rows.expect(rows))
        self._inner.expect(rows)

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return the completion that came back for a step in a batch, else what the model says now."""
        number = question_number(question)
        calls = [call for call in self._batched(row) if call.question == number]
        if not _answered(calls):
            result = await self._ask(question, row, recorder, number)
            if not (isinstance(result, Failure) and result.kind == "batch"):
                return result
            # A reply came back while the step waited to be called.
            calls = [call for call in self._batched(row) if call.question == number]
        reply = self._reply(calls, question, row, recorder) if calls else None
        if isinstance(reply, Completion):
            self.rows.taken += 1
            cost, cap = None if reply.entry is None else reply.entry.cost, row.route.cap
            self._inner.guards.count_spent(cost, {} if cap is None or cost is None else {cap: cost})
            return reply
        return await self._inner.call(question, row, recorder)

    def expected_saving(self, row: PlannedRow, model: ModelRef) -> Decimal:
        """Return the dollars that a live call for a row is expected to cost less thanks to its provider's cache."""
        return self._inner.expected_saving(row, model)

    async def _ask(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> Completion | Failure:  # fmt: skip
        del number
        return await self._inner.call(question, row, recorder, why_not=self.last_look(question, row))

    def last_look(self, question: CallStep, row: PlannedRow) -> WhyNot:
        """Return a function that returns why a step is not called any more: its reply came back.

        A call of what still waits is counted, once however often it is tried.
        """
        number, is_counted = question_number(question), False

        def why_not() -> Failure | None:
            nonlocal is_counted
            batched = self._batched(row)
            if _answered([call for call in batched if call.question == number]):
                return Failure(kind="batch", message="its reply came back in a batch", sent=False)
            waiting = [call for call in batched if call.state == "waiting"]
            if waiting and not is_counted and number == min(call.question for call in waiting):  # once for each row
                is_counted = True
                self._say(self.rows.call_live(waiting[-1]))
            return None

        return why_not

    def _batched(self, row: PlannedRow) -> Sequence[StoredCall]:
        return self.rows.calls([row.key]).get(row.key, ())

    def _say(self, warning: str | None) -> None:
        if warning is not None:
            self._warn(warning)


def _answered(calls: Sequence[StoredCall]) -> bool:
    return bool(calls) and calls[-1].state == "answered"
