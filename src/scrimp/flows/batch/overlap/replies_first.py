"""A live run of rows that are in batches: what came back is taken, what did not is called again, which is said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scrimp.flows.batch.calls.batch_caller import BatchCaller
from scrimp.flows.batch.calls.question_number import question_number
from scrimp.flows.batch.shards.opening import context_of
from scrimp.store.batches.records import Job
from scrimp.units import pluralize
from scrimp.values import Completion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.services import Services
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.store.batches.records import StoredCall
    from scrimp.store.batches.store import BatchStore
    from scrimp.values import Failure, ModelRef


class RowsInBatches:
    """Which rows of live runs are in batches of jobs whose rows were not printed yet."""

    def __init__(self, store: BatchStore) -> None:
        self._store = store
        self._jobs: dict[str, str] = {}  # the first job that waits for a shard, by shard
        for job in store.jobs():
            if job.ended is None:
                for shard in store.shards_for(job.job):
                    self._jobs.setdefault(shard.shard, job.job)
        self.met = self.asked = 0  # rows found in batches; all rows looked up
        self.said = 0  # `met` at the time of the warning
        self.taken = 0  # completions that had come back
        self._of_job = Counter[str]()

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def calls(self, keys: Sequence[bytes]) -> dict[bytes, list[StoredCall]]:
        """Return the calls of rows that such jobs wait, or waited, for."""
        found = {
            key: [call for call in calls if call.shard in self._jobs]
            for key, calls in self._store.calls_for(keys).items()
        }
        return {key: calls for key, calls in found.items() if calls}

    def meet(self, rows: Sequence[PlannedRow]) -> str | None:
        """Count rows that are about to be called; return what is to be said of the first that are in batches."""
        first = not self.met
        self.asked += len(rows)
        for calls in self.calls([row.key for row in rows]).values():
            if calls[-1].state == "waiting":
                self.met += 1
                self._of_job[self._jobs[calls[-1].shard]] += 1
        if not first or not self.met:
            return None
        (job, _), *others = self._of_job.most_common()
        self.said = self.met
        more = f" and {pluralize(len(others), 'other job')}" if others else ""
        if self.asked == 1:
            fetch = f"scrimp batch fetch {job} prints its rows"
            return f"this prompt is in a batch of job {job}, and is paid again now: {fetch}"
        are = "is" if self.met == 1 else "are"
        return (
            f"{self.met:,} of the first {pluralize(self.asked, 'row')} {are} in batches of job {job}{more}, and paid "
            f"again where called live now: scrimp batch fetch {job} prints its rows, with --batch this command waits"
        )


class RepliesFirst(BatchCaller):
    """Calls the steps of a live run, after a look at what came back in batches."""

    def __init__(self, rows: RowsInBatches, store: BatchStore, inner: StepCaller, services: Services) -> None:
        job = Job(job="", created=services.clock(), folder="", command=(), digest="")
        super().__init__(context_of(job, store, services), inner)
        self._rows, self._warn = rows, services.warn

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Take note of rows that are about to be called, and say of the first that they are in batches."""
        if (warning := self._rows.meet(rows)) is not None:
            self._warn(warning)
        self._inner.expect(rows)

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return the completion that came back for a step in a batch, else what the model says now."""
        number = question_number(question)
        calls = [call for call in self._rows.calls([row.key]).get(row.key, ()) if call.question == number]
        if calls and calls[-1].state == "answered":
            result = self._reply(calls, question, row, recorder)
            if isinstance(result, Completion):
                self._rows.taken += 1
                cost, cap = None if result.entry is None else result.entry.cost, row.route.cap
                self._inner.guards.count_spent(cost, {} if cap is None or cost is None else {cap: cost})
                return result
        return await self._ask(question, row, recorder, number)

    def expected_saving(self, row: PlannedRow, model: ModelRef) -> Decimal:
        """Return the dollars that a live call for a row is expected to cost less thanks to its provider's cache."""
        return self._inner.expected_saving(row, model)

    async def _ask(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> Completion | Failure:  # fmt: skip
        del number
        return await self._inner.call(question, row, recorder)
