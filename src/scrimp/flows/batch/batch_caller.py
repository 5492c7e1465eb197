"""The steps of a chain, answered by batches: replies that came back first, then a batch, or a live call at the end."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import InputError
from scrimp.failures import is_retryable
from scrimp.flows.answer.calls_steps import RowPendingError
from scrimp.flows.answer.step_caller import attached_to
from scrimp.flows.batch.adopted import adopted_calls, call_id_of
from scrimp.flows.batch.batches import Batchable
from scrimp.flows.batch.cache_primer import CachePrimer, CallForBatch
from scrimp.flows.batch.costs.quote import Quote
from scrimp.flows.batch.live_calls import LiveCalls
from scrimp.flows.batch.live_steps import LiveSteps
from scrimp.flows.batch.outbox import Outbox, Target
from scrimp.flows.batch.sent_before import asked_by
from scrimp.flows.batch.shards.refusals import REFUSED_BATCH
from scrimp.flows.spend.budgets.spend_guard import bound_under_cap
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.replies.error_words import provider_words
from scrimp.store.batches.records import CallInShard
from scrimp.transport.redaction import redacted
from scrimp.values import Completion, Failure, ModelRef

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.step_caller import StepCaller
    from scrimp.flows.batch.batches import Batches
    from scrimp.flows.batch.costs.job_budget import JobBudget
    from scrimp.flows.batch.queues import Queues
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.store.batches.records import StoredCall
    from scrimp.values import Call, Step

_FIRST_ERROR = 400  # of HTTP's statuses
_SIXTY_THREE_BITS = (1 << 63) - 1


class BatchCaller:
    """Answers the steps of one pass over a job's rows."""

    def __init__(
        self, batches: Batches, inner: StepCaller, *, outbox: Outbox | None, live: bool, cap: Decimal | None,
        patient: bool = False, concurrency: int = 1, queues: Queues | None = None, primer: CachePrimer | None = None,
        not_live: str | None = None, late: bool = False, climbs: bool = False, held_by: JobBudget | None = None,
    ) -> None:  # fmt: skip
        """With an `outbox` what is not answered is collected; without, it is called where `live`, else it waits.

        `patient` and `concurrency` are for live calls (see LiveCalls). `queues` say which calls are collected to wait.
        `not_live` is why no call is made live for now, though batches take none of those that are left.
        A pass that `climbs` makes the live calls alone that a batch may follow from, and makes no rows.
        Where it is `late`, live calls do not wait for batches, nor does it count how often they gave no result.
        `cap` is the most that the job may cost, in dollars; None: no limit, or that of what it is `held_by`.
        """
        self._batches, self._inner, self._outbox, self._live, self._cap = batches, inner, outbox, live, cap
        self._batchable = Batchable(batches)
        self.live_calls = LiveCalls(batches, inner, self._batchable, patient=patient, concurrency=concurrency)
        self._queues, self._primer, self._not_live = queues, primer, not_live
        self._own = {shard.shard for shard in batches.store.shards_for(batches.job.job)}
        self._late, self._climbs, self._held_by = late, climbs, held_by
        self.steps = LiveSteps(batches, self._batchable, inner.places)
        self.overdue = 0  # calls that are made live though they are in batches
        self.held_back = 0  # calls that are not made for that reason
        self.shards = Counter[str]()  # calls that wait in each, whichever job's it is
        self._loaded: Mapping[bytes, Sequence[StoredCall]] = {}
        self._before: Mapping[bytes, Sequence[StoredCall]] = {}
        self.committed = Decimal(0)  # spent by the job, and the most that its calls in batches can cost
        self.quote = Quote(batches.endpoints)
        self._left = set[int]()  # calls that no batch takes, by their hashes
        self.held = 0  # calls that do not fit under the cap
        self.waiting = 0  # calls that are in batches
        self.later = 0  # calls that go in one once the first of those that begin like them has come back

    def load(self, keys: Sequence[bytes]) -> None:
        """Read what was batched for some rows, all at once."""
        if self._outbox is not None:
            self._outbox.forget_closed()
        self._loaded = self._stored(keys)
        self.steps.load(keys)

    def _read_ahead(self, keys: Sequence[bytes]) -> None:
        """Read what was batched for rows that are about to be asked for, and keep that of the rows before them."""
        self._loaded, self._before = {**dict.fromkeys(keys, ()), **self._stored(keys)}, self._loaded

    def _stored(self, keys: Sequence[bytes]) -> Mapping[bytes, Sequence[StoredCall]]:
        return self._batches.store.calls_for(keys, job=self._batches.job.job if self._batches.own_only else None)

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return the completion that came back for a step, or why none did; RowPendingError where it may yet come."""
        number = question_number(question)
        kept = self.steps.known(row, number, recorder, loaded=self._outbox is not None)
        if kept is not None:
            self.committed += (kept.entry and kept.entry.cost) or 0
            return kept
        known = self._loaded.get(row.key, self._before.get(row.key))
        if known is None and self._outbox is None:  # it was expected long ago, and waited
            known = self._stored([row.key]).get(row.key)
        calls = [call for call in known or () if call.question == number and self._counts(call)] or adopted_calls(
            (*question.step.candidates, *self._inner.places(question.step)) if known else (), known or (), recorder
        )
        if self._live and self._late and calls and calls[-1].state != "answered":
            self._record_tries(calls, question, row, recorder)
            return await self._ask(question, row, recorder, number)
        result = self._reply(calls, question, row, recorder) if calls else None
        if result is not None and not self._may_be_sent_again(result, calls):
            return result
        return await self._ask(question, row, recorder, number)

    def _counts(self, call: StoredCall) -> bool:
        """Return whether a call is one of this job's, or of another one's that a row can be made of.

        What failed in a job that ended is sent again: the user gave the command once more.
        """
        return (
            call.state == "waiting"
            or (call.state == "answered" and call.status < _FIRST_ERROR)
            or (call.shard in self._own)
        )

    def _reply(
        self, calls: Sequence[StoredCall], question: CallStep, row: PlannedRow, recorder: RowRecorder
    ) -> Completion | Failure:
        """Return what came of a call, all its tries in the ledger; RowPendingError while the last is in a batch."""
        latest = calls[-1]
        if latest.state == "waiting":
            self.waiting += 1
            self.shards[latest.shard] += 1
            call = self._call(latest, question, row, recorder)
            if self._cap is not None:  # it was sent under a cap, and counts even where that is lower by now
                self.committed += self._bound(call)
            if self._primer is not None:
                self._primer.came_back(call, latest, None)
            queue = None if self._queues is None else self._queues.meet(latest.shard, row)
            if queue is not None:
                raise _pending(f"waits in queue {queue}: scrimp batch flush {queue}")
            raise _pending(f"waits in a batch at {latest.provider}: scrimp batch watch {self._batches.job.job}")
        result: Completion | Failure = Failure(
            kind="server", retry_hint=True,
            message=f"{latest.provider} gave no result for it in {len(calls)} batches ({latest.why})",
        )  # fmt: skip
        for each in calls:
            if each.state == "answered":
                result = self._completion(each, question, row, recorder)
        return result

    def _record_tries(
        self, calls: Sequence[StoredCall], question: CallStep, row: PlannedRow, recorder: RowRecorder
    ) -> None:
        """Enter the tries of a call in the ledger whose last one came to nothing by a deadline."""
        self.overdue += calls[-1].state == "waiting"
        for each in calls:
            if each.state == "answered":
                self._completion(each, question, row, recorder)

    def _completion(
        self, stored: StoredCall, question: CallStep, row: PlannedRow, recorder: RowRecorder
    ) -> Completion | Failure:
        endpoint = self._batches.endpoint(stored.shard, stored.provider)
        call = self._call(stored, question, row, recorder)
        headers = {"x-request-id": stored.request_id} if stored.request_id else {}
        reply = HttpReply(status=stored.status, body=stored.reply, headers=headers)
        result = redacted(DIALECTS[endpoint.dialect]().to_completion(reply, call, endpoint), self._batches.secrets)
        if isinstance(result, Completion):
            result = replace(result, batch=True)
        elif stored.why:
            words = provider_words(reply)
            live = ": without --batch, it is called live" if stored.why == REFUSED_BATCH else ""
            message = f"{stored.provider} refused {stored.why} ({words}){live}"
            result = replace(result, message=self._batches.secrets.redact(message))
        if self._primer is not None:
            self._primer.came_back(call, stored, result)
        entry = recorder.add(call, result, call_id=call_id_of(stored), sent=stored.sent, batch=stored.shard)
        if entry.cost is not None:
            self.committed += entry.cost
        elif self._cap is not None and isinstance(result, Completion):
            self.committed += self._bound(call)
        if self._outbox is None:
            if self.makes_rows:
                self._inner.take_off_credit(entry)
            task = row.route.certified_task or (row.certified.signature if row.certified else None)
            self._inner.notice_redirect(ModelRef(stored.provider, stored.model), result, task)
        return replace(result, entry=entry) if isinstance(result, Completion) else result

    def _may_be_sent_again(self, result: Completion | Failure, calls: Sequence[StoredCall]) -> bool:
        return isinstance(result, Failure) and is_retryable(result) and len(calls) < self._batches.tries

    def _call(self, stored: StoredCall, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Call:
        """Return the call that was sent, as far as a reply is read by it; ConfigError where its provider is gone."""
        self._batches.endpoint(stored.shard, stored.provider)
        sent_to = [
            model
            for model in (*question.step.candidates, *self._inner.places(question.step))
            if (model.provider, model.model) == (stored.provider, stored.model)
        ]
        model = sent_to[0] if sent_to else ModelRef(stored.provider, stored.model)
        return self._inner.call_for(model, question, row, recorder)

    async def _ask(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> Completion | Failure:  # fmt: skip
        if self._outbox is None:
            if self._live:
                return await self._call_live(question, row, recorder)
            if self._climbs:
                await self._climb(question, row, recorder, number)
            job = self._batches.job
            if self._not_live:
                self.held_back += 1
                raise _pending(self._not_live)
            raise _pending(
                f"was not answered before job {job.job} was cancelled" if job.cancelled
                else f"is not in a batch yet: scrimp batch watch {job.job}"
            )  # fmt: skip
        places = self._inner.places(question.step, row, batch=True)
        usable = [model for model in places if row.may_call(question.step, model)]
        if not usable:
            return await self._inner.call(question, row, recorder)  # which says what is missing
        taking, refused = await self._inner.taking(question, row, usable)
        if refused is not None and not taking:
            return refused
        first, attached = taking[0], attached_to(question, row)
        if first.buy == "cheapest":  # where no batch takes it there, another seller's may
            first = next((model for model in taking if self._batchable.refusal(model, attached) is None), first)
        try:
            self._collect(first, question, row, recorder, number)
        except InputError as error:  # a file is not as it was: this row alone is lost
            return Failure(kind="invalid", message=str(error), sent=False)
        raise _pending("is on its way to a batch")

    async def _climb(self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int) -> None:
        """Make a live call that a batch may follow from, and keep what it returned: the row goes on in a later pass."""
        usable = [model for model in self._inner.places(question.step, row) if row.may_call(question.step, model)]
        if usable and self._why_live(usable[0], question, row) is not None and self.steps.precede(question, row):
            result = await self._call_live(question, row, recorder)
            if isinstance(result, Completion):
                self.steps.keep(row, number, result)
                raise _pending("goes on in a batch")

    async def _call_live(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Call a model; what does not fit under the cap is held: rows after it may have been paid for in batches."""
        result = await self.live_calls.call(question, row, recorder)
        if isinstance(result, Failure) and result.kind == "budget" and not result.rule_only:
            self.held += 1
            raise _pending(result.message)
        return result

    def _collect(
        self, model: ModelRef, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> None:  # fmt: skip
        """Add a call to the outbox, unless it does not fit under the cap, or no batch takes it."""
        outbox = self._outbox
        if outbox is None or outbox.has(row.key, number):
            return
        why = self._why_live(model, question, row)
        call = self._inner.call_for(model, question, row, recorder)
        call = replace(call, stream=False) if call.stream else call
        if why is not None:
            self._leave(call, model, why, row.key, number)
            self.steps.left += self.steps.precede(question, row)
            return
        endpoint = self._batches.endpoints[model.provider]
        flow = self._batchable.flow(model.provider)
        if flow is None:
            return
        queue = None if self._queues is None else self._queues.queue_of(row)
        primer = None if queue is not None else self._primer  # a queue is flushed once, by another command
        batched = CallForBatch(call) if primer is None else primer.in_batch(call)
        if batched.later:
            self._follow(call, row.key, number)
            raise _pending("waits for the first of those that begin like it")
        call = batched.call
        if self._held_by is None and not self._commit(call):
            return
        most = None if self._held_by is None else self._held_by.take(self._bound(call))
        if self._held_by is not None and most is None:
            self.held += 1
            return
        request = DIALECTS[endpoint.dialect]().to_request(_whole(call), endpoint)
        target = Target(model.provider, model.model, flow.path(request), queue, first=batched.first)
        in_shard = CallInShard(row.key, number, 0, row.prompt.source, most, asked_by(row))
        if outbox.add(target, flow, request, in_shard):
            self.quote.add(call, batch=True)
        else:
            if primer is not None:
                primer.not_sent(call)
            if self._held_by is not None and most is not None:
                self._held_by.give_back(most)
            self._leave(call, model, f"{row.prompt.source or 'a row'} is too large for a batch", row.key, number)

    def _why_live(self, model: ModelRef, question: CallStep, row: PlannedRow) -> str | None:
        """Return why no batch takes a call; None where one does."""
        why = self._batchable.refusal(model, attached_to(question, row))
        return "probabilities are not sold so" if why is None and question.predicate is not None else why

    def _follow(self, call: Call, key: bytes, number: int) -> None:
        """Count a call that goes in a later batch, once, as below."""
        if (short := hash((key, number))) not in self._left:
            self._left.add(short)
            self.later += 1
            self.quote.add(call, batch=True)

    def _leave(self, call: Call, model: ModelRef, why: str, key: bytes, number: int) -> None:
        """Leave a call for a later pass, once: equal rows follow the first."""
        if (short := hash((key, number))) not in self._left:
            self._left.add(short)
            self.quote.add(call, batch=False, wait=self.live_calls.leave(model, why))

    def _commit(self, call: Call) -> bool:
        """Count the most that a call can cost under the cap; return whether it fits."""
        if self._cap is None:
            return True
        bound = self._bound(call)
        if self.committed + bound > self._cap:
            self.held += 1
            return False
        self.committed += bound
        return True

    def _bound(self, call: Call) -> Decimal:
        if call.attachments:
            from scrimp.flows.answer.attached_content import counted  # noqa: PLC0415 - few calls have any

            call = counted(call, self._batches.endpoints[call.provider])
        return bound_under_cap(
            self._batches.prices, call, self._batches.job.created, allow_unpriced=self._batches.allow_unpriced,
            batch=True,
        )  # fmt: skip

    @property
    def makes_rows(self) -> bool:
        """Whether rows are made of completions: a pass that climbs leaves them to the one that prints them."""
        return not self._climbs

    @property
    def refusal(self) -> str | None:
        """Why a live request did not fit under the cap; None where all did."""
        return self._inner.refusal

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Be told of rows that are about to be asked for, live or in a batch."""
        if self._outbox is None:
            self._read_ahead([row.key for row in rows])
            self._inner.expect(rows)
        elif self._primer is not None:
            self._primer.expect(rows)

    def is_alive(self, step: Step) -> bool:
        """Return whether any model of a step may still be called."""
        return self._inner.is_alive(step)

    def converses(self, step: Step) -> bool:
        """Return whether a step answers more than the prompt."""
        return self._inner.converses(step)

    def may_raise(self, row: PlannedRow, step: Step, completion: Completion) -> bool:
        """Return whether the call of a completion had a cap, and can be made again under a higher one."""
        return self._inner.may_raise(row, step, completion)


def question_number(question: CallStep) -> int:
    """Return a number that tells apart all that is asked for one row, the same in every pass, process and version."""
    about = question.parameters is not None
    if not question.text and not question.reply and not question.predicate:
        return _number_of_prompt(question.index, about=about, raised=question.raised)
    return _number(
        question.index, question.text or "", question.reply or "", question.predicate or "", about=about,
        raised=question.raised,
    )  # fmt: skip


@cache  # of the prompt itself, a step's question is the same for all rows
def _number_of_prompt(index: int, *, about: bool, raised: bool) -> int:
    return _number(index, "", "", "", about=about, raised=raised)


def _number(index: int, text: str, reply: str, predicate: str, *, about: bool, raised: bool) -> int:
    parts = [str(index), text, reply, predicate, str(about)]
    parts += ["raised"] if raised else []
    digest = hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) & _SIXTY_THREE_BITS


def _whole(call: Call) -> Call:
    """Return a call with the content of what is attached; InputError where a file is not as it was."""
    if not call.attachments:
        return call
    from scrimp.flows.answer.attached_content import whole  # noqa: PLC0415 - few calls have any

    return whole(call)


def _pending(message: str) -> RowPendingError:
    return RowPendingError(Failure(kind="batch", message=message, sent=False))
