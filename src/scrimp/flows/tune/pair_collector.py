"""Pairs for tuning: a share of prompts is also sent to other models, and all their completions are stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scrimp import fingerprint
from scrimp.answers.canonical import canonical
from scrimp.answers.hedging import hedging
from scrimp.errors import InputError
from scrimp.flows import live
from scrimp.flows.engine.run_stop import RunStop
from scrimp.prices.model_names import is_same_model
from scrimp.routing.task_signature import task_kind, task_signature
from scrimp.store.pairs import OutputSpec, PairStore, StoredPrompt, StoredReply
from scrimp.units import format_dollars
from scrimp.values import Answer, Answered, Json, ModelRef, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

SHADOW_ROUTE = "shadow"  # of such calls in the ledger
_HASH_RANGE = 1 << 32
_GROUP = 64  # prompts


class KnownAnswer(Struct, frozen=True):
    """A model's (provider/model) answer that needs no call; its cost is that of this one call."""

    prompt: Prompt
    answer: Answer
    model: str


def in_share(prompt: Prompt, share: float) -> bool:
    """Return whether a prompt is in that share of all: always the same ones, whatever other prompts there are."""
    name = _key(prompt, b"")
    return int.from_bytes(name[:4]) < share * _HASH_RANGE


def sampled(prompts: Iterable[Prompt], share: float) -> Iterator[Prompt]:
    """Yield about that share of the prompts."""
    return (prompt for prompt in prompts if in_share(prompt, share))


