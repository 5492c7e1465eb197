"""From a prompt to a planned row: routed and named, and compressed once it is to be sent, all without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp import fingerprint
from scrimp.enums import Level
from scrimp.flows.plan.planned_row import PlannedRow, key_of
from scrimp.flows.plan.prompt_compressor import PromptCompressor
from scrimp.values import Chain, ModelRef, Parameters, Prompt, Route

if TYPE_CHECKING:
    from scrimp.config.resolved.tuned_levels import TunedLevel
    from scrimp.flows.plan.certified.certified_levels import CertifiedLevels
    from scrimp.flows.plan.expected.row_limits import RowLimits
    from scrimp.flows.plan.expected.size_cliffs import SizeCliffs
    from scrimp.flows.plan.routes.router import Router
    from scrimp.flows.plan.run_options import RunOptions

# Characters: no price list has a rate that changes below this many tokens.
_LONG = 30_000


class _RouteKeys(Struct, frozen=True):
    """The prefix of the keys of a chain's rows, and of the same request in equivalent forms."""

    chain: Chain  # held, so that its identity is not reused
    own: bytes
    other: bytes | None


class Planner:
    """Plans the rows of one run; what rows of one route share is computed once."""

    def __init__(
        self, options: RunOptions, router: Router, locations: Mapping[str, str], *,
        levels: CertifiedLevels | None = None, limits: RowLimits | None = None,
        cliffs: Callable[[], SizeCliffs] | None = None,
        sent: Callable[[Sequence[PlannedRow]], Sequence[PlannedRow]] | None = None,
        reads_as_given: ModelRef | None = None,
    ) -> None:  # fmt: skip
        """`locations` are the providers' addresses or files, part of every key; `limits` are what rows may cost.

        What `reads_as_given` alone reads is not compressed, unless a rule has a level for it.

        `sent` gives rows that were sent before the keys that they were sent with. `cliffs` gives what is asked for the
        way of a prompt that is so long that its model may charge more for it.
        """
        self.router, self.levels = router, levels
        self._options, self._locations, self._reads_as_given = options, locations, reads_as_given
        self._limits, self._cliffs, self._sent = limits, cliffs, sent
        self._compressors: dict[tuple[Level, float | None], PromptCompressor] = {}
        self._route_keys: dict[tuple[int, Level, float | None], _RouteKeys] = {}

    def plan(self, prompts: Sequence[Prompt]) -> Sequence[PlannedRow]:
        """Return prompts that come together as they will be sent, and where to."""
        rows = self._unsent(prompts)
        return rows if self._sent is None else self._sent(rows)

    @property
    def plans_each_alone(self) -> bool:
        """Whether the plan of a prompt does not depend on the others in its group."""
        return self._limits is None and self._sent is None

    def _unsent(self, prompts: Sequence[Prompt]) -> list[PlannedRow]:
        planned = [self._planned(prompt) for prompt in prompts]
        limits = self._limits
        if limits is None:
            return [row for row, _ in planned]
        limits.expect([row for row, _ in planned])
        return [limits.applied(row, keys.own, self._compressor) for row, keys in planned]

    def _planned(self, prompt: Prompt) -> tuple[PlannedRow, _RouteKeys]:
        """Return a prompt as it would be sent without limits on its cost, and the prefix of its key."""
        options, certified = self._options, None
        destination: Route | Callable[[Prompt], Route] = self.router.route
        if self._only_chain is not None:
            chain, keep = self._only_chain, options.keep
            level = self._level_unless_chosen(chain)
        else:
            destination = route = self.router.route(prompt)
            level, keep, certified = self._level(prompt, route)
            chain = route.key_chain or route.chain
        instruction = _instruction(prompt, options) if options.parameters.choices else None
        keys = self._keys_of_route(chain, level, keep)
        key = key_of(keys.own, prompt, instruction)
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
        self, row: PlannedRow, chain: Chain, keys: _RouteKeys, cliffs: SizeCliffs
    ) -> tuple[PlannedRow, _RouteKeys]:
        """Return a long row at its lowest cost, and the prefix of its key: that of the level at which it is sent.

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
        return self.router.only_chain() if self.levels is None else None

    def _level(self, prompt: Prompt, route: Route) -> tuple[Level, float | None, TunedLevel | None]:
        """Return the level of a prompt and what it keeps: a flag's, a rule's, the config's, a certified one, or none's.

        If the user chose a level for the run, certified levels are not used.
        """
        options = self._options
        if options.level_fixed:
            return options.level, options.keep, None
        if route.level is None and self.levels is not None:
            certified = self.levels.level(prompt, route.chain)
            if certified is not None:
                return certified.level, self.levels.keep(certified), certified
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

    def chains(self) -> list[Chain]:
        """Return the chains that rows have taken so far."""
        return [keys.chain for keys in self._route_keys.values()]

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


def _route_of(row: PlannedRow, cliffs: Callable[[], SizeCliffs], _: Prompt) -> Route:
    """Return the route of a row that was planned before, when it is asked for: a row of the cache has none."""
    return cliffs().route(row)


def _length(prompt: Prompt) -> int:
    """Return the number of characters sent."""
    turns = (*prompt.history, *prompt.after)
    return len(prompt.text) + len(prompt.system or "") + sum(len(turn.content) for turn in turns)


def _instruction(prompt: Prompt, options: RunOptions) -> str | None:
    """Return the sentence that is added to the system text if labels are wanted."""
    from scrimp.flows.plan.choices_text import choices_text  # most runs have no labels

    return choices_text(prompt, options.parameters.choices, options.choices_text)
