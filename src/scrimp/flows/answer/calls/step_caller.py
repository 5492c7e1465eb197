"""One step of a chain: its first usable model is called, and the next one when that turns out not to be usable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from scrimp.failures import policy_of
from scrimp.flows.answer.calls.call_builder import CallBuilder, attached_to
from scrimp.flows.answer.calls.call_credits import CallCredits
from scrimp.flows.answer.calls.call_guards import CallGuards
from scrimp.flows.answer.calls.failover import Failover
from scrimp.flows.answer.calls.redirects import Redirects
from scrimp.flows.answer.calls.step_places import StepPlaces
from scrimp.flows.spend.budgets.budget import Budget
from scrimp.providers.endpoint import Endpoint
from scrimp.values import (
    Call,
    Completion,
    Failure,
    ModelRef,
    RuleCap,
    Step,
)

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.attached_content import AttachedContent
    from scrimp.flows.answer.provider_caches.prefix_warmup import PrefixWarmup
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
    from scrimp.flows.answer.provider_caches.stored_caches import StoredCaches
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
        self._client, self._health, self._endpoints, self._warmup = client, health, endpoints, warmup
        self._show, self._shown = show, False
        self.builder = CallBuilder(options, endpoints, warn, streams=streams or show is not None)
        self._places = StepPlaces(available, offers, caching)
        self._failover = Failover(health, endpoints, warn)
        self.credits = CallCredits(offers)
        self.guards = CallGuards(options.limits, budget, prices, offers, warn)
        self.redirects = Redirects(prices, warn, redirected)
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
        while (model := await self._failover.next_model(retries)) is not None:
            call = self.builder.call_for(model, question, row, recorder)
            with self.credits.reserved(model, row):
                result = await self._complete(call, model, recorder, retries[model], row.route.cap)
            self.builder.learn_room(question, model, call, result)
            task = row.route.certified_task or (row.certified.signature if row.certified else None)
            self.redirects.notice(model, result, task)
            if isinstance(result, Failure) and self._failover.holds_back(model, result):
                continue
            if isinstance(result, Completion) or not policy_of(result).fails_over:
                break
            if self._shown or self._client.halted:
                break  # never restart a half-printed completion with another model
            if retries[model].exhausted:
                del retries[model]
        return result or self._failover.no_model(step)

    def places(self, step: Step, row: PlannedRow | None = None, *, batch: bool = False) -> list[ModelRef]:
        """Return the models of a step that can be called, each where it costs least for this row, then elsewhere."""
        return self._places.of(step, row, batch=batch)

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

    @property
    def halted(self) -> bool:
        """Whether the run was stopped, so that nothing more is called."""
        return self._client.halted

    @property
    def refusal(self) -> str | None:
        """Why a request did not fit under the run's cap, with what is spent by now; None where all did."""
        return self.guards.refusal

    def is_alive(self, step: Step) -> bool:
        """Return whether any model of a step may still be called."""
        return any(self._health.failure(model.provider, model.model) is None for model in self.places(step))

    def may_raise(self, row: PlannedRow, step: Step, completion: Completion) -> bool:
        """Return whether the call of a completion had a cap, and can be made again under a higher one."""
        entry = completion.entry
        called = [
            each for each in self.places(step) if entry and (each.provider, each.model) == (entry.provider, entry.model)
        ]
        return bool(called) and self.converses(step) and self.builder.with_room(called[0], row) is not None

    def converses(self, step: Step) -> bool:
        """Return whether a step answers more than the prompt; a recording has nothing but its prompts' completions."""
        return not any(self._endpoints[model.provider].recording for model in step.candidates)

    async def _complete(
        self, call: Call, model: ModelRef, recorder: RowRecorder, retry_state: RetryState, cap: RuleCap | None
    ) -> Completion | Failure:
        endpoint, observer = self._endpoints[model.provider], self.guards.before(model, recorder, cap)
        show = self._show_piece if call.stream and self._show is not None else None

        async def send(call: Call, *, content: Content | None = None) -> Completion | Failure:
            call, shared = (call, ()) if self.caching is None else self.caching.asked(call)

            async def as_asked(call: Call) -> Completion | Failure:
                caching = self.caching
                call = call if caching is None else caching.rules.as_learned(call)
                result = await self._client.complete(call, endpoint, observer, retry_state, show=show, content=content)
                if caching is not None:
                    caching.rules.learn(call, result)
                return result

            async with self._warmup.turn(call, shared) if shared else _AT_ONCE:
                if self._stored is None or self.caching is None or cap is not None:  # a rule's cap knows calls alone
                    return await as_asked(call)
                return await self._stored.complete(call, self.caching, as_asked)

        return await (self._attached_content().send(call, endpoint, send) if call.attachments else send(call))

    def _attached_content(self) -> AttachedContent:
        if self._content is None:
            from scrimp.flows.answer.calls.attached_content import AttachedContent  # few calls have any

            self._content = AttachedContent()
        return self._content

    def _show_piece(self, piece: str) -> None:
        self._shown = True
        if self._show is not None:
            self._show(piece)
