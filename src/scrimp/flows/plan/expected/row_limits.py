"""Rows that are expected to cost more than a row may: they take a cheaper model, are compressed harder, or skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Protocol, get_args

from msgspec.structs import replace

from scrimp import fingerprint
from scrimp.enums import Level, OnDear, Tier
from scrimp.flows.plan.expected.row_costs import PricedRow
from scrimp.values import Chain, ModelRef, Route, RowLimit, Step, TooDear

if TYPE_CHECKING:
    from scrimp.flows.plan.expected.row_costs import RowCosts, Saving
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.prompt_compressor import PromptCompressor

_TIERS: tuple[str, ...] = get_args(Tier)
_LEVELS: tuple[Level, ...] = get_args(Level)


class KeepsPrompts(Protocol):
    """What knows which prompts begin alike, and what providers keep of that."""

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Count what these rows begin with."""

    def expected_saving(
        self, row: PlannedRow, provider: str, model: str, *, named: tuple[str, str] | None = None
    ) -> Decimal:
        """Return the dollars that a call for a row is expected to cost less."""


def _nothing(_: ModelRef) -> Decimal:
    return Decimal(0)


class RowLimits:
    """Applies the limits of a run, and of its rules, to planned rows."""

    def __init__(
        self, costs: RowCosts, most: Decimal | None, action: OnDear, *, tiers: Mapping[str, Sequence[ModelRef]],
        task: Callable[[PlannedRow], str], caching: KeepsPrompts | None = None, allow_unpriced: bool = False,
    ) -> None:  # fmt: skip
        """`most` dollars and the action are the run's own limit; `task` names a row's task.

        `caching` says what a provider's cache is expected to save of a row.
        """
        self._limit = None if most is None else RowLimit(dollars=most, action=action)
        self._costs, self._action, self._tiers = costs, action, tiers
        self._task, self._caching, self._allow_unpriced = task, caching, allow_unpriced

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Prepare for rows that are about to be checked against their limits."""
        if self._caching is not None:
            self._caching.expect([row for row in rows if self._limit_of(row.route) is not None])

    def applied(
        self, row: PlannedRow, route: bytes, compressor: Callable[[Level, float | None], PromptCompressor]
    ) -> PlannedRow:
        """Return a row as it may be sent; `route` is what its key begins with.

        A row that costs too much has a key that names its limit, and is looked up under that of its route, too: what
        was paid for already costs nothing. One that does not is looked up under both: it may have cost too much when
        less was known of its task.
        """
        limit = self._limit_of(row.route)
        if limit is None or any(self._costs.called(step) is None for step in row.route.chain.steps):
            return row  # no model can be called: the row will report that
        limited = fingerprint.limited_route(route, limit.dollars, limit.action or self._action)
        priced = PricedRow(row, self._costs, self._task(row), self._saving(row))
        affords = partial(self._affords, priced, limit)
        expected = self._expected(priced, limit)
        if self._allow_unpriced if expected is None else expected <= limit.dollars:
            return replace(row, affords=affords, other_routes=(*row.other_routes, limited))
        changed, level = self._changed(priced, limit, expected, compressor)
        return replace(
            row, destination=changed, level=level, compressor=compressor(level, row.keep), key=row.key_on(limited),
            other_routes=(route, *row.other_routes), affords=affords,
            certified=row.certified if level == row.level else None,
        )  # fmt: skip

    def _saving(self, row: PlannedRow) -> Saving:
        """Return a function for the expected saving of a row, counting all rows that name the same model."""
        caching, first = self._caching, row.route.chain.steps[0].candidates[0]
        if caching is None:
            return _nothing
        named = (first.provider, first.model)
        return lambda place: caching.expected_saving(row, place.provider, place.model, named=named)

    def _limit_of(self, route: Route) -> RowLimit | None:
        """Return the lower of the run's limit and that of the rule, since both hold."""
        limits = [limit for limit in (route.limit, self._limit) if limit is not None]
        lower = min(limits, key=lambda limit: limit.dollars, default=None)
        return lower if lower is None or lower.action else replace(lower, action=self._action)

    def _expected(self, row: PricedRow, limit: RowLimit) -> Decimal | None:
        """Return the expected cost of a row on its route; None is unknown."""
        chain = row.row.route.chain
        at_most = row.cost_given(chain)
        return at_most if at_most is None or at_most <= limit.dollars else row.cost(chain)

    def _affords(self, row: PricedRow, limit: RowLimit, step: Step, model: ModelRef) -> bool:
        """Return whether a model of a step may be called: it costs no more than the row may, or than was planned."""
        planned = self._costs.called(step)
        if planned is None or model == planned:
            return True
        cost, most = row.cost_in(model), row.cost_at(planned)
        return self._allow_unpriced if cost is None else cost <= max(limit.dollars, most or Decimal(0))

    def _changed(
        self, row: PricedRow, limit: RowLimit, expected: Decimal | None,
        compressor: Callable[[Level, float | None], PromptCompressor],
    ) -> tuple[Route, Level]:  # fmt: skip
        """Return where a row that costs too much goes, and at which level of compression."""
        route, level = row.row.route, row.row.level
        dear = TooDear(
            limit=limit.dollars, rule=limit.rule, expected=expected, action="skip",
            model=_first(self._costs, route.chain),
        )  # fmt: skip
        if limit.action == "cheaper":
            for chain, tier in self._cheaper_chains(row, limit):
                now = row.cost(chain)
                if now is not None and now <= limit.dollars:
                    dear = replace(dear, action="cheaper", now=now, instead=_first(self._costs, chain))
                    return _on_chain(route, chain, tier, dear), level
        if limit.action == "compress" and expected is not None:
            for higher in _LEVELS[_LEVELS.index(level) + 1 :]:
                now = row.at(compressor(higher, row.row.keep)).cost(route.chain)
                if now is not None and now <= limit.dollars:
                    return replace(route, dear=replace(dear, action="compress", now=now, instead=higher)), higher
        return replace(route, dear=dear), level

    def _cheaper_chains(self, row: PricedRow, limit: RowLimit) -> Iterator[tuple[Chain, str | None]]:
        """Yield alternatives for a row: its chain without the last steps, or the models within its limit.

        These are of its tier, or of those below where scrimp chose the tier.
        """
        route = row.row.route
        chain = route.chain
        for steps in range(len(chain.steps) - 1, 0, -1):
            yield replace(chain, steps=chain.steps[:steps]), route.tier
        if len(chain.steps) > 1:
            return
        for step, tier in self._tiers_of(route):
            models = filter(self._costs.callable, step.candidates)
            costs = [(model, row.cost_at(model)) for model in models]
            affordable = tuple(model for model, cost in costs if cost is not None and cost <= limit.dollars)
            if affordable:
                yield replace(chain, steps=(replace(step, candidates=affordable),)), tier

    def _tiers_of(self, route: Route) -> Iterator[tuple[Step, str | None]]:
        yield route.chain.steps[0], route.tier
        if route.choice == "routing" and route.tier in _TIERS:
            for name in reversed(_TIERS[: _TIERS.index(route.tier)]):
                if name in self._tiers:
                    yield Step(name, tuple(self._tiers[name]), name), name


def _on_chain(route: Route, chain: Chain, tier: str | None, dear: TooDear) -> Route:
    """Return a route of other models: no certificate is of them."""
    return replace(
        route, chain=chain, tier=tier, dear=dear, certificate=None, certified_task=None, flagship=None, key_chain=None
    )


def _first(costs: RowCosts, chain: Chain) -> str:
    """Return the model that a chain calls first, or the name of its step where none can be called."""
    model = costs.called(chain.steps[0])
    return chain.steps[0].name if model is None else model.id
