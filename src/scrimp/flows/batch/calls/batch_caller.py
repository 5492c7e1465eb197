"""The steps of a chain, answered by the replies of batches; each kind of pass handles unanswered steps in its way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.failures import is_retryable
from scrimp.flows.answer.calls.call_builder import attached_to
from scrimp.flows.answer.calls.caller_above import CallerAbove
from scrimp.flows.answer.calls_steps import RowPendingError
from scrimp.flows.batch.batchable_models import BatchableModels
from scrimp.flows.batch.calls.adopted import adopted_calls, call_id_of
from scrimp.flows.batch.calls.live_calls import LiveCalls
from scrimp.flows.batch.calls.live_steps import LiveSteps
from scrimp.flows.batch.calls.question_number import question_number
from scrimp.flows.batch.shards.fetching import COUNTED
from scrimp.flows.batch.shards.refusals import REFUSED_BATCH
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.replies.error_words import provider_words
from scrimp.transport.redaction import redacted
from scrimp.values import Completion, Failure, ModelRef

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.queues import Queues
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.store.batches.records import Job, StoredCall
    from scrimp.values import Call, Entry

_FIRST_ERROR = 400  # first HTTP status that is an error


class BatchCaller(CallerAbove, ABC):
    """Answers the steps of one pass over a job's rows."""

    def __init__(
        self, context: JobContext, inner: StepCaller, *, queues: Queues | None = None, patient: bool = False,
        concurrency: int = 1,
    ) -> None:  # fmt: skip
        """`inner` makes the live calls, by `patient` and `concurrency` (see LiveCalls)."""
        super().__init__(inner)
        self._context, self._queues = context, queues
        self._batchable = BatchableModels(context)
        self.live_calls = LiveCalls(context, inner, self._batchable, patient=patient, concurrency=concurrency)
        self.steps = LiveSteps(context, self._batchable, inner.places)
        self._own = {shard.shard for shard in context.store.shards_for(context.job.job)}
        self.shards = Counter[str]()  # calls that wait in each shard, of this job or another
        self._loaded: Mapping[bytes, Sequence[StoredCall]] = {}
        self._before: Mapping[bytes, Sequence[StoredCall]] = {}
        self.over_cap = 0  # calls that cost more than is left of the cap
        self.waiting = 0  # calls that are in batches

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return the completion that came back for a step, or why none did; RowPendingError where it may yet come."""
        number = question_number(question)
        kept = self._kept(row, number, recorder)
        if kept is not None:
            return kept
        known = self._stored_for(row.key)
        calls = [call for call in known if call.question == number and self._counts(call)] or adopted_calls(
            (*question.step.candidates, *self._inner.places(question.step)) if known else (), known, recorder
        )
        result = self._reply(calls, question, row, recorder) if calls else None
        if result is not None and not self._may_be_sent_again(result, calls):
            return result
        return await self._ask(question, row, recorder, number)

    @abstractmethod
    async def _ask(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> Completion | Failure:
        """Handle a step that nothing has answered yet, in the way of this pass."""

    def _kept(self, row: PlannedRow, number: int, recorder: RowRecorder) -> Completion | None:
        """Return what a live call returned in a pass before."""
        return self.steps.known(row, number, recorder, loaded=False)

    def _stored(self, keys: Sequence[bytes]) -> Mapping[bytes, Sequence[StoredCall]]:
        return self._context.store.calls_for(keys, job=self._context.job.job if self._context.own_only else None)

    def _stored_for(self, key: bytes) -> Sequence[StoredCall]:
        """Return what was batched for a row."""
        known = self._loaded.get(key, self._before.get(key))
        if known is None:  # loaded too long ago: the row has been waiting
            known = self._stored([key]).get(key)
        return known or ()

    def _counts(self, call: StoredCall) -> bool:
        """Return whether a call is one of this job's, or of another one's that a row can be made of.

        What failed in a job that ended is sent again: the user gave the command again.
        """
        return (
            call.state == "waiting"
            or (call.state == "answered" and call.status < _FIRST_ERROR)
            or (call.shard in self._own)
        )

    def _reply(
        self, calls: Sequence[StoredCall], question: CallStep, row: PlannedRow, recorder: RowRecorder
    ) -> Completion | Failure | None:
        """Return the result of a call, with all its tries in the ledger; None if the call is to be made anyway.

        Raises RowPendingError while the last of its tries is in a batch.
        """
        latest = calls[-1]
        if latest.state == "waiting":
            self._count_waiting(latest, self._call(latest, question, row, recorder), row)
            queue = None if self._queues is None else self._queues.meet(latest.shard, row)
            if queue is not None:
                raise pending(f"waits in queue {queue}: scrimp batch flush {queue}")
            raise pending(f"waits in a batch at {latest.provider}: scrimp batch watch {self._context.job.job}")
        result: Completion | Failure = Failure(
            kind="server", retry_hint=True,
            message=f"{latest.provider} gave no result for it in {len(calls)} batches ({latest.why})",
        )  # fmt: skip
        for each in calls:
            if each.state == "answered":
                result = self._completion(each, question, row, recorder)
            elif each.why == COUNTED:
                self._lost(each, question, row, recorder)
        return result

    def _lost(self, stored: StoredCall, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Call:
        """Enter a call whose result was lost in the ledger, as it may have been billed; return it."""
        call = self._call(stored, question, row, recorder)
        message = f"{stored.provider} gave {COUNTED} of its batch"
        recorder.add(
            call, Failure(kind="server", message=message), call_id=call_id_of(stored), sent=stored.sent,
            batch=stored.shard,
        )  # fmt: skip
        return call

    def _completion(
        self, stored: StoredCall, question: CallStep, row: PlannedRow, recorder: RowRecorder
    ) -> Completion | Failure:
        endpoint = self._context.endpoint(stored.shard, stored.provider)
        call = self._call(stored, question, row, recorder)
        headers = {"x-request-id": stored.request_id} if stored.request_id else {}
        reply = HttpReply(status=stored.status, body=stored.reply, headers=headers)
        result = redacted(DIALECTS[endpoint.dialect]().to_completion(reply, call, endpoint), self._context.secrets)
        if isinstance(result, Completion):
            result = replace(result, batch=True)
        elif stored.why:
            words = provider_words(reply)
            live = ": without --batch, it is called live" if stored.why == REFUSED_BATCH else ""
            message = f"{stored.provider} refused {stored.why} ({words}){live}"
            result = replace(result, message=self._context.secrets.redact(message))
        entry = recorder.add(call, result, call_id=call_id_of(stored), sent=stored.sent, batch=stored.shard)
        self._take_note(stored, call, result, entry, row)
        return replace(result, entry=entry) if isinstance(result, Completion) else result

    def _count_waiting(self, stored: StoredCall, call: Call, row: PlannedRow) -> None:
        """Take note of a call that is in a batch."""
        del call, row
        self.waiting += 1
        self.shards[stored.shard] += 1

    def _take_note(
        self, stored: StoredCall, call: Call, result: Completion | Failure, entry: Entry, row: PlannedRow
    ) -> None:
        """Take note of a call that came back."""
        del call
        if self.makes_rows:
            self._inner.credits.take_off(entry)
        task = row.route.certified_task or (row.certified.signature if row.certified else None)
        self._inner.redirects.notice(ModelRef(stored.provider, stored.model), result, task)

    def _may_be_sent_again(self, result: Completion | Failure, calls: Sequence[StoredCall]) -> bool:
        return isinstance(result, Failure) and is_retryable(result) and len(calls) < self._context.tries

    def _call(self, stored: StoredCall, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Call:
        """Return the call that was sent, as far as a reply is read by it; ConfigError if its provider is gone."""
        self._context.endpoint(stored.shard, stored.provider)
        sent_to = [
            model
            for model in (*question.step.candidates, *self._inner.places(question.step))
            if (model.provider, model.model) == (stored.provider, stored.model)
        ]
        model = sent_to[0] if sent_to else ModelRef(stored.provider, stored.model)
        return self._inner.builder.call_for(model, question, row, recorder)

    async def _call_live(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Call a model; one that does not fit under the cap leaves its row pending.

        Rows after it may have been paid for in batches.
        """
        result = await self.live_calls.call(question, row, recorder)
        if isinstance(result, Failure) and result.kind == "budget" and not result.rule_only:
            self.over_cap += 1
            raise pending(result.message)
        return result

    def _why_live(self, model: ModelRef, question: CallStep, row: PlannedRow) -> str | None:
        """Return why no batch takes a call; None if one does."""
        why = self._batchable.refusal(model, attached_to(question, row))
        return "probabilities are not sold so" if why is None and question.predicate is not None else why

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Read what was batched for rows that are about to be answered; the previous rows stay loaded."""
        keys = [row.key for row in rows]
        self._loaded, self._before = {**dict.fromkeys(keys, ()), **self._stored(keys)}, self._loaded
        self._inner.expect(rows)

    def expected_saving(self, row: PlannedRow, model: ModelRef) -> Decimal:
        """Return nothing: what a call in a batch costs less thanks to its provider's cache is not expected of a row."""
        del row, model
        return Decimal(0)


def pending(message: str) -> RowPendingError:
    """Return the exception that marks a row as pending, with the reason."""
    return RowPendingError(Failure(kind="batch", message=message, sent=False))


def not_in_a_batch(job: Job) -> RowPendingError:
    """Return it for a row that this pass neither batches nor calls."""
    if job.cancelled:
        return pending(f"was not answered before job {job.job} was cancelled")
    return pending(f"is not in a batch yet: scrimp batch watch {job.job}")
