"""Pairs for tuning: a share of prompts is also put to other models, and what they say is kept beside each other."""

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
from scrimp.render.amounts import money
from scrimp.routing.task import kind_of_task, signature_of
from scrimp.store.pairs import OutputSpec, PairStore, StoredPrompt, StoredReply
from scrimp.values import Answer, Answered, Json, ModelRef, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

SHADOW = "shadow"  # the route of such calls in the ledger
_WHOLE = 1 << 32
_TOGETHER = 64  # prompts


class KnownAnswer(Struct, frozen=True):
    """What a model (provider/model) has said to a prompt already; the answer's cost is that of its call."""

    prompt: Prompt
    answer: Answer
    model: str


def in_share(prompt: Prompt, share: float) -> bool:
    """Say whether a prompt is in that share of all: always the same ones, whatever stands around them."""
    name = fingerprint.key(b"", text=prompt.text, system=prompt.system, history=prompt.history)
    return int.from_bytes(name[:4]) < share * _WHOLE


def sampled(prompts: Iterable[Prompt], share: float) -> Iterator[Prompt]:
    """Yield about that share of the prompts."""
    return (prompt for prompt in prompts if in_share(prompt, share))


class PairCollector:
    """Puts prompts to several models and keeps what they say; the ledger has the calls under the route `label`."""

    def __init__(self, asked: RunOptions, services: Services, *, label: str = SHADOW, gold: str | None = None) -> None:
        """`asked` is for every model; its own route names the task, and `gold` the column with the right answer."""
        self._services, self._name, self._gold = services, asked.labels.route, gold
        labels = replace(asked.labels, route=label, task=self._name or "")
        self._asked = replace(asked, check=None, chain=None, labels=labels)
        self._pairs = PairStore(services.paths.ledger_db)
        self._heard: set[tuple[int, str]] = set()
        self.spent = Decimal(0)  # dollars
        self.prompts = self.kept = self.failed = 0  # prompts, and completions

    def close(self) -> None:
        """Let go of the file."""
        self._pairs.close()

    def gather(self, prompts: Iterable[Prompt], models: Sequence[str]) -> RunStop | None:
        """Put the prompts to one model after the other; return why that ended early.

        What the cache holds costs nothing; the cap of --max-cost is for all models together. Some prompts are put to
        all models before the next ones are to any, so that what a cap or a signal cuts off are whole prompts. Raises
        ConfigError where a model is none.
        """
        called = [self._services.routes.model(model) for model in models]
        source = iter(prompts)
        while group := list(islice(source, _TOGETHER)):
            self.prompts += len(group)
            for model in called:
                stop = self._put(self._unknown(group, model), model.id)
                if stop is not None:
                    return capped(stop, self._asked.limits.max_cost)
        return None

    def heard(self, said: Sequence[KnownAnswer]) -> None:
        """Keep what models have said already; they are not asked again."""
        self._pairs.put([self._kept(each.prompt, each.model, each.answer) for each in said])
        self._heard.update((each.prompt.index, each.model) for each in said)
        self.kept += len(said)

    def _put(self, prompts: Sequence[Prompt], model: str) -> RunStop | None:
        cap = self._asked.limits.max_cost
        limits = replace(self._asked.limits, max_cost=None if cap is None else max(cap - self.spent, Decimal(0)))
        asked = replace(self._asked, tier=None, model=model, limits=limits)
        return live.run(iter(prompts), asked, self._services, self._sink(model), live=False) if prompts else None

    def _unknown(self, prompts: Sequence[Prompt], model: ModelRef) -> list[Prompt]:
        """Keep what the model said when it answered for a tier; return the other prompts.

        A tier's completions are found under the name of the tier, for any of its models may give them.
        """
        left = [prompt for prompt in prompts if (prompt.index, model.id) not in self._heard]
        for tier, members in self._services.routes.tiers.items():
            if left and self._asked.cache == "on" and len(members) > 1 and model in members:
                known = self._known(left, tier, model, members)
                left = [prompt for prompt in left if prompt.index not in known]
        return left

    def _known(
        self, prompts: Sequence[Prompt], tier: str, model: ModelRef, members: Sequence[ModelRef]
    ) -> Collection[int]:
        found: dict[int, StoredPrompt] = {}

        def take(outcomes: Sequence[Outcome]) -> None:
            for outcome in outcomes:
                if isinstance(outcome, Answered) and maker(outcome.answer, members) == model:
                    found[outcome.prompt.index] = self._kept(outcome.prompt, model.id, outcome.answer)

        live.run(iter(prompts), replace(self._asked, tier=tier, cache="only"), self._services, take, live=False)
        self._pairs.put(list(found.values()))
        self.kept += len(found)
        return found

    def _sink(self, model: str) -> live.Sink:
        def take(outcomes: Sequence[Outcome]) -> None:
            said = [
                self._kept(outcome.prompt, model, outcome.answer, _broken(outcome))
                for outcome in outcomes
                if outcome.answer is not None
            ]
            self._pairs.put(said)
            self.kept += len(said)
            self.failed += sum(not isinstance(outcome, Answered) for outcome in outcomes)
            self.spent += sum(
                (entry.cost or Decimal(0) for outcome in outcomes for entry in outcome.entries), Decimal(0)
            )

        return take

    def _scored(self, prompt: Prompt, answer: Answer) -> tuple[float | None, str | None]:
        """Hold a completion against the row's right answer; InputError where the row has none."""
        if self._gold is None:
            return None, None
        value = (prompt.row or {}).get(self._gold)
        if value is None:
            raise InputError(f"{prompt.source}: there is no '{self._gold}' to hold completions against: see --gold")
        asked = self._asked.parameters
        right = canonical(_as_text(value), asked.choices, asked.schema)
        said = canonical(answer.output, asked.choices, asked.schema)
        return float(right is not None and said == right), "gold"

    def _kept(self, prompt: Prompt, model: str, answer: Answer, broken: str | None = None) -> StoredPrompt:
        """Return a prompt with one reply; one that broke what was asked of it is wrong, and asserts nothing."""
        parameters = self._asked.parameters
        wanted = OutputSpec(parameters.choices, parameters.schema)
        score, by = (0.0, broken) if broken else self._scored(prompt, answer)
        looks = hedging(answer.output)
        reply = StoredReply(
            model=model, output="" if broken else answer.output, confidence=answer.confidence, cost=answer.cost,
            hedges=looks.hedges, words=looks.words, score=score, scored_by=by,
        )  # fmt: skip
        return StoredPrompt(
            key=key_of(prompt, wanted), kind=kind_of_task(prompt, parameters), text=prompt.text, asked=wanted,
            signature=signature_of(prompt, parameters, self._name),
            time=self._services.clock(), replies=(reply,),
        )  # fmt: skip


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def capped(stop: RunStop, cap: Decimal | None) -> RunStop:
    """Return a stop that speaks of the whole cap where it was told of what was left of it."""
    if stop.reason != "budget" or cap is None:
        return stop
    return replace(stop, message=f"stopped before the cap of {money(cap)} was passed; rerun the same command to resume")


def maker(answer: Answer, members: Iterable[ModelRef]) -> ModelRef | None:
    """Return which of these models gave an answer: a provider may report a longer name than it was called by."""
    named = [
        model
        for model in members
        if model.provider == answer.provider
        and (answer.model == model.model or answer.model.startswith(f"{model.model}-"))
    ]
    return max(named, key=lambda model: len(model.model), default=None)


def _broken(outcome: Outcome) -> str | None:
    """Return in a word why a completion is not what was asked for; a chain would climb past it."""
    if isinstance(outcome, Answered):
        return None
    return "truncated" if outcome.status == "truncated" else outcome.failure.kind


def key_of(prompt: Prompt, wanted: OutputSpec) -> str:
    """Return the name of what was asked, whoever answers."""
    asked = msgspec.json.encode(wanted)
    return fingerprint.key(asked, text=prompt.text, system=prompt.system, history=prompt.history).hex()