class PairCollector:
    """Sends prompts to several models and stores their completions; the ledger has the calls under one route."""

    def __init__(
        self, options: RunOptions, services: Services, *, route: str = SHADOW_ROUTE, gold: str | None = None
    ) -> None:
        """`options` are for every model; their route names the task, and `gold` the column with the right answer."""
        self._services, self._name, self._gold = services, options.labels.route, gold
        labels = replace(options.labels, route=route, task=self._name or "")
        self._options = replace(options, check=None, chain=None, corrections=0, labels=labels)
        self._pairs = PairStore(services.paths.ledger_db)
        self._known: set[tuple[int, str]] = set()  # index of the prompt, model
        self.spent = Decimal(0)  # dollars
        self.prompts = self.completions = self.failed = 0  # `completions` are those stored

    def close(self) -> None:
        """Close the file."""
        self._pairs.close()

    def collect(self, prompts: Iterable[Prompt], models: Sequence[str]) -> RunStop | None:
        """Send the prompts to one model after the other; return why that ended early.

        What the cache holds costs nothing; the cap of --max-cost is for all models together. A group of prompts is sent
        to all models before the next one is to any, so that a cap or an interrupt cuts off whole prompts. Raises
        ConfigError for an unknown model.
        """
        called = [self._services.routes.model(model) for model in models]
        source = iter(prompts)
        while group := list(islice(source, _GROUP)):
            self.prompts += len(group)
            for model in called:
                stop = self._call(self._not_yet_answered(group, model), model.id)
                if stop is not None:
                    return with_whole_cap(stop, self._options.limits.max_cost)
        return None

    def add(self, known: Sequence[KnownAnswer]) -> None:
        """Store answers that models have given already; these models are not called for them again."""
        self._pairs.put([self._stored(one.prompt, one.model, one.answer) for one in known])
        self._known.update((one.prompt.index, one.model) for one in known)
        self.completions += len(known)

    def _call(self, prompts: Sequence[Prompt], model: str) -> RunStop | None:
        cap = self._options.limits.max_cost
        limits = replace(self._options.limits, max_cost=None if cap is None else max(cap - self.spent, Decimal(0)))
        options = replace(self._options, tier=None, model=model, limits=limits)
        return (
            live.run(iter(prompts), options, self._services, self._sink(model), one_by_one=False) if prompts else None
        )

    def _not_yet_answered(self, prompts: Sequence[Prompt], model: ModelRef) -> list[Prompt]:
        """Store what the model answered on behalf of a tier; return the other prompts.

        A tier's completions are cached under the name of the tier, for any of its models may give them.
        """
        rest = [prompt for prompt in prompts if (prompt.index, model.id) not in self._known]
        for tier, members in self._services.routes.tiers.items():
            if rest and self._options.cache == "on" and len(members) > 1 and model in members:
                answered = self._store_cached(rest, tier, model, members)
                rest = [prompt for prompt in rest if prompt.index not in answered]
        return rest

    def _store_cached(
        self, prompts: Sequence[Prompt], tier: str, model: ModelRef, members: Sequence[ModelRef]
    ) -> Collection[int]:
        """Store the cached completions of a tier that this model gave; return the indexes of their prompts."""
        stored: dict[int, StoredPrompt] = {}

        def take(outcomes: Sequence[Outcome]) -> None:
            for outcome in outcomes:
                if not isinstance(outcome, Answered) or not answered_itself(outcome.answer):
                    continue
                if answering_model(outcome.answer, members) == model:
                    stored[outcome.prompt.index] = self._stored(outcome.prompt, model.id, outcome.answer)

        live.run(iter(prompts), replace(self._options, tier=tier, cache="only"), self._services, take, one_by_one=False)
        self._pairs.put(list(stored.values()))
        self.completions += len(stored)
        return stored

    def _sink(self, model: str) -> live.Sink:
        def take(outcomes: Sequence[Outcome]) -> None:
            stored = [
                self._stored(outcome.prompt, model, outcome.answer, _rejection(outcome))
                for outcome in outcomes
                if outcome.answer is not None and answered_itself(outcome.answer)
            ]
            self._pairs.put(stored)
            self.completions += len(stored)
            self.failed += sum(not isinstance(outcome, Answered) for outcome in outcomes)
            self.spent += sum(
                (entry.cost or Decimal(0) for outcome in outcomes for entry in outcome.entries), Decimal(0)
            )

        return take

    def _gold_score(self, prompt: Prompt, answer: Answer) -> tuple[float | None, str | None]:
        """Compare a completion with the row's right answer; InputError where the row has none."""
        if self._gold is None:
            return None, None
        gold = (prompt.row or {}).get(self._gold)
        if gold is None:
            raise InputError(
                f"{prompt.source}: there is no column '{self._gold}' with the right answer: correct the row or --gold"
            )
        parameters = self._options.parameters
        right = canonical(_as_text(gold), parameters.choices, parameters.schema)
        asserted = canonical(answer.output, parameters.choices, parameters.schema)
        return float(right is not None and asserted == right), "gold"

    def _stored(self, prompt: Prompt, model: str, answer: Answer, rejection: str | None = None) -> StoredPrompt:
        """Return a prompt with one reply; a rejected one is wrong, and asserts nothing."""
        parameters = self._options.parameters
        output_spec = OutputSpec(parameters.choices, parameters.schema)
        score, scored_by = (0.0, rejection) if rejection else self._gold_score(prompt, answer)
        counts = hedging(answer.output if answer.raw is None else answer.raw)
        reply = StoredReply(
            model=model, output="" if rejection else answer.output, confidence=answer.confidence, cost=answer.cost,
            hedges=counts.hedges, words=counts.words, score=score, scored_by=scored_by,
        )  # fmt: skip
        return StoredPrompt(
            key=prompt_key(prompt, output_spec), kind=task_kind(prompt, parameters), text=prompt.text,
            asked=output_spec, signature=task_signature(prompt, parameters, self._name),
            time=self._services.clock(), replies=(reply,),
        )  # fmt: skip


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


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


def _rejection(outcome: Outcome) -> str | None:
    """Return in a word why a completion is not what was asked for; a chain would climb past it."""
    if isinstance(outcome, Answered):
        return None
    return "truncated" if outcome.status == "truncated" else outcome.failure.kind


def prompt_key(prompt: Prompt, output_spec: OutputSpec) -> str:
    """Return the key of a prompt and the output asked for, whichever model answers."""
    encoded = msgspec.json.encode(output_spec)
    return _key(prompt, encoded).hex()


def _key(prompt: Prompt, asked: bytes) -> bytes:
    return fingerprint.key(
        asked, text=prompt.text, system=prompt.system, history=prompt.history, attachments=prompt.attachments
    )
