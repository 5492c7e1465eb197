"""The pass that collects: a step without a reply goes in a batch, or is left to be called live."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import InputError
from scrimp.flows.answer.calls.call_builder import attached_to
from scrimp.flows.batch.calls.batch_caller import BatchCaller, pending
from scrimp.flows.batch.calls.cache_primer import CallForBatch
from scrimp.flows.batch.costs.quote import Quote
from scrimp.flows.batch.outbox import Target
from scrimp.flows.batch.sent_before import asked_by
from scrimp.flows.engine.stops.escalation_limit import EscalationLimit
from scrimp.flows.spend.budgets.spend_guard import bound_under_cap
from scrimp.providers import DIALECTS
from scrimp.store.batches.records import CallInShard
from scrimp.values import Completion, Failure, ModelRef, RuleCap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.calls.cache_primer import CachePrimer
    from scrimp.flows.batch.costs.job_budget import JobBudget
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.outbox import Outbox
    from scrimp.flows.batch.queues import Queues
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.store.batches.records import StoredCall
    from scrimp.values import Call, Entry


class CollectingCaller(BatchCaller):
    """Puts the calls of one pass in the outbox."""

    def __init__(
        self, context: JobContext, inner: StepCaller, outbox: Outbox, queues: Queues, *, cap: Decimal | None,
        primer: CachePrimer, budget: JobBudget | None = None,
    ) -> None:  # fmt: skip
        """`queues` say which calls are collected to wait.

        The job spends at most `cap` dollars, or its part of a shared `budget`; without either there is no limit.
        """
        super().__init__(context, inner, queues=queues)
        inner.credits.forget_batches()
        inner.credits.keep_for_shards(context.store, but=self._own)
        self._outbox, self._which_queue, self._primer = outbox, queues, primer
        self._cap, self._budget = cap, budget
        self.committed = Decimal(0)  # spent by the job, and the most that its calls in batches can cost
        self.committed_by_rule = defaultdict[RuleCap, Decimal](Decimal)  # its part for each rule with a cap
        self.quote = Quote(context.endpoints)
        self._left = set[int]()  # calls that no batch takes, by their hashes
        self._escalations, self._reached = EscalationLimit(context.warn), -1  # that a row asked for
        self.braked: dict[str, RunStop] = {}  # chains of which too many rows ask for the last step
        self.later = 0  # calls that go in one once the first of those that begin like them has come back

    def load(self, keys: Sequence[bytes]) -> None:
        """Read what was batched for some rows, all at once."""
        self._outbox.forget_closed()
        self._loaded = self._stored(keys)
        self.steps.load(keys)

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Prepare for rows that are about to go in batches."""
        self._primer.expect(rows)

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return what is there for a step, as far as the row has come."""
        self._reached = max(self._reached, question.index)
        return await super().call(question, row, recorder)

    def end_row(self, row: PlannedRow) -> None:
        """Take note that a row is done; if too many rows of a chain escalate, no more are escalated."""
        reached, self._reached, chain = self._reached, -1, row.route.chain
        stop = self._escalations.observe_step(chain, reached) if reached >= 0 else None
        if stop is not None and chain.name is not None:
            self.braked.setdefault(chain.name, stop)

    def _stored_for(self, key: bytes) -> Sequence[StoredCall]:
        return self._loaded.get(key, ())

    def _kept(self, row: PlannedRow, number: int, recorder: RowRecorder) -> Completion | None:
        kept = self.steps.known(row, number, recorder, loaded=True)
        if kept is not None and kept.entry is not None:
            self._spend(kept.entry.cost or Decimal(0), row)
        return kept

    def _count_waiting(self, stored: StoredCall, call: Call, row: PlannedRow) -> None:
        super()._count_waiting(stored, call, row)
        self._inner.credits.keep(ModelRef(stored.provider, stored.model), row)
        if self._is_capped(row):  # it was sent under a cap, so it counts even if the cap is lower now
            self._spend(self._bound(call), row)
        self._primer.came_back(call, stored, None)

    def _lost(self, stored: StoredCall, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Call:
        call = super()._lost(stored, question, row, recorder)
        if self._cap is not None:
            self.committed += self._bound(call)
        return call

    def _take_note(
        self, stored: StoredCall, call: Call, result: Completion | Failure, entry: Entry, row: PlannedRow
    ) -> None:
        self._primer.came_back(call, stored, result)
        self._inner.credits.keep(ModelRef(stored.provider, stored.model), row, entry.cost)
        if entry.cost is not None:
            self._spend(entry.cost, row)
        elif self._is_capped(row) and isinstance(result, Completion):
            self._spend(self._bound(call), row)

    async def _ask(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> Completion | Failure:  # fmt: skip
        chain = row.route.chain
        if chain.name in self.braked and question.index == len(chain.steps) - 1:
            raise pending(self.braked[chain.name].message)
        places = self._inner.places(question.step, row, batch=True)
        usable = [model for model in places if row.may_call(question.step, model)]
        if not usable:
            return await self._inner.call(question, row, recorder)  # it reports what is missing
        taking, refused = await self._inner.taking(question, row, usable)
        if refused is not None and not taking:
            return refused
        first, attached = taking[0], attached_to(question, row)
        if first.buy == "cheapest":  # the cheapest seller has no batches; another one may
            first = next((model for model in taking if self._batchable.refusal(model, attached) is None), first)
        try:
            self._collect(first, question, row, recorder, number)
        except InputError as error:  # a file is not as it was: this row alone is lost
            return Failure(kind="invalid", message=str(error), sent=False)
        raise pending("is on its way to a batch")

    def _collect(
        self, model: ModelRef, question: CallStep, row: PlannedRow, recorder: RowRecorder, number: int
    ) -> None:  # fmt: skip
        """Add a call to the outbox, unless it does not fit under the cap, or no batch takes it."""
        if self._outbox.has(row.key, number):
            return
        why = self._why_live(model, question, row)
        call = self._inner.builder.call_for(model, question, row, recorder)
        call = replace(call, stream=False) if call.stream else call
        if why is not None:
            self._leave(call, model, why, row.key, number)
            self.steps.left += self.steps.precede(question, row)
            return
        endpoint = self._context.endpoints[model.provider]
        flow = self._batchable.flow(model.provider)
        if flow is None:
            return
        queue = self._which_queue.queue_of(row)
        primer = None if queue is not None else self._primer  # a queue is flushed once, by another command
        batched = CallForBatch(call) if primer is None else primer.in_batch(call)
        if batched.later:
            self._follow(call, row.key, number)
            raise pending("waits for the first call with the same beginning")
        call = batched.call
        if not self._commit(call, row):
            return
        most = None if self._budget is None else self._budget.take(self._bound(call))
        if self._budget is not None and most is None:
            self.over_cap += 1
            return
        request = DIALECTS[endpoint.dialect]().to_request(_whole(call), endpoint)
        target = Target(model.provider, model.model, flow.path(request), queue, first=batched.first)
        in_shard = CallInShard(row.key, number, 0, row.prompt.source, most, asked_by(row))
        if self._outbox.add(target, flow, request, in_shard):
            self.quote.add(call, batch=True)
            self._inner.credits.keep(model, row)
        else:
            if primer is not None:
                primer.not_sent(call)
            if self._budget is not None and most is not None:
                self._budget.give_back(most)
            self._leave(call, model, f"{row.prompt.source or 'a row'} is too large for a batch", row.key, number)

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

    def _is_capped(self, row: PlannedRow) -> bool:
        return self._cap is not None or row.route.cap is not None

    def _spend(self, dollars: Decimal, row: PlannedRow) -> None:
        """Count what a call has cost, or can cost at most."""
        self.committed += dollars
        if row.route.cap is not None:
            self.committed_by_rule[row.route.cap] += dollars

    def _commit(self, call: Call, row: PlannedRow) -> bool:
        """Count the most that a call can cost under the job's own cap, and that of its row's rule, where it fits.

        A later pass may have room, once what is in batches has cost less. Where a rule has none in the last pass
        either, its row is refused as one of a live run is.
        """
        rule = row.route.cap
        if rule is not None and self.committed_by_rule[rule] + self._bound(call) > rule.dollars:
            return False
        if self._budget is None and self._cap is not None and self.committed + self._bound(call) > self._cap:
            self.over_cap += 1
            return False
        if self._is_capped(row):
            self._spend(self._bound(call), row)
        return True

    def _bound(self, call: Call) -> Decimal:
        if call.attachments:
            from scrimp.flows.answer.calls.attached_content import counted  # few calls have any

            call = counted(call, self._context.endpoints[call.provider])
        return bound_under_cap(
            self._context.prices, call, self._context.job.created, allow_unpriced=self._context.allow_unpriced,
            batch=True,
        )  # fmt: skip


def _whole(call: Call) -> Call:
    """Return a call with the content of what is attached; InputError if a file is not as it was."""
    if not call.attachments:
        return call
    from scrimp.flows.answer.calls.attached_content import whole  # few calls have any

    return whole(call)
