"""Pairs for tuning: a share of prompts is also sent to other models, and all their completions are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.answers.hedging import hedging
from scrimp.config.resolved.arms import called_name
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.tune.model_calls import ModelCalls, ModelReply, Take
from scrimp.flows.tune.pairs.collected_prompts import CollectedPrompts
from scrimp.flows.tune.pairs.observed_gains import refresh_task_gains
from scrimp.store.tuning.pairs import PairStore, StoredPrompt, StoredReply
from scrimp.values import Answer, Entry, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

SHADOW_ROUTE = "shadow"  # route of these calls in the ledger
WATCH_ROUTE = "quality-shadow"  # route of calls that watch certified routes


class KnownAnswer(Struct, frozen=True):
    """A model's (provider/model) answer that needs no call; its cost is that of this one call.

    `task` is the name of the certified task that its route was found by, where the prompt alone does not tell it.
    """

    prompt: Prompt
    answer: Answer
    model: str
    task: str | None = None


class PairCollector:
    """Sends prompts to several models and stores their completions; the ledger has the calls under one route."""

    def __init__(
        self, options: RunOptions, services: Services, *, route: str = SHADOW_ROUTE, gold: str | None = None,
        observe: Take | None = None, billed: Callable[[Entry], None] | None = None,
    ) -> None:  # fmt: skip
        """`options` are for every model; their route names the task, and `gold` the column with the right answer.

        `observe` gets the replies of models that were called, `billed` the entry of each call.
        """
        self._services, self._observe = services, observe
        self.collected = CollectedPrompts(options, services, gold)
        self.calls = ModelCalls(options, services, route=route, billed=billed)
        self._pairs = PairStore(services.paths.ledger_db)
        self._known: set[tuple[int, str]] = set()  # index of the prompt, model
        self._found: dict[int, str] = {}  # names of certified tasks, by index of the prompt
        self.completions = 0  # that were stored

    @property
    def prompts(self) -> int:
        """How many prompts were taken."""
        return self.collected.count

    def close(self) -> None:
        """Update the prior's gains by the collected tasks, and close the file."""
        try:
            if self.collected.tasks:
                refresh_task_gains(self._services, self._pairs, self.collected.tasks)
        finally:
            self._pairs.close()

    def planned(self, prompts: Sequence[Prompt]) -> list[StoredPrompt]:
        """Return prompts as they will be stored; InputError if the column of right answers is missing."""
        return [self._prompt(prompt) for prompt in prompts]

    def collect(self, prompts: Iterable[Prompt], models: Sequence[str]) -> RunStop | None:
        """Send the prompts to one model after the other; return why that ended early.

        What the cache holds costs nothing; the cap of --max-cost is for all models together. It cuts off whole prompts,
        as does an interrupt, since they are sent in groups. Raises ConfigError for an unknown model. A model that is
        asked for another effort than its own is stored with it.
        """
        called = [(self._services.routes.model(model), self.name_of(model)) for model in models]
        for group in self.collected.groups(prompts):
            for model, name in called:
                rest = [prompt for prompt in group if (prompt.index, name) not in self._known]
                stop = self.calls.call(rest, model, self._storing(name))
                if stop is not None:
                    return stop
        return None

    def name_of(self, model: str) -> str:
        """Return the name that a model's completions are stored under."""
        routes = self._services.routes
        called = routes.model(model)
        return called_name(called, self.calls.options.parameters.effort, routes.endpoints[called.provider])

    def add(self, known: Sequence[KnownAnswer]) -> None:
        """Store answers that models have given already; these models are not called for them again."""
        self._found.update((one.prompt.index, one.task) for one in known if one.task is not None)
        self._pairs.put([self._stored(one.prompt, one.model, one.answer) for one in known])
        self._known.update((one.prompt.index, one.model) for one in known)
        self.completions += len(known)

    def _storing(self, model: str) -> Take:
        def store(replies: Sequence[ModelReply]) -> None:
            self._pairs.put([self._stored(one.prompt, model, one.answer, one.rejection) for one in replies])
            self.completions += len(replies)
            if self._observe is not None:
                self._observe(replies)

        return store

    def _stored(self, prompt: Prompt, model: str, answer: Answer, rejection: str | None = None) -> StoredPrompt:
        """Return a prompt with one reply; a rejected one is wrong, and asserts nothing."""
        score, scored_by = (0.0, rejection) if rejection else self.collected.label(prompt, answer.output)
        counts = hedging(answer.output if answer.raw is None else answer.raw)
        reply = StoredReply(
            model=model, output="" if rejection else answer.output, confidence=answer.confidence, cost=answer.cost,
            hedges=counts.hedges, words=counts.words, score=score, scored_by=scored_by,
        )  # fmt: skip
        stored = self._prompt(prompt)
        self.collected.note(stored)
        return replace(stored, replies=(reply,))

    def _prompt(self, prompt: Prompt) -> StoredPrompt:
        return self.collected.stored(prompt, self._found.get(prompt.index))


def note_command(services: Services, tasks: Iterable[str], words: Sequence[str]) -> None:
    """Keep the words of the command that runs the prompts of tasks that were collected."""
    with PairStore(services.paths.ledger_db) as pairs:
        pairs.note_command(sorted(tasks), words, services.clock())
