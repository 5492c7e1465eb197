"""The observer of a call under a cap: a request that could pass it is not sent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import UnknownPriceError
from scrimp.flows.spend.budgets.budget import shown
from scrimp.flows.spend.budgets.overruns import Reservation
from scrimp.flows.spend.cost_bound import cost_bound, most_output_tokens
from scrimp.prices.model_names import is_same_model
from scrimp.values import Call, Completion, Entry, Failure

if TYPE_CHECKING:
    from scrimp.flows.spend.budgets.budget import Budget
    from scrimp.flows.spend.budgets.overruns import Overruns
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.prices.book import PriceBook


class SpendGuard:
    """Sits between a row's recorder and the client: reserves the cost of each request before it is sent."""

    def __init__(
        self, inner: RowRecorder | SpendGuard, budget: Budget, prices: PriceBook, overruns: Overruns, *,
        allow_unpriced: bool, rule: str | None = None, workers: int = 1,
    ) -> None:  # fmt: skip
        """`rule` names the rule whose cap it is; None is the run's. Guards can be chained.

        The cap is shared equally by `workers`; the budget is one share.
        """
        self._inner, self._budget, self._prices, self._overruns = inner, budget, prices, overruns
        self._allow_unpriced, self._rule, self._workers = allow_unpriced, rule, workers
        self._reserved: dict[str, Reservation] = {}

    async def begin(self, call: Call) -> str | Failure:
        """Reserve the most a request can cost, then record it; return why not if it does not fit."""
        bound = self._upper_bound(call)
        call_id: str | Failure | None = None
        try:
            await self._overruns.enter(call)
            if (unpriced := self._overruns.unpriced(call)) is not None:
                return self._refused(partial(self._unpriced_refusal, call, unpriced.answered_by))
            reserved = await self._reserve(call, bound)
            call_id = await self._begin_inner(call, reserved)
            if isinstance(call_id, str) and reserved is not None:
                self._reserved[call_id] = Reservation(call, bound, reserved, self._budget)
                self._overruns.watch(self._reserved[call_id])
        finally:
            if not isinstance(call_id, str):
                self._overruns.leave(call)
        return call_id

    async def _reserve(self, call: Call, bound: Decimal) -> Decimal | None:
        """Return the dollars that were reserved; None if they will never fit."""
        while True:
            wanted = bound * self._overruns.factor(call)
            if not await self._budget.reserve(wanted):
                return None
            if wanted >= bound * self._overruns.factor(call):
                return wanted
            self._budget.settle(wanted, Decimal(0))  # meanwhile another call exceeded its bound

    async def _begin_inner(self, call: Call, reserved: Decimal | None) -> str | Failure:
        if reserved is None:
            refusal = partial(self._refusal, call, self._upper_bound(call) * self._overruns.factor(call))
            return self._refused(refusal)
        call_id: str | Failure | None = None
        try:
            call_id = await self._inner.begin(call)
        finally:
            if not isinstance(call_id, str):
                self._budget.settle(reserved, Decimal(0))
        return call_id

    def _refused(self, refusal: Callable[[], str]) -> Failure:
        self._budget.refusal = self._budget.refusal or refusal
        return Failure(kind="budget", message=refusal(), sent=False, rule_only=self._rule is not None)

    def end(self, call_id: str, result: Completion | Failure) -> Entry:
        """Settle the reservation: a lost call has no known cost, so all of it counts as spent."""
        entry, made = self._inner.end(call_id, result), self._reserved.pop(call_id)
        self._overruns.ended(made)
        at_most = self._most_as_answered(made.call, result) if entry.cost is None else None
        if isinstance(result, Completion):
            self._overruns.learn(made.call, made.bound, at_most if entry.cost is None else entry.cost)
        self._overruns.leave(made.call)
        self._budget.settle(made.reserved, entry.cost, at_most=at_most)
        return entry

    def _most_as_answered(self, call: Call, result: Completion | Failure) -> Decimal | None:
        """Return the most that a completion of unknown cost can have cost, by the price of the model that answered.

        None is as much as was reserved. Where there is no such price, the model is not called again.
        """
        if isinstance(result, Failure) or self._allow_unpriced:
            return None
        redirected = not is_same_model(call.model, result.model)
        if result.usage is None:
            bound = (
                cost_bound(self._prices, replace(call, model=result.model), self._inner.now)
                if redirected
                else Decimal(0)
            )
            if bound is not None:
                return bound or None
        self._overruns.learn_unpriced(call, result.model if redirected else None)
        return None

    @property
    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return self._inner.now

    @property
    def _cap(self) -> str:
        return "--max-cost" if self._rule is None else f"the max_cost of {self._rule}"

    def _unpriced_refusal(self, call: Call, answered_by: str | None) -> str:
        name = f"{call.provider}/{call.model}"
        why = f"is answered by {answered_by}, whose price is unknown" if answered_by else "bills what no price list has"
        advice = _how_to_price(f"{call.provider}/{answered_by}" if answered_by else name)
        return f"{name} {why}, so {self._cap} cannot be kept: {advice}"

    def _refusal(self, call: Call, bound: Decimal) -> str:
        output, budget = most_output_tokens(call), self._budget
        cap = f"{self._cap} {budget.cap:f}"
        if self._workers > 1:
            cap = f"${budget.cap:f}, a worker's share of {self._cap},"
        more = f" and {call.attached_tokens:,} for what is attached" if call.attached_tokens else ""
        return budget.stopped or (
            f"the next call could cost up to ${shown(bound)} ({output:,} output tokens{more}), more than "
            f"{cap} allows after {budget.account}: raise it or lower --max-output, which asks all rows again"
        )

    def _upper_bound(self, call: Call) -> Decimal:
        """Return the most a request can cost; raise UnknownPriceError if its model has no price."""
        return bound_under_cap(self._prices, call, self._inner.now, allow_unpriced=self._allow_unpriced)


def bound_under_cap(
    prices: PriceBook, call: Call, when: float, *, allow_unpriced: bool, batch: bool = False
) -> Decimal:  # fmt: skip
    """Return the most a request can cost; raise UnknownPriceError if its model has no price and needs one."""
    bound = cost_bound(prices, call, when, batch=batch)
    if bound is None and not allow_unpriced:
        name = f"{call.provider}/{call.model}"
        raise UnknownPriceError(f"no price is known for {name}, so --max-cost cannot be kept: {_how_to_price(name)}")
    return bound or Decimal(0)


def _how_to_price(name: str) -> str:
    """Return how a model gets a price, or does without one."""
    return f'give it one under [models."{name}"] price = {{ input = ..., output = ... }}, or add --allow-unpriced'
