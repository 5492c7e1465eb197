"""The calls of a job that no batch takes: made live, or held until their model costs less."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrimp.flows.answer.calls_steps import RowPendingError
from scrimp.values import Failure

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.batchable_models import BatchableModels
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.timing.cheap_hours import Wait
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.values import Completion, ModelRef


class LiveCalls:
    """Makes them, or counts them, in one pass over the rows."""

    def __init__(
        self, context: JobContext, inner: StepCaller, batchable: BatchableModels, *, patient: bool, concurrency: int
    ) -> None:
        """A call that costs less at another hour is waited for where `patient`, else its row is pending until then.

        Of calls that will cost more, no more than `concurrency` have begun.
        """
        self._context, self._inner, self._batchable = context, inner, batchable
        self._patient, self._slots = patient, asyncio.Semaphore(concurrency)
        self.left = 0  # calls that no batch takes
        self.for_later = 0  # calls that are not made before they cost less
        self.wait: Wait | None = None  # the first one that ends

    def leave(self, model: ModelRef, why: str) -> Wait | None:
        """Leave a call for a later pass, since no batch takes it; return what it waits for."""
        self.left += 1
        if (wait := self._context.hours.wait_for(model)) is None:
            self._batchable.tell(model, why)
        else:
            self._note_wait(wait)
            self._batchable.tell_wait(wait, why)
        return wait

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Call a model once it costs least, or at once if the row has a paid live call, which would be lost."""
        usable = self._inner.places(question.step)
        paid = any(entry.batch is None for entry in recorder.entries)
        if not usable or paid or not self._context.hours.change(usable[0]):
            return await self._inner.call(question, row, recorder)
        async with self._slots:  # so that few calls are ahead of the hour, in the queue of their provider
            await self._wait_for_cheap_hours(usable[0])
            return await self._inner.call(question, row, recorder)

    async def _wait_for_cheap_hours(self, model: ModelRef) -> None:
        hours = self._context.hours
        while (wait := hours.wait_for(model)) is not None:
            if not self._patient or self._inner.halted:
                self._note_wait(wait)
                raise RowPendingError(Failure(kind="batch", message=wait.words, sent=False))
            self._batchable.tell_wait(wait, f"what is left of job {self._context.job.job} is called then")
            await hours.sleep(wait.until, lambda: self._inner.halted)

    def _note_wait(self, wait: Wait) -> None:
        self.for_later += 1
        if self.wait is None or wait.until < self.wait.until:
            self.wait = wait
