"""From a prompt to a planned row: routed and named, and compressed once it is to be sent, all without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol, get_args

from msgspec import Struct
from msgspec.structs import replace

from scrimp import fingerprint
from scrimp.enums import Level, Tier
from scrimp.flows.plan.choices_text import choices_text
from scrimp.flows.plan.prompt_compressor import CompressedPrompt, PromptCompressor
from scrimp.values import Chain, ModelRef, Parameters, Prompt, Route, Step

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.resolved.tuned_levels import TunedLevel
    from scrimp.flows.plan.certified.certified_levels import CertifiedLevels
    from scrimp.flows.plan.certified.certified_routes import CertifiedRoutes
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.plan.task_gains import TaskGains
    from scrimp.routing.decide import Agreement, RoutingRule


# Characters: no price list has a rate that changes below so many tokens.
_LONG = 30_000


class PlannedRow(Struct, frozen=True, dict=True):
    """A prompt, where it goes, its cache key, and what is sent of it: compressed when first asked for, never a hit."""

    prompt: Prompt
    level: Level  # of compression
    compressor: PromptCompressor
    destination: Route | Callable[[Prompt], Route]  # or what decides it, where the key is the same wherever it goes
    key: bytes
    instruction: str | None = None  # what is added at the end of the system text, to tell the labels
    keep: float | None = None  # the share of documents that the level keeps, where it is not the default one
    certified: TunedLevel | None = None  # what says that the level keeps the answers of its task
    other_routes: tuple[bytes, ...] = ()  # of its key: the same may have been asked in other words, or without a limit
    affords: Callable[[Step, ModelRef], bool] | None = None  # which models of a step a row with a limit may cost
    below: int = 0  # the size that its level was raised for, above which its model is dearer; 0 where it was not

    @cached_property
    def route(self) -> Route:
        """Where it goes; of a row of the cache it may never be decided."""
        known = self.destination
        return known if isinstance(known, Route) else known(self.prompt)

    @cached_property
    def sent(self) -> CompressedPrompt:
        """The texts as they are sent, but for the instruction."""
        return self.compressor.compress(self.prompt)

    @property
    def text(self) -> str:
        """The last turn as it is sent."""
        return self.sent.text

    @property
    def system(self) -> str | None:
        """The system text as it is sent."""
        return _with_instruction(self.sent.system, self.instruction)

    @property
    def system_as_given(self) -> str | None:
        """The system text with the instruction, not compressed."""
        return _with_instruction(self.prompt.system, self.instruction)

    @property
    def other_keys(self) -> tuple[bytes, ...]:
        """The keys under which the same may have been asked in other words, or without a limit."""
        return tuple(map(self.key_on, self.other_routes))

    def key_on(self, route: bytes) -> bytes:
        """Return its key on a route that keys begin with."""
        return _key(route, self.prompt, self.instruction)

    def may_call(self, step: Step, model: ModelRef) -> bool:
        """Return whether a model of a step may be called: a row with a limit does not go over to a dear one."""
        return self.affords is None or self.affords(step, model)

    @property
    def why_level(self) -> str:
        """The evidence for a certified level; empty where it is not one."""
        if self.certified is None:
            return ""
        from scrimp.flows.plan.certified.certified_levels import why_of  # only with certified levels

        return why_of(self.certified)

    def signature(self, parameters: Parameters, task_name: str | None) -> str:
        """Return the name of the prompt's task; `task_name` is what the user calls it.

        A certified task has its certificate's, however it was found: its calls are watched under that name.
        """
        if self.route.certified_task is not None:
            return self.route.certified_task
        from scrimp.routing.task_signature import task_signature  # only a call or a learned route needs it

        return task_signature(self.prompt, parameters, task_name)


# From a planned row, what its key begins with, and what compresses at other levels, to the row as it may be sent.


class Limited(Protocol):
    """What holds rows to what each may cost."""

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Be told of rows that are about to be held to it: a provider may keep what they share."""

    def applied(
        self, row: PlannedRow, route: bytes, compressor: Callable[[Level, float | None], PromptCompressor]
    ) -> PlannedRow:
        """Return a row as it may be sent; `route` is what its key begins with."""


