"""Prompts so long that a model charges more for all of their tokens: another model of the step is called first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.plan.expected.row_costs import PricedRow
from scrimp.values import Step

if TYPE_CHECKING:
    from scrimp.flows.plan.expected.row_costs import RowCosts
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.values import Route


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
            return replace(step, candidates=(model, *rest)), f"above {above:,} tokens {first.id} is dearer: {model.id}"
    return step, ""
