"""What the calls of a run would cost where they are routed: every step that a prompt takes, not only the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct, field

from scrimp.flows.plan.expected.chain_cost import certain_steps, chain_cost
from scrimp.values import Chain, ModelRef, Step

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes


class RoutedCalls(Struct):
    """How many prompts take each chain."""

    chains: dict[int, Chain] = field(default_factory=dict)  # by identity, which each chain held here keeps alive
    calls: dict[int, int] = field(default_factory=dict)

    def add(self, chain: Chain) -> None:
        """Count a prompt."""
        self.chains[id(chain)] = chain
        self.calls[id(chain)] = self.calls.get(id(chain), 0) + 1

    def by_chain(self) -> list[tuple[Chain, int]]:
        """Return the chains, with the prompts that take each."""
        return [(self.chains[number], calls) for number, calls in self.calls.items()]


class RoutedCost(Struct, frozen=True, kw_only=True):
    """Dollars for short, middling and long completions, and the prompts that several models are called for."""

    low: Decimal
    expected: Decimal
    high: Decimal
    several: int
    assumed: bool = True  # how many of these go on to the last is not known of such rows before


def routed_cost(
    routed: RoutedCalls, routes: Routes, cost: Callable[[ModelRef, str], Decimal | None],
    shares: Callable[[Chain], Sequence[Decimal] | None] = lambda _: None,
) -> RoutedCost | None:  # fmt: skip
    """Return what all prompts cost where they go; None if a price is unknown, or no model can be called.

    `cost` gives the dollars of a call of a model for "low", "expected" or "high". The least is that no prompt goes
    beyond its first step, or its first two where these are compared; the most, that each takes every step.
    `shares` are those of the rows that came to each step of a chain before, None if that is not known.
    """
    totals = dict.fromkeys(("low", "expected", "high"), Decimal(0))
    several, assumed = 0, False
    for chain, calls in routed.by_chain():
        steps = {size: [_cost(step, routes, cost, size) for step in chain.steps] for size in totals}
        if any(dollars is None for each in steps.values() for dollars in each):
            return None
        known = {size: [dollars or Decimal(0) for dollars in each] for size, each in steps.items()}
        first = certain_steps(chain, known["expected"])
        several += calls if first.stop - first.start > 1 else 0
        totals["low"] += calls * sum(known["low"][first], Decimal(0))
        before = shares(chain)
        assumed |= before is None and len(chain.steps) > 1
        totals["expected"] += calls * chain_cost(chain, known["expected"], before)
        totals["high"] += calls * sum(known["high"][first.start :], Decimal(0))
    return RoutedCost(**totals, several=several, assumed=assumed) if routed.calls else None


def _cost(step: Step, routes: Routes, cost: Callable[[ModelRef, str], Decimal | None], size: str) -> Decimal | None:
    callable_ones = (each for each in step.candidates if each.provider in routes.available or each.buy == "cheapest")
    model = next(callable_ones, None)
    return None if model is None else cost(model, size)