class BelowCliff(Struct, frozen=True):
    """Where a long row goes, and at which level; where that level was raised, the size that it stays below by it."""

    route: Route
    level: Level
    size: int = 0


class Cliffs(Protocol):
    """What knows the sizes above which models are dearer."""

    def route(self, row: PlannedRow) -> Route:
        """Return where a long row goes at its own level."""

    def shortened(self, row: PlannedRow, compressor: Callable[[Level, float | None], PromptCompressor]) -> BelowCliff:
        """Return where it goes at the level that costs least, of those that it may be compressed at for that."""


class _RouteKeys(Struct, frozen=True):
    """What the keys of a chain's rows begin with, and those of the same asked in other words."""

    chain: Chain  # held, so that its identity is not reused
    own: bytes
    other: bytes | None


class Planner:
    """Plans the rows of one run; what rows of one route share is computed once."""

    def __init__(
        self, options: RunOptions, routes: Routes, rules: Sequence[RoutingRule], locations: Mapping[str, str], *,
        certified: CertifiedRoutes | None = None, levels: CertifiedLevels | None = None,
        cheapest: Callable[[], Chain] | None = None, agreement: Callable[[str], Agreement | None] | None = None,
        gains: TaskGains | None = None, limited: Limited | None = None,
        cliffs: Callable[[], Cliffs] | None = None,
        sent: Callable[[Sequence[PlannedRow]], Sequence[PlannedRow]] | None = None,
        reads_as_given: ModelRef | None = None,
    ) -> None:  # fmt: skip
        """`locations` are the providers' addresses or files, part of every key; `limited` holds a row to its limit.

        What `reads_as_given` alone reads is not compressed, unless a rule has a level for it.

        `sent` gives rows that were sent before the keys that they were sent with. `cliffs` gives what is asked for the
        way of a prompt that is so long that its model may charge more for it.
        """
        self._options, self._routes, self._rules, self._locations = options, routes, rules, locations
        self._certified, self._levels, self._cheapest = certified, levels, cheapest
        self._agreement, self._observed = agreement, None if gains is None else gains.find
        self._limited, self._cliffs, self._sent, self._reads_as_given = limited, cliffs, sent, reads_as_given
        self._fixed = fixed_route(options, routes)
        self._compressors: dict[tuple[Level, float | None], PromptCompressor] = {}
        self._stricter: dict[int, tuple[Chain, Chain]] = {}  # by identity, which the first of the two keeps alive
        self._route_keys: dict[tuple[int, Level, float | None], _RouteKeys] = {}

    def plan(self, prompts: Sequence[Prompt]) -> Sequence[PlannedRow]:
        """Return prompts that come together as they will be sent, and where to."""
        rows = self._unsent(prompts)
        return rows if self._sent is None else self._sent(rows)

    def _unsent(self, prompts: Sequence[Prompt]) -> list[PlannedRow]:
        planned = [self._planned(prompt) for prompt in prompts]
        limited = self._limited
        if limited is None:
            return [row for row, _ in planned]
        limited.expect([row for row, _ in planned])
        return [limited.applied(row, keys.own, self._compressor) for row, keys in planned]

    def _planned(self, prompt: Prompt) -> tuple[PlannedRow, _RouteKeys]:
        """Return a prompt as it would be sent if it might cost whatever it does, and what its key begins with."""
        options, certified = self._options, None
        destination: Route | Callable[[Prompt], Route] = self.route
        if self._only_chain is not None:
            chain, keep = self._only_chain, options.keep
            level = self._level_unless_chosen(chain)
        else:
            destination = route = self.route(prompt)
            level, keep, certified = self._level(prompt, route)
            chain = route.key_chain or route.chain
        instruction = choices_text(prompt, options.parameters.choices, options.choices_text)
        keys = self._keys_of_route(chain, level, keep)
        key = _key(keys.own, prompt, instruction)
        compressor = self._compressor(level, keep)
        others = () if keys.other is None else (keys.other,)
        row = PlannedRow(prompt, level, compressor, destination, key, instruction, keep, certified, others)
        if self._cliffs is not None and _length(prompt) > _LONG:
            if options.on_cliff is None:
                row = replace(row, destination=partial(_route_of, row, self._cliffs))
            else:
                row, keys = self._below_cliff(row, chain, keys, self._cliffs())
        return row, keys

    def _below_cliff(
        self, row: PlannedRow, chain: Chain, keys: _RouteKeys, cliffs: Cliffs
    ) -> tuple[PlannedRow, _RouteKeys]:
        """Return a long row as it costs least, and what its key begins with: that of the level at which it is sent.

        It is looked up at its own level, too: what was paid for already costs nothing.
        """
        found = cliffs.shortened(row, self._compressor)
        if not found.size:
            return replace(row, destination=found.route), keys
        changed = self._keys_of_route(chain, found.level, row.keep)
        return replace(
            row, destination=found.route, level=found.level, compressor=self._compressor(found.level, row.keep),
            key=row.key_on(changed.own), other_routes=(keys.own, *row.other_routes), certified=None, below=found.size,
        ), changed  # fmt: skip

    @cached_property
    def _only_chain(self) -> Chain | None:
        """A chain that has the key of whatever the prior may decide: all its tiers have the same models.

        Then no model goes before a tier, either: none of another family is in it. A row of the cache is found without
        its tier being decided, which is most of what such a row takes.
        """
        options = self._options
        if self._fixed or self._rules or self._certified is not None or self._levels is not None:
            return None
        if options.labels.priority == "low" or options.min_confidence is not None:
            return None
        chains = [self._routes.tier_chain(tier) for tier in get_args(Tier) if tier in self._routes.tiers]
        return chains[0] if len({chain.steps[0].candidates for chain in chains}) == 1 else None

    def _level(self, prompt: Prompt, route: Route) -> tuple[Level, float | None, TunedLevel | None]:
        """Return the level of a prompt and what it keeps: a flag's, a rule's, the config's, a certified one, or none's.

        There are no certified levels in a run for which the user chose a level.
        """
        options = self._options
        if options.level_fixed:
            return options.level, options.keep, None
        if route.level is None and self._levels is not None:
            certified = self._levels.level(prompt, route.chain)
            if certified is not None:
                return certified.level, self._levels.keep(certified), certified
        return route.level or self._level_unless_chosen(route.chain), options.keep, None

    def _level_unless_chosen(self, chain: Chain) -> Level:
        """Return the level of rows for which neither a flag nor a rule nor a certificate chose one."""
        given = self._reads_as_given
        if given is None or any(
            model.provider != given.provider or model.model != given.model
            for step in chain.steps for model in step.candidates
        ):  # fmt: skip
            return self._options.level
        return "off"

    def route(self, prompt: Prompt) -> Route:
        """Return where a prompt goes, and why."""
        return self._fixed or self._decide(prompt)

    def explain(self, prompt: Prompt) -> list[str]:
        """Return a sentence for each rule that was checked for a prompt."""
        from scrimp.routing.decide import explain  # for a person who asks why

        return [] if self._fixed else explain(prompt, self._rules, self._options.labels)

    def explain_prior(self, prompt: Prompt, route: Route) -> list[str]:
        """Return sentences on what the prior says of a prompt, where it decided."""
        if route.expected_gain is None:
            return []
        from scrimp.flows.plan.prior_reasons import prior_reasons  # for a person who asks why

        observed = None if self._observed is None else self._observed(prompt)
        return prior_reasons(prompt, route, self._options.parameters, self._agreement, observed)

    def explain_task(self, prompt: Prompt) -> list[str]:
        """Return a sentence on whether a prompt is one of a certified task, where there are any that count."""
        if self._fixed or self._certified is None:
            return []
        return [self._certified.explain(prompt)]

    def explain_level(self, prompt: Prompt, route: Route) -> list[str]:
        """Return a sentence on what certificates say of a prompt's level, where there are any that count."""
        if self._levels is None:
            return []
        if route.level is not None:
            return [f"compression: {route.level}, by its rule"]
        return [f"compression: {self._levels.explain(prompt, route.chain)}"]

    def chains(self) -> list[Chain]:
        """Return the chains that rows have taken so far."""
        return [keys.chain for keys in self._route_keys.values()]

    @cached_property
    def _decide_route(self) -> Callable[..., Route]:
        from scrimp.routing.decide import decide  # only `auto` needs the word lists

        return decide

    def _decide(self, prompt: Prompt) -> Route:
        options, certified = self._options, self._certified
        route = self._decide_route(
            prompt, self._rules, self._routes, labels=options.labels, parameters=options.parameters,
            learned=None if certified is None else certified.route, cheapest=self._cheapest,
            unproven=None if certified is None else certified.flagship, agreement=self._agreement,
            observed=self._observed,
        )  # fmt: skip
        return route if options.min_confidence is None else replace(route, chain=self._with_threshold(route.chain))

    def _with_threshold(self, chain: Chain) -> Chain:
        """Return a rule's chain with the run's own threshold; the same object for the same chain."""
        if id(chain) not in self._stricter:
            self._stricter[id(chain)] = (chain, replace(chain, min_confidence=self._options.min_confidence))
        return self._stricter[id(chain)][1]

    def _compressor(self, level: Level, keep: float | None) -> PromptCompressor:
        if (level, keep) not in self._compressors:
            self._compressors[level, keep] = PromptCompressor(level, keep)
        return self._compressors[level, keep]

    def _keys_of_route(self, chain: Chain, level: Level, keep: float | None) -> _RouteKeys:
        # By identity: routes hands out one chain object for each name, and comparing chains would cost more than this.
        known = self._route_keys.get((id(chain), level, keep))
        if known is None:
            options = self._options

            def key(chain: Chain, parameters: Parameters) -> bytes:
                return fingerprint.route_bytes(
                    chain, parameters, level=level, keep=keep, check=options.check, locations=self._locations
                )

            other = fingerprint.other_spelling(chain, options.parameters)
            known = self._route_keys[id(chain), level, keep] = _RouteKeys(
                chain, key(chain, options.parameters), None if other is None else key(*other)
            )
        return known


