"""One step of a chain: its first usable model is called, and the next one when that turns out not to be usable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.failures import policy_of
from scrimp.flows.answer.calls.call_builder import attached_to
from scrimp.flows.answer.calls.last_look import LastLook
from scrimp.values import Completion, Failure, ModelRef, Step

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.calls.call_builder import CallBuilder
    from scrimp.flows.answer.calls.call_credits import CallCredits
    from scrimp.flows.answer.calls.call_guards import CallGuards
    from scrimp.flows.answer.calls.call_sender import CallSender
    from scrimp.flows.answer.calls.failover import Failover
    from scrimp.flows.answer.calls.last_look import WhyNot
    from scrimp.flows.answer.calls.redirects import Redirects
    from scrimp.flows.answer.calls.step_places import StepPlaces
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.providers.endpoint import Endpoint
    from scrimp.transport.exchange import CallObserver


class StepCaller:
    """Calls steps for all rows of a run."""

    makes_rows = True

    def __init__(
        self, endpoints: Mapping[str, Endpoint], places: StepPlaces, failover: Failover, *, builder: CallBuilder,
        sender: CallSender, guards: CallGuards, call_credits: CallCredits, redirects: Redirects,
    ) -> None:  # fmt: skip
        """`places` are the models of a step, of which `failover` chooses; a call is built, guarded, and sent."""
        self._endpoints, self._places, self._failover, self._sender = endpoints, places, failover, sender
        self.builder, self.guards, self.credits, self.redirects = builder, guards, call_credits, redirects

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Prepare for rows that are about to be called: what they share may be kept by their provider."""
        self._sender.expect(rows)

    async def call(
        self, question: CallStep, row: PlannedRow, recorder: RowRecorder, *, why_not: WhyNot | None = None
    ) -> Completion | Failure:  # fmt: skip
        """Return the completion of a step, with the ledger entry of its call, or why there is none.

        A model in trouble is passed over for the next one; if all are in trouble, the first to recover is called.
        `why_not` is asked before each request is sent: the failure that it returns is the result.
        """
        step = question.step
        if question.reply is not None and self.halted:
            return Failure(kind="network", message="the run was stopped before the model was asked again", sent=False)
        usable = [model for model in self.places(step, row) if row.may_call(step, model)]
        usable, refused = await self.taking(question, row, usable)
        if refused is not None and not usable:
            return refused
        recorder.prepare()
        retries = {model: self._sender.retry_state() for model in usable}
        result: Completion | Failure | None = None
        while (model := await self._failover.next_model(retries)) is not None:
            call = self.builder.call_for(model, question, row, recorder)
            with self.credits.reserved(model, row):
                observer: CallObserver = self.guards.before(model, recorder, row.route.cap)
                if why_not is not None:
                    observer = LastLook(observer, why_not)
                result = await self._sender.send(call, observer, retries[model], capped=row.route.cap is not None)
            self.builder.learn_room(question, model, call, result)
            task = row.route.certified_task or (row.certified.signature if row.certified else None)
            self.redirects.notice(model, result, task)
            if isinstance(result, Failure) and self._failover.holds_back(model, result):
                continue
            if isinstance(result, Completion) or not policy_of(result).fails_over:
                break
            if self._sender.has_shown or self.halted:
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

        The failure is one of these models: a later step of a chain may take what they do not. No model takes
        what is defective.
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
        return self._sender.halted

    @property
    def refusal(self) -> str | None:
        """Why a request did not fit under the run's cap, with what is spent by now; None where all did."""
        return self.guards.refusal

    def is_alive(self, step: Step) -> bool:
        """Return whether any model of a step may still be called."""
        return any(self._failover.may_call(model) for model in self.places(step))

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

    def expected_saving(self, row: PlannedRow, model: ModelRef) -> Decimal:
        """Return the dollars that a call for a row is expected to cost less thanks to its provider's cache."""
        return self._sender.expected_saving(row, model)
