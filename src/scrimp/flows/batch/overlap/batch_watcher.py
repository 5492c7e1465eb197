"""A live run beside batches, which other processes may submit at any time: it looks for them now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.errors import StoreError
from scrimp.flows.answer.calls.caller_above import CallerAbove
from scrimp.values import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.last_look import WhyNot
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.answer.calls_steps import CallsSteps
    from scrimp.flows.batch.overlap.replies_first import RepliesFirst
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.values import Completion, ModelRef

_LOOK_SECONDS = 0.002  # less than any command takes that submits a batch, and seldom beside thousands of calls a second


class BatchWatcher(CallerAbove):
    """Calls models; once rows of any job wait to be printed, it takes what came back of them first."""

    def __init__(
        self, inner: StepCaller, open_replies: Callable[[StepCaller], RepliesFirst | None],
        warn: Callable[[StoreError], None], monotonic: Callable[[], float],
    ) -> None:  # fmt: skip
        """`open_replies` returns None while there is no store of batches."""
        super().__init__(inner)
        self._open, self._warn, self._monotonic = open_replies, warn, monotonic
        self._replies: RepliesFirst | None = None
        self._steps: CallsSteps = inner
        self._next_look: float | None = self._monotonic()  # None after a store that cannot be opened
        self._asked = 0  # rows about to be called, until a job waits

    def _look(self) -> CallsSteps:
        """Return what is to be asked now."""
        if self._next_look is None or (now := self._monotonic()) < self._next_look:
            return self._steps
        self._next_look = now + _LOOK_SECONDS
        try:
            if self._replies is not None:
                self._replies.rows.look_again()
            else:
                self._replies = self._open(self._inner)
        except StoreError as error:
            self._next_look = None
            self._warn(error)
        if self._steps is self._inner and self._replies is not None and self._replies.rows:
            self._replies.rows.asked = self._asked
            self._steps = self._replies
        return self._steps

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Prepare for rows that are about to be answered."""
        self._look().expect(rows)
        self._asked += len(rows)

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return the completion of a step that came back in a batch, else what the model says now."""
        if self._look() is self._inner:
            result = await self._inner.call(question, row, recorder, why_not=self._last_look(question, row))
            if not (isinstance(result, Failure) and result.kind == "batch"):
                return result
        return await self._steps.call(question, row, recorder)

    def _last_look(self, question: CallStep, row: PlannedRow) -> WhyNot:
        """Return a function that returns why a step is not called, of whose batch nothing was known before it."""
        look: WhyNot | None = None

        def why_not() -> Failure | None:
            nonlocal look
            if self._look() is self._inner or self._replies is None:
                return None
            look = look or self._replies.last_look(question, row)
            return look()

        return why_not

    def expected_saving(self, row: PlannedRow, model: ModelRef) -> Decimal:
        """Return the dollars that a call for a row is expected to cost less thanks to its provider's cache."""
        return self._inner.expected_saving(row, model)
