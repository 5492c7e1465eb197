"""Prompts so long that a model charges more for all of their tokens: another model, or a shorter prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, get_args

from msgspec import Struct
from msgspec.structs import replace

from scrimp import tokens
from scrimp.enums import Level
from scrimp.flows.plan.expected.row_costs import PricedRow
from scrimp.values import ModelRef, Route, Step

if TYPE_CHECKING:
    from scrimp.flows.plan.expected.row_costs import RowCosts
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.prompt_compressor import PromptCompressor

_LEVELS: tuple[Level, ...] = get_args(Level)
_NEAR = 0.9  # share of the size limit: shorter prompts are not tokenized


class BelowCliff(Struct, frozen=True):
    """Where a long row goes, and at which level; where that level was raised, the size that it stays below by it."""

    route: Route
    level: Level
    size: int = 0  # tokens


class SizeCliffs:
    """Finds the cheapest way for the long rows of a run."""

    def __init__(self, costs: RowCosts, task: Callable[[PlannedRow], str], most: Level | None) -> None:
        """`task` names a row's task; `most` is the highest level that a row may be sent at for this; None: its own."""
        self._costs, self._task, self._most = costs, task, most

    def route(self, row: PlannedRow) -> Route:
        """Return where a row goes at its own level."""
        return below_cliffs(row, self._costs, self._task)

    def shortened(self, row: PlannedRow, compressor: Callable[[Level, float | None], PromptCompressor]) -> BelowCliff:
        """Return the way of a row: at the lowest level that brings its model below, if no other model costs less."""
        route, given = self.route(row), PricedRow(row, self._costs, self._task(row))
        levels = self._higher_levels(row)
        if not levels or not self._above(row, int(given.tokens_given / _NEAR)):
            return BelowCliff(route, row.level)
        now = given.at(row.compressor, tokens.count)
        above, cost = self._above(row, now.tokens_in), now.cost(route.chain)
        if not above or cost is None:
            return BelowCliff(route, row.level)
        for level in levels:
            shorter = given.at(compressor(level, row.keep), tokens.count)
            less, still = shorter.cost(row.route.chain), self._above(row, shorter.tokens_in)
            below = next((model for model, size in above.items() if still.get(model, 0) < size), None)
            if below is not None and less is not None and less < cost:
                size = above[below]
                why = f"above {size:,} tokens {below.id} costs more: compressed at {level}"
                return BelowCliff(replace(row.route, why=f"{row.route.why}; {why}"), level, size)
        return BelowCliff(route, row.level)

    def _above(self, row: PlannedRow, tokens_in: int) -> dict[ModelRef, int]:
        """Return the models of a row's steps that cost more for this many tokens, and the size that each is above."""
        models = [model for step in row.route.chain.steps if (model := self._costs.called(step)) is not None]
        return {model: size for model in models if (size := self._costs.cliff(model, tokens_in)) is not None}

    def _higher_levels(self, row: PlannedRow) -> Sequence[Level]:
        """Return the levels that may be tried; a certified route stays as it was certified."""
        if self._most is None or row.route.certificate is not None:
            return ()
        return _LEVELS[_LEVELS.index(row.level) + 1 : _LEVELS.index(self._most) + 1]


def below_cliffs(row: PlannedRow, costs: RowCosts, task: Callable[[PlannedRow], str]) -> Route:
    """Return the route of a row, with a model first in each step that has no higher rate for its size and costs less.

    Any model of a step may answer for it, so its key stays the same. A certified route stays as it was certified.
    """
    route = row.route
    if route.certificate is not None or all(len(step.candidates) < 2 for step in route.chain.steps):
        return route
    priced = PricedRow(row, costs, task(row))
    steps, reasons = [], []
    for step in route.chain.steps:
        reordered, reason = _reordered(step, priced, costs)
        steps.append(reordered)
        reasons += [reason] if reason else []
    if not reasons:
        return route
    return replace(route, chain=replace(route.chain, steps=tuple(steps)), why="; ".join([route.why, *reasons]))


def _reordered(step: Step, row: PricedRow, costs: RowCosts) -> tuple[Step, str]:
    first = costs.called(step)
    if first is None or costs.cliff(first, row.tokens_given) is None:
        return step, ""
    above, cost = costs.cliff(first, row.tokens_in), row.cost_at(first)
    if above is None or cost is None:
        return step, ""
    for model in filter(costs.callable, step.candidates):
        other = row.cost_at(model)
        if other is not None and other < cost and costs.cliff(model, row.tokens_in) is None:
            rest = tuple(each for each in step.candidates if each != model)
            return replace(step, candidates=(model, *rest)), f"above {above:,} tokens {first.id} costs more: {model.id}"
    return step, ""
