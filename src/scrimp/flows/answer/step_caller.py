"""One step of a chain: its first usable model is called, and the next one when that turns out not to be usable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.failures import policy_of
from scrimp.flows.answer.call_parameters import CallParameters
from scrimp.flows.spend.budgets.budget import Budget
from scrimp.flows.spend.budgets.overruns import Overruns
from scrimp.flows.spend.budgets.spend_guard import SpendGuard
from scrimp.flows.spend.cost_bound import BOUNDED_OUTPUT
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.output_caps import thought_budget
from scrimp.values import (
    Attachment,
    Call,
    Completion,
    Entry,
    Failure,
    Message,
    ModelRef,
    Parameters,
    RuleCap,
    Step,
)

if TYPE_CHECKING:
    from scrimp.enums import Effort
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.attached_content import AttachedContent
    from scrimp.flows.answer.credited_calls import CreditedCalls
    from scrimp.flows.answer.prefix_warmup import PrefixWarmup
    from scrimp.flows.answer.provider_caching import ProviderCaching
    from scrimp.flows.answer.stored_caches import StoredCaches
    from scrimp.flows.buying.offers import Offers
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.prices.book import PriceBook
    from scrimp.transport.client import ProviderClient
    from scrimp.transport.exchange import Content
    from scrimp.transport.limits.health import ProviderHealth
    from scrimp.transport.limits.retry import RetryState

_AT_ONCE = nullcontext()  # the turn of a call that shares nothing
_BY_NO_RULE: Mapping[RuleCap, Decimal] = {}


class StepCaller:
    """Calls steps for all rows of a run."""

    makes_rows = True

    def __init__(
        self, *, options: RunOptions, client: ProviderClient, health: ProviderHealth, warmup: PrefixWarmup,
        endpoints: Mapping[str, Endpoint], available: Collection[str], budget: Budget, prices: PriceBook,
        warn: Callable[[str], None], redirected: Callable[[str, str, str], None] = lambda *_: None,
        streams: bool = False, show: Callable[[str], None] | None = None, caching: ProviderCaching | None = None,
        offers: Offers | None = None, stored: StoredCaches | None = None,
    ) -> None:  # fmt: skip
        """`available` are the providers that can be called; `caching` says what they are asked to keep, if anything.

        `stored` has some of it stored for the run.
        `offers` knows where else a model is sold.

        `redirected` is told of a certified task, a model that was called for it, and the one that answered instead.
        `streams` asks for streamed completions, and `show` gets them piece by piece.
        """
        self._options, self._client, self._endpoints, self._available = options, client, endpoints, available
        self._health, self._warmup, self._budget, self._prices = health, warmup, budget, prices
        self._streams, self._show, self._shown = streams or show is not None, show, False
        self._redirected, self._offers = redirected, offers
        self._warn, self._warned = warn, set[tuple[ModelRef, ModelRef | None]]()
        self._parameters = CallParameters(options, endpoints, warn)
        self._rule_budgets: dict[str, Budget] = {}
        self._overruns = Overruns(warn)
        self.caching, self._stored = caching, stored
        self._content: AttachedContent | None = None

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Be told of rows that are about to be called: what they share may be kept by their provider."""
        if self.caching is not None:
            self.caching.expect(rows)

    async def call(self, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Completion | Failure:
        """Return the completion of a step, with the ledger entry of its call, or why there is none.

        A model in trouble is passed over for the next one; only where all are in trouble is the first to recover
        waited for.
        """
        step = question.step
        if question.reply is not None and self._client.halted:
            return Failure(kind="network", message="the run was stopped before the model was asked again", sent=False)
        usable = [model for model in self.places(step, row) if row.may_call(step, model)]
        usable, refused = await self.taking(question, row, usable)
        if refused is not None and not usable:
            return refused
        recorder.prepare()
        retries = {model: self._client.retry_state() for model in usable}
        result: Completion | Failure | None = None
        while (model := await self._next_model(retries)) is not None:
            call = self.call_for(model, question, row, recorder)
            with self._on_credit(model, row):
                result = await self._complete(call, model, recorder, retries[model], row.route.cap)
            self._learn_room(question, model, call, result)
            task = row.route.certified_task or (row.certified.signature if row.certified else None)
            self.notice_redirect(model, result, task)
            if isinstance(result, Failure) and self._is_held_back(model, result):
                continue
            if isinstance(result, Completion) or not policy_of(result).fails_over:
                break
            if self._shown or self._client.halted:
                break  # never restart a half-printed completion with another model
            if retries[model].exhausted:
                del retries[model]
        return result or self._no_model(step)

    def places(self, step: Step, row: PlannedRow | None = None, *, batch: bool = False) -> list[ModelRef]:
        """Return the models of a step that can be called, each where it costs least for this row, then elsewhere."""
        offers = self._offers
        if offers is None or all(model.buy == "named" for model in step.candidates):
            return [model for model in step.candidates if model.provider in self._available]
        found: dict[tuple[str, str, Effort | None], ModelRef] = {}
        for model in step.candidates:
            for place in self._bought(model, row, batch=batch):
                found.setdefault((place.provider, place.model, place.arm), place)
        return list(found.values())

    def _bought(self, model: ModelRef, row: PlannedRow | None, *, batch: bool) -> list[ModelRef]:
        """Return where a model is bought for a row, what its provider's cache saves among what it costs there."""
        offers, caching = self._offers, self.caching
        if offers is None or row is None:
            return [] if offers is None else offers.places(model)
        if caching is None or batch:
            return offers.in_order(model, _bytes_of(row), batch=batch)

        def saving(place: ModelRef) -> Decimal:
            return caching.expected_saving(row, place.provider, place.model, named=(model.provider, model.model))

        return offers.in_order(model, _bytes_of(row), saving=saving)

    async def taking(
        self, question: CallStep, row: PlannedRow, models: Sequence[ModelRef]
    ) -> tuple[list[ModelRef], Failure | None]:
        """Return the models that take what is attached to a question, and why the first of the others does not.

        The failure is one of these models: a later step of a chain may take what they do not. What is defective is
        taken by none.
        """
        attachments = attached_to(question, row)
        if not attachments:
            return list(models), None
        if defect := next((attached.defect for attached in attachments if attached.defect), None):
            return [], Failure(kind="invalid", message=defect, sent=False)
        if not models:
            return [], None
        from scrimp.providers.requests.attached_files import refusal  # few prompts have attachments
        from scrimp.read.attachments import measured

        sized = await asyncio.to_thread(lambda: tuple(map(measured, attachments)))
        reasons = {model: refusal(sized, self._endpoints[model.provider], model.model) for model in models}
        first = next((reason for reason in reasons.values() if reason is not None), None)
        failure = None if first is None else Failure(kind="refused", message=first, sent=False)
        return [model for model, reason in reasons.items() if reason is None], failure

    def count_spent(self, cost: Decimal | None, by_rule: Mapping[RuleCap, Decimal] = _BY_NO_RULE) -> None:
        """Count dollars under the caps of the run and of rules that were spent otherwise than by a call of this run."""
        self._budget.settle(Decimal(0), cost or Decimal(0))
        for cap, spent in by_rule.items():
            self._rule_budget(cap).settle(Decimal(0), spent)

    def take_off_credit(self, entry: Entry) -> None:
        """Take what a call of a batch cost off the credit with its provider."""
        if self._offers is not None:
            self._offers.credits.pay(entry.provider, entry.cost)

    def forget_batches(self) -> None:
        """Keep nothing of credits for calls in batches: a pass over the rows of a job counts them anew."""
        if self._offers is not None:
            self._offers.credits.forget_batches()

    def keep_credit(self, model: ModelRef, row: PlannedRow, cost: Decimal | None = None) -> None:
        """Keep of a credit what a call in a batch cost, or is expected to."""
        if self._offers is not None and model.provider in self._offers.credits.by_provider:
            expected = self._offers.expected_cost(model, _bytes_of(row), batch=True) if cost is None else cost
            self._offers.credits.expect_in_batch(model.provider, expected)

    @property
    def halted(self) -> bool:
        """Whether the run was stopped, so that nothing more is called."""
        return self._client.halted

    @property
    def refusal(self) -> str | None:
        """Why a request did not fit under the run's cap, with what is spent by now; None where all did."""
        return self._budget.refusal and self._budget.refusal()

    def is_alive(self, step: Step) -> bool:
        """Return whether any model of a step may still be called."""
        return any(self._health.failure(model.provider, model.model) is None for model in self.places(step))

    def may_raise(self, row: PlannedRow, step: Step, completion: Completion) -> bool:
        """Return whether the call of a completion had a cap, and can be made again under a higher one."""
        entry = completion.entry
        called = [
            each for each in self.places(step) if entry and (each.provider, each.model) == (entry.provider, entry.model)
        ]
        return bool(called) and self.converses(step) and self._with_room(called[0], row) is not None

    def _learn_room(self, question: CallStep, model: ModelRef, call: Call, result: Completion | Failure) -> None:
        if question.raised and isinstance(result, Completion) and result.text.strip():
            self._parameters.learn_room(model, call.parameters.max_output or 0)

    def _with_room(self, model: ModelRef, row: PlannedRow) -> Parameters | None:
        return self._parameters.with_room(_bounded(self._parameters.as_given(model), row), model)

    def converses(self, step: Step) -> bool:
        """Return whether a step answers more than the prompt; a recording has nothing but its prompts' completions."""
        return not any(self._endpoints[model.provider].recording for model in step.candidates)

    def _on_credit(self, model: ModelRef, row: PlannedRow) -> AbstractContextManager[None]:
        """Reserve a call's share of the credit with its provider while it is in flight."""
        offers = self._offers
        if offers is None or not offers.credits.by_provider:
            return nullcontext()
        return offers.credits.reserved(model.provider, offers.expected_cost(model, _bytes_of(row)))

    def _is_held_back(self, model: ModelRef, failure: Failure) -> bool:
        """Return whether a call was not made because the requests before it were invalid: this row's need not be."""
        return not failure.sent and failure.kind == "invalid" and self._health.in_doubt(model.provider, model.model)

    async def _next_model(self, candidates: Collection[ModelRef]) -> ModelRef | None:
        """Return the first model that takes calls; wait for one to recover where none does; None where none will."""
        models = list(candidates)
        names = [(model.provider, model.model) for model in models]  # arms of one model are well or ill together
        while True:
            for place, (name, model) in enumerate(zip(names, models, strict=True)):
                if self._health.ready(*name):
                    self._warn_of_failover(candidates, model)
                    for passed in dict.fromkeys(names[:place]):
                        self._health.pass_over(*passed)
                    return model
            if all(self._health.failure(*name) is not None for name in names):
                return None
            self._warn_of_failover(candidates, None)
            await self._health.recovery(list(dict.fromkeys(names)))

    def _warn_of_failover(self, candidates: Iterable[ModelRef], called: ModelRef | None) -> None:
        """Warn once for each failing model which one is called instead, or that it is waited for."""
        for model in candidates:
            if model is called:
                return
            trouble = self._health.trouble(model.provider, model.model)
            if trouble is None or (model, called) in self._warned:
                continue
            self._warned.add((model, called))
            doubted = self._health.in_doubt(model.provider, model.model)
            again = "a row from further on is tried" if doubted else "it is tried again soon"
            instead = again if called is None else f"{called.id} is called instead"
            self._warn(f"{model.id} is not called for now, {instead}: {trouble.message}")

    def notice_redirect(self, model: ModelRef, result: Completion | Failure, certified_task: str | None) -> None:
        """Warn once that a gateway had another model answer, by which the call is priced; no certificate covers it."""
        if not isinstance(result, Completion) or self._prices.means(model.provider, model.model, result.model):
            return
        redirect = (model, ModelRef(model.provider, result.model))
        if redirect not in self._warned:
            self._warned.add(redirect)
            self._warn(f"{model.id} was answered by {result.model}: its calls are priced as that model's")
        if certified_task is not None:
            self._redirected(certified_task, model.id, result.model)

    def _no_model(self, step: Step) -> Failure:
        for model in step.candidates:
            if failure := self._health.failure(model.provider, model.model):
                return replace(failure, sent=False)
        wanted = " or ".join(_key_hint(self._endpoints[model.provider]) for model in step.candidates)
        return Failure(kind="auth", message=f"no provider of '{step.name}' has a key: set {wanted}", sent=False)

    def _observer(self, recorder: RowRecorder, cap: RuleCap | None) -> RowRecorder | SpendGuard:
        """Return the recorder, behind the guard of the run's cap and that of the rule's where there are any."""
        limits = self._options.limits
        observer: RowRecorder | SpendGuard = recorder
        if limits.max_cost is not None:
            observer = SpendGuard(
                observer, self._budget, self._prices, self._overruns, allow_unpriced=limits.allow_unpriced
            )
        if cap is None:
            return observer
        return SpendGuard(
            observer, self._rule_budget(cap), self._prices, self._overruns, allow_unpriced=limits.allow_unpriced,
            rule=cap.name,
        )  # fmt: skip

    def _rule_budget(self, cap: RuleCap) -> Budget:
        return self._rule_budgets.setdefault(cap.name, Budget(cap.dollars))

    def _on_the_bill(
        self, model: ModelRef, recorder: RowRecorder, cap: RuleCap | None
    ) -> RowRecorder | SpendGuard | CreditedCalls:
        """Return what observes the requests of a call: the recorder, its guards, and what takes them off a credit."""
        observer = self._observer(recorder, cap)
        if self._offers is None or model.provider not in self._offers.credits.by_provider:
            return observer
        from scrimp.flows.answer.credited_calls import CreditedCalls  # few providers give a credit

        return CreditedCalls(observer, self._offers.credits, self._prices)

    async def _complete(
        self, call: Call, model: ModelRef, recorder: RowRecorder, retry_state: RetryState, cap: RuleCap | None
    ) -> Completion | Failure:
        endpoint, observer = self._endpoints[model.provider], self._on_the_bill(model, recorder, cap)
        show = self._show_piece if call.stream and self._show is not None else None

        async def send(call: Call, *, content: Content | None = None) -> Completion | Failure:
            call, shared = (call, ()) if self.caching is None else self.caching.asked(call)

            async def as_asked(call: Call) -> Completion | Failure:
                caching = self.caching
                call = call if caching is None else caching.as_known(call)
                result = await self._client.complete(call, endpoint, observer, retry_state, show=show, content=content)
                if caching is not None:
                    caching.answered(call, result)
                return result

            async with self._warmup.turn(call, shared) if shared else _AT_ONCE:
                if self._stored is None or self.caching is None or cap is not None:  # a rule's cap knows calls alone
                    return await as_asked(call)
                return await self._stored.complete(call, self.caching, as_asked)

        return await (self._attached_content().send(call, endpoint, send) if call.attachments else send(call))

    def _attached_content(self) -> AttachedContent:
        if self._content is None:
            from scrimp.flows.answer.attached_content import AttachedContent  # few calls have any

            self._content = AttachedContent()
        return self._content

    def _show_piece(self, piece: str) -> None:
        self._shown = True
        if self._show is not None:
            self._show(piece)

    def call_for(self, model: ModelRef, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Call:
        """Return the call for a prompt, or for a question about one, which stands alone."""
        about_a_completion = _about_a_completion(question)
        if about_a_completion:
            parameters = self._parameters.of_question(question.parameters or Parameters(), model)
        else:
            parameters = (self._with_room(model, row) if question.raised else None) or self._parameters.of(model)
        parameters = _bounded(parameters, row)
        history = () if about_a_completion else row.sent.history
        after = () if about_a_completion or question.reply is not None else row.sent.after
        if question.reply is not None:
            history = (*history, Message("user", row.text), *row.sent.after, Message("assistant", question.reply))
        return Call(
            provider=model.provider, model=model.model, text=question.text or row.text,
            system=None if about_a_completion else row.system, history=history,
            after=after, parameters=parameters, stream=self._streams and len(row.route.chain.steps) == 1,
            step=question.index, resumed=recorder.has_called, predicate=question.predicate,
            attachments=attached_to(question, row),
            thought_budget=thought_budget(self._endpoints[model.provider], model.model, parameters),
        )  # fmt: skip


def _bounded(parameters: Parameters, row: PlannedRow) -> Parameters:
    """Return what is asked for under a cap where the row's rule has one: every call needs a bound then."""
    unbounded = row.route.cap is not None and parameters.max_output is None
    return replace(parameters, max_output=BOUNDED_OUTPUT) if unbounded else parameters


def _bytes_of(row: PlannedRow) -> int:
    """Return roughly how many bytes of prompt are sent."""
    return sum(len(text) for text in (row.text, row.system or "", *(turn.content for turn in row.sent.history)))


def _about_a_completion(question: CallStep) -> bool:
    """Return whether a model is asked about a completion, and not for one."""
    return question.parameters is not None or question.predicate is not None


def attached_to(question: CallStep, row: PlannedRow) -> tuple[Attachment, ...]:
    """Return what goes with a question: a judge has to see what the prompt is about, a predicate is one of a text."""
    return () if question.predicate is not None else row.prompt.attachments


def _key_hint(endpoint: Endpoint) -> str:
    return endpoint.key_env or endpoint.name
