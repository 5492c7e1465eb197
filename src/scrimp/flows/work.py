"""From a prompt to a piece of work: compressed, routed and named, all without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp import fingerprint
from scrimp.compress import compress
from scrimp.values import Chain, Message, Prompt, Route

if TYPE_CHECKING:
    from scrimp.config.routes import Routes
    from scrimp.flows.asked import Asked
    from scrimp.routing.decide import Rule


class Work(Struct, frozen=True):
    """A prompt with its compressed text, where it goes, and its key."""

    prompt: Prompt
    text: str
    history: tuple[Message, ...]
    rules: tuple[str, ...]  # what compression did
    route: Route
    key: bytes


class Planner:
    """Turns prompts into work for one run; what rows of one route share is computed once."""

    def __init__(self, asked: Asked, routes: Routes, rules: Sequence[Rule], places: Mapping[str, str]) -> None:
        self._asked, self._routes, self._rules, self._places = asked, routes, rules, places
        self._fixed = _fixed_route(asked, routes)
        self._shared: dict[int, tuple[Chain, bytes]] = {}

    def work(self, prompt: Prompt) -> Work:
        """Return the work a prompt means."""
        compressed = compress(prompt.text, self._asked.level)
        route = self._fixed or self._decide(prompt)
        key = fingerprint.key(self._route_bytes(route.chain), text=compressed.text, prompt=prompt)
        return Work(prompt, compressed.text, prompt.history, compressed.rules, route, key)

    def route(self, prompt: Prompt) -> Route:
        """Return where a prompt would go, and why."""
        return self._fixed or self._decide(prompt)

    def chains(self) -> list[Chain]:
        """Return the chains that rows have taken so far."""
        return [chain for chain, _ in self._shared.values()]

    def _decide(self, prompt: Prompt) -> Route:
        from scrimp.routing.decide import decide  # noqa: PLC0415 - only `auto` needs the word lists

        asked = self._asked
        return decide(prompt, self._rules, self._routes, labels=asked.labels, parameters=asked.parameters)

    def _route_bytes(self, chain: Chain) -> bytes:
        # By identity: routes hands out one chain object for each name, and comparing chains would cost more than this.
        held = self._shared.get(id(chain))
        if held is None:
            asked = self._asked
            shared = fingerprint.route_bytes(
                chain, asked.parameters, level=asked.level, check=asked.check, places=self._places
            )
            held = self._shared[id(chain)] = (chain, shared)
        return held[1]


def _fixed_route(asked: Asked, routes: Routes) -> Route | None:
    """Return the route of a run that leaves nothing to decide."""
    if asked.model is not None:
        return Route(chain=routes.model_chain(asked.model), tier=None, why="asked for")
    if asked.chain is not None:
        chain = routes.chain(asked.chain, min_confidence=asked.min_confidence)
        return Route(chain=chain, tier=None, why="asked for")
    if asked.tier not in (None, "auto"):
        return Route(chain=routes.tier_chain(asked.tier), tier=asked.tier, why="asked for")
    return None
