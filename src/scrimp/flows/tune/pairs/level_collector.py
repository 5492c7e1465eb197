"""Pairs for a level of compression: a share of prompts goes twice to the same model, at the level and without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.compress import DEFAULT_KEEP
from scrimp.compress.options import CompressOptions
from scrimp.compression_version import compression_version
from scrimp.config.resolved.arms import called_name
from scrimp.enums import Level
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.plan.prompt_compressor import PromptCompressor
from scrimp.flows.planning import open_planner
from scrimp.flows.tune.model_calls import ModelCalls, ModelReply, Take
from scrimp.flows.tune.pairs.collected_prompts import CollectedPrompts
from scrimp.flows.tune.pairs.pair_collector import SHADOW_ROUTE, KnownAnswer
from scrimp.store.tuning.level_replies import EVERYTHING, LevelReply, LevelReplyStore, Side
from scrimp.store.tuning.pairs import StoredPrompt
from scrimp.values import ModelRef, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

WITHOUT = Side("lossless")  # every level is compared with this one: the whole prompt, unchanged in value
AGAIN = Side("lossless", sample=1)  # the same again, to see how often a model agrees with itself


class LevelComparison(Struct, frozen=True):
    """A level to be compared with none; `twice` asks for the prompt without it a second time."""

    side: Side
    twice: bool = False


def side_of(level: Level, keep: float | None) -> Side:
    """Return how prompts are sent at a level; a share to keep says nothing where the level leaves out no sentence."""
    selects = CompressOptions(level).selects_sentences
    return Side(level, (DEFAULT_KEEP if keep is None else keep) if selects else EVERYTHING)


def keep_of(side: Side) -> float | None:
    """Return the share of documents to keep as a run has it: None for the default one."""
    return None if side.keep in {DEFAULT_KEEP, EVERYTHING} else side.keep


class LevelCollector:
    """Sends prompts at a level and without it and stores both replies; the ledger has the calls under one route."""

    def __init__(
        self, options: RunOptions, services: Services, comparison: LevelComparison, *, gold: str | None = None
    ) -> None:
        """`options` route the prompts; their route names the task, and `gold` the column with the right answer."""
        self._services, self._comparison = services, comparison
        self.collected = CollectedPrompts(options, services, gold)
        self._planner = open_planner(options, services)
        self._version = compression_version()
        self._reused = options.cache == "on"
        self._store = LevelReplyStore(services.paths.ledger_db)
        self._compressors = {
            side: PromptCompressor(side.level, keep_of(side)) for side in (WITHOUT, comparison.side)
        }  # fmt: skip
        self.calls = ModelCalls(options, services, route=SHADOW_ROUTE)
        self.pairs = self.unchanged = self.in_chains = 0
        self.models: dict[str, None] = {}  # in the order they were called

    @property
    def prompts(self) -> int:
        """How many prompts were taken."""
        return self.collected.count

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def collect(self, prompts: Iterable[Prompt], models: Sequence[str] | None) -> RunStop | None:
        """Send the prompts to these models, by default to the one a run would call; return why that ended early.

        What the cache or the store holds costs nothing. Raises ConfigError for an unknown model.
        """
        named = None if models is None else [self._services.routes.model(model) for model in models]
        for group in self.collected.groups(prompts):
            for model, rows in self._by_model(group, named).items():
                self.models[self._name_of(model)] = None
                stop = self._collect_pairs(rows, model)
                if stop is not None:
                    return stop
        return None

    def planned(self, prompts: Sequence[Prompt]) -> list[StoredPrompt]:
        """Return prompts as they will be stored; InputError if the column of right answers is missing."""
        return [self._prompt(prompt) for prompt in prompts]

    def add(self, known: Sequence[KnownAnswer]) -> None:
        """Store answers that models have given already at the level; they are not called for them again."""
        named = [(ModelReply(one.prompt, one.answer), self._services.routes.model(one.model)) for one in known]
        self._store.put([self._stored(reply, model, self._comparison.side) for reply, model in named])

    def _by_model(
        self, group: Sequence[Prompt], named: Sequence[ModelRef] | None
    ) -> Mapping[ModelRef, Sequence[Prompt]]:
        """Return the prompts of each model; those that a run would send through a chain are left out."""
        if named is not None:
            return dict.fromkeys(named, group)
        by_model: defaultdict[ModelRef, list[Prompt]] = defaultdict(list)
        for prompt in group:
            model = self._services.routes.only_model(self._planner.router.route(prompt).chain)
            if model is None:
                self.in_chains += 1
            else:
                by_model[model].append(prompt)
        return by_model

    def _collect_pairs(self, group: Sequence[Prompt], model: ModelRef) -> RunStop | None:
        prompts = {self.collected.key(prompt): prompt for prompt in group}
        for side in (WITHOUT, AGAIN) if self._comparison.twice else (WITHOUT,):
            if (stop := self._call(self._missing(prompts, model, side), model, side)) is not None:
                return stop
        level = self._comparison.side
        changed = self._changed(prompts, model)
        stop = self._call(self._missing(changed, model, level), model, level)
        self.pairs += len(self._known(prompts, model, WITHOUT).keys() & self._known(prompts, model, level).keys())
        return stop

    def _call(self, prompts: Sequence[Prompt], model: ModelRef, side: Side) -> RunStop | None:
        """Put prompts to the model on one side; what older code had compressed is asked for again."""
        options = replace(self.calls.options, level=side.level, keep=keep_of(side), level_fixed=True)
        outdated: list[Prompt] = []
        stop = self.calls.call(prompts, model, self._storing(model, side, outdated), options=options)
        if stop is not None or not outdated:
            return stop
        again = replace(options, cache="refresh")
        return self.calls.call(outdated, model, self._storing(model, side, []), options=again)

    def _storing(self, model: ModelRef, side: Side, outdated: list[Prompt]) -> Take:
        def store(replies: Sequence[ModelReply]) -> None:
            current = [one for one in replies if side.level == WITHOUT.level or _is_current(one)]
            outdated.extend(one.prompt for one in replies if one not in current)
            self._store.put([self._stored(one, model, side) for one in current])

        return store

    def _changed(self, prompts: Mapping[str, Prompt], model: ModelRef) -> dict[str, Prompt]:
        """Return the prompts that the level changes; of others the reply without it is stored as the one at it."""
        level, plain = self._comparison.side, self._known(prompts, model, WITHOUT)
        changed = {key: prompt for key, prompt in prompts.items() if self._is_changed(prompt)}
        unchanged = prompts.keys() - changed.keys()
        known = self._known(prompts, model, level)
        self._store.put(
            [
                (self._prompt(prompts[key]), self._unchanged(plain[key]))
                for key in unchanged & plain.keys()
                if key not in known or plain[key].time > known[key].time
            ]
        )
        self.unchanged += len(unchanged)
        return changed

    def _unchanged(self, plain: LevelReply) -> LevelReply:
        """Return a reply without the level as the one at it, given now: only pairs since a moment may count."""
        time = max(plain.time, self._services.clock())
        return replace(plain, side=self._comparison.side, version=self._version, unchanged=True, time=time)

    def _is_changed(self, prompt: Prompt) -> bool:
        sent, plain = (self._compressors[side].compress(prompt) for side in (self._comparison.side, WITHOUT))
        return sent.texts != plain.texts

    def _missing(self, prompts: Mapping[str, Prompt], model: ModelRef, side: Side) -> list[Prompt]:
        """Return the prompts to send on a side: those without a stored reply, or without a label where there is one."""
        known = self._known(prompts, model, side) if self._reused else {}
        return [
            replace(prompt, sample=side.sample or None)
            for key, prompt in prompts.items()
            if key not in known or (known[key].scored_by is None and self.collected.has_answer(prompt))
        ]

    def _known(self, prompts: Mapping[str, Prompt], model: ModelRef, side: Side) -> dict[str, LevelReply]:
        """Return the stored replies of a side by the prompt's key; at a level, of texts as they are compressed now."""
        found = self._store.find(prompts, self._name_of(model), side)
        return {
            key: reply
            for (key, signature), reply in found.items()
            if signature == self.collected.signature(prompts[key])
            and (side != self._comparison.side or reply.version == self._version)
        }

    def _name_of(self, model: ModelRef) -> str:
        """Return the name that a model's replies are stored under; at another effort than its own, with that."""
        return called_name(model, self.calls.options.parameters.effort, self._services.routes.endpoints[model.provider])

    def _prompt(self, prompt: Prompt) -> StoredPrompt:
        stored = self.collected.stored(prompt)
        self.collected.note(stored)
        return stored

    def _stored(self, one: ModelReply, model: ModelRef, side: Side) -> tuple[StoredPrompt, LevelReply]:
        answer, rejected = one.answer, one.rejection
        score, by = (0.0, rejected) if rejected else self.collected.label(one.prompt, answer.output)
        return self._prompt(one.prompt), LevelReply(
            side=side, model=self._name_of(model), time=self._services.clock(), version=self._version,
            output="" if rejected else answer.output, input=answer.usage.input if answer.usage else None,
            cost=answer.cost, score=score, scored_by=by,
        )  # fmt: skip


def _is_current(reply: ModelReply) -> bool:
    """Return whether a reply, which the cache may have kept, is to a text as it is compressed now."""
    compressed = reply.answer.compressed
    if compressed is None:
        return reply.rejection is not None  # declined with an error just now
    return compressed.version == compression_version()
