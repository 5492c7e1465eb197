"""Calls of tuning itself: a model gets prompts that others were asked, under one cap; cached completions are free."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.billing.row_cost import cost_in_run
from scrimp.failures import policy_of
from scrimp.flows import live
from scrimp.flows.engine.run_hooks import RunHooks
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.prices.model_names import is_same_model
from scrimp.units import format_dollars
from scrimp.values import Answer, Answered, Entry, Failed, ModelRef, Outcome, OutcomeSink, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services


class ModelReply(Struct, frozen=True):
    """What a model returned for a prompt, and in a word why that is not what was asked for.

    A prompt that it declined with an error has an answer without text, which no cache has.
    """

    prompt: Prompt
    answer: Answer
    rejection: str | None = None


Take = Callable[[Sequence[ModelReply]], None]


class ModelCalls:
    """Puts prompts to single models and hands on what they returned themselves, not another model in their place."""

    def __init__(
        self, options: RunOptions, services: Services, *, route: str, billed: Callable[[Entry], None] | None = None
    ) -> None:
        """`options` are for every model; the ledger has the calls under `route`, and their own names the task.

        `billed` gets the entry of each call, and of what is stored for them.
        """
        labels = replace(options.labels, route=route, task=options.labels.route or "")
        self.options = replace(options, check=None, chain=None, model=None, corrections=0, labels=labels)
        self._services, self._billed = services, billed
        self._hooks = RunHooks(paid_without_row=billed)
        self.spent = Decimal(0)  # dollars
        self.failed = 0  # prompts

    def call(
        self, prompts: Sequence[Prompt], model: ModelRef, take: Take, *, options: RunOptions | None = None
    ) -> RunStop | None:
        """Put prompts to a model; return why that ended early. The cap of --max-cost is for all such calls together."""
        options = options or self.options
        rest = self._not_in_tiers(prompts, model, take, options)
        if not rest:
            return None
        cap = options.limits.max_cost
        limits = replace(
            options.limits, max_cost=None if cap is None else max(cap - self.spent, Decimal(0)), budget=None
        )  # fmt: skip
        options = replace(options, tier=None, model=model.id, limits=limits)
        stop = live.run(
            iter(rest), options, self._services, self._sink(take, model), one_by_one=False, hooks=self._hooks
        )
        return stop if stop is None or limits.max_cost == cap else with_whole_cap(stop, cap)

    def _not_in_tiers(
        self, prompts: Sequence[Prompt], model: ModelRef, take: Take, options: RunOptions
    ) -> Sequence[Prompt]:
        """Hand on what the model answered on behalf of a tier; return the other prompts.

        A tier's completions are cached under the name of the tier, for any of its models may give them.
        """
        rest = prompts
        for tier, members in self._services.routes.tiers.items():
            if rest and options.cache == "on" and len(members) > 1 and model in members:
                answered = self._take_cached(rest, replace(options, tier=tier, cache="only"), model, members, take)
                rest = [prompt for prompt in rest if prompt.index not in answered]
        return rest

    def _take_cached(
        self, prompts: Sequence[Prompt], options: RunOptions, model: ModelRef, members: Sequence[ModelRef], take: Take
    ) -> Collection[int]:
        """Hand on the cached completions of a tier that this model gave; return the indexes of their prompts."""
        found: dict[int, ModelReply] = {}

        def remember(outcomes: Sequence[Outcome]) -> None:
            for outcome in outcomes:
                if not isinstance(outcome, Answered) or not answered_itself(outcome.answer):
                    continue
                if answering_model(outcome.answer, members) == model:
                    found[outcome.prompt.index] = ModelReply(outcome.prompt, outcome.answer)

        live.run(iter(prompts), options, self._services, remember, one_by_one=False)
        take(list(found.values()))
        return found

    def _sink(self, take: Take, model: ModelRef) -> OutcomeSink:
        def hand_on(outcomes: Sequence[Outcome]) -> None:
            take([reply for outcome in outcomes if (reply := _reply(outcome, model)) is not None])
            self.failed += sum(not isinstance(outcome, Answered) for outcome in outcomes)
            for entry in (entry for outcome in outcomes for entry in outcome.entries):
                self.spent += entry.cost or Decimal(0)
                if self._billed is not None:
                    self._billed(entry)

        return hand_on


def with_whole_cap(stop: RunStop, cap: Decimal | None) -> RunStop:
    """Return a stop that names the whole cap where its own limit was only the rest of it."""
    if stop.reason != "budget" or cap is None:
        return stop
    return replace(
        stop, message=f"stopped before the cap of {format_dollars(cap)} was passed; rerun the same command to resume"
    )


def answering_model(answer: Answer, members: Iterable[ModelRef]) -> ModelRef | None:
    """Return which of these models was called for an answer, by the name in the call.

    Answers cached before scrimp stored that name have only the model's own, which may end in a date.
    """
    named = [
        model
        for model in members
        if model.provider == answer.provider
        and model.arm in (None, answer.effort)
        and (
            model.model == answer.called_as
            if answer.called_as is not None
            else answer.model == model.model or answer.model.startswith(f"{model.model}-")
        )
    ]
    return max(named, key=lambda model: len(model.model), default=None)


def answered_itself(answer: Answer) -> bool:
    """Return whether the model that was called answered: another one's completion says nothing about it."""
    return answer.called_as is None or is_same_model(answer.called_as, answer.model)


def _reply(outcome: Outcome, model: ModelRef) -> ModelReply | None:
    """Return what a model made of a prompt itself; None where that is not known, since the call failed."""
    if outcome.answer is not None:
        own = answered_itself(outcome.answer)
        return ModelReply(outcome.prompt, outcome.answer, _rejection(outcome)) if own else None
    if isinstance(outcome, Answered) or not policy_of(outcome.failure).is_answer:
        return None
    return ModelReply(outcome.prompt, _declined(outcome, model), _rejection(outcome))


def _declined(outcome: Failed, model: ModelRef) -> Answer:
    """Return the answer of a model that declined a prompt with an error: no text, at what its calls cost."""
    cost, kind = cost_in_run(outcome), outcome.failure.kind
    return Answer(output="", model=model.model, provider=model.provider, finish_reason=kind, cost=cost)


def _rejection(outcome: Outcome) -> str | None:
    """Return in a word why a completion is not what was asked for; a chain would climb past it."""
    if isinstance(outcome, Answered):
        return None
    return "truncated" if outcome.status == "truncated" else outcome.failure.kind
