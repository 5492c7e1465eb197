"""From a prompt to a piece of work: compressed, routed and named, all without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp import fingerprint
from scrimp.flows.plan.prompt_compressor import PromptCompressor
from scrimp.values import Chain, Message, Parameters, Prompt, Route

if TYPE_CHECKING:
    from scrimp.config.routes import Routes
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.routing.decide import Rule


class PlannedRow(Struct, frozen=True):
    """A prompt as it is sent, compressed, where it goes, and its key."""

    prompt: Prompt
    text: str
    system: str | None
    history: tuple[Message, ...]
    level: str  # of compression
    rules: tuple[str, ...]  # what it did
    note: str  # and why it could not do what was asked
    route: Route
    key: bytes

    def signature(self, parameters: Parameters, name: str | None) -> str:
        """Return the name of the prompt's task; `name` is what the user calls it."""
        from scrimp.routing.task import signature_of  # noqa: PLC0415 - where a call is made or a route was learned

        return signature_of(self.prompt, parameters, name)


class Planner:
    """Turns prompts into work for one run; what rows of one route share is computed once."""

    def __init__(
        self, asked: RunOptions, routes: Routes, rules: Sequence[Rule], places: Mapping[str, str], *,
        learned: Callable[[Prompt], Route | None] | None = None, cheapest: Callable[[], Chain] | None = None,
    ) -> None:  # fmt: skip
        self._asked, self._routes, self._rules, self._places = asked, routes, rules, places
        self._learned, self._cheapest = learned, cheapest
        self._fixed = _fixed_route(asked, routes)
        self._shortenings: dict[str, PromptCompressor] = {}
        self._stricter: dict[int, tuple[Chain, Chain]] = {}  # by identity, which the first of the two keeps alive
        self._shared: dict[tuple[int, str], tuple[Chain, bytes]] = {}

    def work(self, prompt: Prompt) -> PlannedRow:
        """Return the work a prompt means."""
        route = self._fixed or self._decide(prompt)
        level = self._asked.level if self._asked.level_fixed else route.level or self._asked.level
        sent = self._shortening(level).sent(prompt)
        shared = self._route_bytes(route.chain, level)
        key = fingerprint.key(shared, text=sent.text, system=sent.system, history=sent.history)
        return PlannedRow(prompt, sent.text, sent.system, sent.history, level, sent.rules, sent.note, route, key)

    def route(self, prompt: Prompt) -> Route:
        """Return where a prompt would go, and why."""
        return self._fixed or self._decide(prompt)

    def explain(self, prompt: Prompt) -> list[str]:
        """Return a sentence for each rule that was asked about a prompt."""
        from scrimp.routing.decide import explain  # noqa: PLC0415 - where a person wants to know

        return [] if self._fixed else explain(prompt, self._rules, self._asked.labels)

    def chains(self) -> list[Chain]:
        """Return the chains that rows have taken so far."""
        return [chain for chain, _ in self._shared.values()]

    def _decide(self, prompt: Prompt) -> Route:
        from scrimp.routing.decide import decide  # noqa: PLC0415 - only `auto` needs the word lists

        asked = self._asked
        found = decide(
            prompt, self._rules, self._routes, labels=asked.labels, parameters=asked.parameters, learned=self._learned,
            cheapest=self._cheapest,
        )  # fmt: skip
        return found if asked.min_confidence is None else replace(found, chain=self._held_to(found.chain))

    def _held_to(self, chain: Chain) -> Chain:
        """Return a rule's chain with the run's own threshold; the same object for the same chain."""
        if id(chain) not in self._stricter:
            self._stricter[id(chain)] = (chain, replace(chain, min_confidence=self._asked.min_confidence))
        return self._stricter[id(chain)][1]

    def _shortening(self, level: str) -> PromptCompressor:
        if level not in self._shortenings:
            self._shortenings[level] = PromptCompressor(level)
        return self._shortenings[level]

    def _route_bytes(self, chain: Chain, level: str) -> bytes:
        # By identity: routes hands out one chain object for each name, and comparing chains would cost more than this.
        held = self._shared.get((id(chain), level))
        if held is None:
            asked = self._asked
            shared = fingerprint.route_bytes(
                chain, asked.parameters, level=level, check=asked.check, places=self._places
            )
            held = self._shared[id(chain), level] = (chain, shared)
        return held[1]


def _fixed_route(asked: RunOptions, routes: Routes) -> Route | None:
    """Return the route of a run that leaves nothing to decide."""
    if asked.model is not None:
        return Route(chain=routes.model_chain(asked.model), tier=None, why="asked for")
    if asked.chain is not None:
        chain = routes.chain(asked.chain, min_confidence=asked.min_confidence)
        return Route(chain=chain, tier=None, why="asked for")
    if asked.tier not in (None, "auto"):
        return Route(chain=routes.tier_chain(asked.tier), tier=asked.tier, why="asked for")
    return None
