"""One step of a chain: its first model that is of use is called, and the next one when that turns out not to be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.failures import policy_of
from scrimp.flows.answer.prefix_warmup import long_prefix
from scrimp.flows.spend.budget import Budget
from scrimp.flows.spend.spend_guard import BOUNDED_OUTPUT, SpendGuard
from scrimp.providers.endpoint import Endpoint
from scrimp.values import Call, Completion, Failure, ModelRef, Parameters, RuleCap, Step

if TYPE_CHECKING:
    from scrimp.escalation.questions import CallStep
    from scrimp.flows.answer.prefix_warmup import PrefixWarmup
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.prices.book import PriceBook
    from scrimp.transport.client import ProviderClient
    from scrimp.transport.limits.health import ProviderHealth
    from scrimp.transport.limits.retry import RetryState


class StepResult(Struct, frozen=True):
    """What a step gave, and the model that gave it; none where nobody could be called."""

    made: Completion | Failure
    model: ModelRef | None


class StepCaller:
    """Calls steps for all rows of a run."""

    def __init__(
        self,
        *,
        asked: RunOptions,
        door: ProviderClient,
        circuits: ProviderHealth,
        warming: PrefixWarmup,
        endpoints: Mapping[str, Endpoint],
        available: Collection[str],
        budget: Budget,
        prices: PriceBook,
        warn: Callable[[str], None],
        show: Callable[[str], None] | None = None,
    ) -> None:
        self._asked, self._door, self._endpoints, self._available = asked, door, endpoints, available
        self._circuits, self._warming, self._budget, self._prices = circuits, warming, budget, prices
        self._show, self._shown = show, False
        self._warn, self._told = warn, set[tuple[ModelRef, ModelRef | None]]()
        self._parameters_of: dict[ModelRef, Parameters] = {}
        self._caps: dict[str, Budget] = {}  # of rules

    async def call(self, ask: CallStep, work: PlannedRow, book: RowRecorder) -> StepResult:
        """Return what a step gave, and which model gave it.

        A model in trouble is left for the next one; only where all are in trouble is the first to recover waited for.
        """
        step = ask.step
        left = {model: self._door.tries() for model in step.candidates if model.provider in self._available}
        result: Completion | Failure | None = None
        called: ModelRef | None = None
        while (model := await self._next(left)) is not None:
            call, cap = self._call(model, ask, work, book), work.route.cap
            result, called = await self._called(call, model, book, left[model], cap), model
            if isinstance(result, Completion) or not policy_of(result).fails_over or self._shown or self._door.halted:
                break  # what a person has read half of is not begun again by another model
            if left[model].over:
                del left[model]
        return StepResult(result or self._nobody(step), called)

    def alive(self, step: Step) -> bool:
        """Say whether any model of a step may still be called."""
        return any(
            self._circuits.failure(model.provider, model.model) is None
            for model in step.candidates
            if model.provider in self._available
        )

    async def _next(self, left: Collection[ModelRef]) -> ModelRef | None:
        """Return the first model that takes calls; wait for one to recover where none does; None where that is vain."""
        names = {(model.provider, model.model): model for model in left}
        while True:
            for name, model in names.items():
                if self._circuits.ready(*name):
                    self._tell(left, model)
                    return model
            if all(self._circuits.failure(*name) is not None for name in names):
                return None
            self._tell(left, None)
            await self._circuits.recovery(list(names))

    def _tell(self, left: Iterable[ModelRef], called: ModelRef | None) -> None:
        """Say once of each model in trouble who is called in its place, or that it is waited for."""
        for model in left:
            if model is called:
                return
            trouble = self._circuits.trouble(model.provider, model.model)
            if trouble is None or (model, called) in self._told:
                continue
            self._told.add((model, called))
            instead = "it is tried again soon" if called is None else f"{called.id} is called instead"
            self._warn(f"{model.id} is left alone for now, {instead}: {trouble.message}")

    def _nobody(self, step: Step) -> Failure:
        for model in step.candidates:
            if down := self._circuits.failure(model.provider, model.model):
                return replace(down, sent=False)
        wanted = " or ".join(_key_hint(self._endpoints[model.provider]) for model in step.candidates)
        return Failure(kind="auth", message=f"no provider of '{step.name}' has a key: set {wanted}", sent=False)

    def _witness(self, book: RowRecorder, cap: RuleCap | None) -> RowRecorder | SpendGuard:
        """Return who pays: nobody looks, or the run's purse, or that of the rule's cap before it."""
        limits, unpriced = self._asked.limits, self._asked.limits.allow_unpriced
        paying: RowRecorder | SpendGuard = book
        if limits.max_cost is not None:
            paying = SpendGuard(book, self._budget, self._prices, allow_unpriced=unpriced)
        if cap is None:
            return paying
        budget = self._caps.setdefault(cap.name, Budget(cap.dollars))
        return SpendGuard(paying, budget, self._prices, allow_unpriced=unpriced, rule=cap.name)

    async def _called(
        self, call: Call, model: ModelRef, book: RowRecorder, tries: RetryState, cap: RuleCap | None
    ) -> Completion | Failure:
        endpoint, witness = self._endpoints[model.provider], self._witness(book, cap)
        show = self._showing if call.stream else None
        beginning = long_prefix(call)
        if beginning is None:
            return await self._door.complete(call, endpoint, witness, tries, show=show)
        async with self._warming.turn(call, beginning):
            return await self._door.complete(call, endpoint, witness, tries, show=show)

    def _showing(self, piece: str) -> None:
        self._shown = True
        if self._show is not None:
            self._show(piece)

    def _call(self, model: ModelRef, ask: CallStep, work: PlannedRow, book: RowRecorder) -> Call:
        """Return the call for a prompt, or for a question about one, which stands alone."""
        about = ask.parameters is not None or ask.predicate is not None
        parameters = self._parameters(model)
        if about:
            asked = ask.parameters or Parameters()
            parameters = self._with_logprobs(replace(asked, effort=asked.effort or model.effort), model)
        if work.route.cap is not None and parameters.max_output is None:
            parameters = replace(parameters, max_output=BOUNDED_OUTPUT)
        return Call(
            provider=model.provider, model=model.model, text=ask.text or work.text,
            system=None if about else work.system, history=() if about else work.history, parameters=parameters,
            stream=self._show is not None and len(work.route.chain.steps) == 1, step=ask.index, ahead=book.begun,
            predicate=ask.predicate,
        )  # fmt: skip

    def _parameters(self, model: ModelRef) -> Parameters:
        """Return what is asked of a model beside the text; the same for all rows of a run."""
        held = self._parameters_of.get(model)
        if held is None:
            asked = self._asked.parameters
            cap = asked.max_output or model.max_output
            if cap is None and self._asked.limits.max_cost is not None:
                cap = BOUNDED_OUTPUT
            parameters = replace(asked, max_output=cap, effort=asked.effort or model.effort)
            held = self._parameters_of[model] = self._with_logprobs(parameters, model)
        return held

    def _with_logprobs(self, parameters: Parameters, model: ModelRef) -> Parameters:
        """Ask for probabilities where a label is wanted and the model gives them: they cost nothing."""
        from scrimp.providers.capabilities import supports_logprobs  # noqa: PLC0415 - only a miss needs it

        wanted = bool(parameters.choices) and supports_logprobs(
            self._endpoints[model.provider], model.model, parameters.effort
        )
        return replace(parameters, logprobs=wanted)


def _key_hint(endpoint: Endpoint) -> str:
    return endpoint.key_env or endpoint.name
