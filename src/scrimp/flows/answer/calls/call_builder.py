"""A row and a question of its chain become the call of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.answer.calls.call_parameters import CallParameters
from scrimp.flows.spend.cost_bound import BOUNDED_OUTPUT
from scrimp.providers.requests.output_caps import default_cap, thought_budget
from scrimp.values import Attachment, Call, Completion, Failure, Message, ModelRef, Parameters

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.providers.endpoint import Endpoint


class CallBuilder:
    """Builds the calls of a run."""

    def __init__(
        self, options: RunOptions, endpoints: Mapping[str, Endpoint], warn: Callable[[str], None], *, streams: bool
    ) -> None:
        """`streams` asks for streamed completions, of rows that go to one model."""
        self._endpoints, self._streams = endpoints, streams
        self._parameters = CallParameters(options, endpoints, warn)

    def call_for(self, model: ModelRef, question: CallStep, row: PlannedRow, recorder: RowRecorder) -> Call:
        """Return the call for a prompt, or for a question about one, which stands alone."""
        about_a_completion = _about_a_completion(question)
        if about_a_completion:
            parameters = self._parameters.of_question(question.parameters or Parameters(), model)
        else:
            parameters = (self.with_room(model, row) if question.raised else None) or self._parameters.of(model)
        parameters = _bounded(parameters, row)
        endpoint = self._endpoints[model.provider]
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
            thought_budget=thought_budget(endpoint, model.model, parameters),
            default_cap=None if parameters.max_output else default_cap(model.model, endpoint, parameters),
        )  # fmt: skip

    def learn_room(self, question: CallStep, model: ModelRef, call: Call, result: Completion | Failure) -> None:
        """Remember a raised cap under which a completion had room, for later calls."""
        if question.raised and isinstance(result, Completion) and result.text.strip():
            self._parameters.learn_room(model, call.parameters.max_output or 0)

    def with_room(self, model: ModelRef, row: PlannedRow) -> Parameters | None:
        """Return what a call asks for under a higher cap; None where it had none, or there is no higher one."""
        return self._parameters.with_room(_bounded(self._parameters.as_given(model), row), model)


def _bounded(parameters: Parameters, row: PlannedRow) -> Parameters:
    """Return the parameters; if the row's rule caps dollars, with a cap on output: every call needs a bound then."""
    unbounded = row.route.cap is not None and parameters.max_output is None
    return replace(parameters, max_output=BOUNDED_OUTPUT) if unbounded else parameters


def _about_a_completion(question: CallStep) -> bool:
    """Return whether a model is asked about a completion, and not for one."""
    return question.parameters is not None or question.predicate is not None


def attached_to(question: CallStep, row: PlannedRow) -> tuple[Attachment, ...]:
    """Return what goes with a question: a judge has to see what the prompt is about, a predicate is one of a text."""
    return () if question.predicate is not None else row.prompt.attachments