def _route_of(row: PlannedRow, cliffs: Callable[[], Cliffs], _: Prompt) -> Route:
    """Return the route of a row that was planned before, when it is asked for: a row of the cache has none."""
    return cliffs().route(row)


def _length(prompt: Prompt) -> int:
    """Return the characters of all that is sent."""
    turns = (*prompt.history, *prompt.after)
    return len(prompt.text) + len(prompt.system or "") + sum(len(turn.content) for turn in turns)


def _key(route: bytes, prompt: Prompt, instruction: str | None) -> bytes:
    return fingerprint.key(
        route, text=prompt.text, system=_with_instruction(prompt.system, instruction), history=prompt.history,
        sample=prompt.sample or 0, attachments=prompt.attachments, after=prompt.after,
    )  # fmt: skip


def _with_instruction(system: str | None, instruction: str | None) -> str | None:
    """Return a system text with what is added at its end to tell the labels."""
    return "\n\n".join(text for text in (system, instruction) if text) if instruction else system


def fixed_route(options: RunOptions, routes: Routes) -> Route | None:
    """Return the route of a run that leaves nothing to decide."""
    if options.model is not None:
        return Route(chain=routes.model_chain(options.model), tier=None, why="asked for", choice="named model")
    if options.chain is not None:
        chain = routes.chain(options.chain, min_confidence=options.min_confidence)
        return Route(chain=chain, tier=None, why="asked for", choice="chain")
    if options.tier not in (None, "auto"):
        return Route(
            chain=routes.tier_chain(options.tier), tier=options.tier, why="asked for", choice="named model"
        )  # fmt: skip
    return None
