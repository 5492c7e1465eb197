"""Calls that cost more than their upper bound, and what that means for later calls of the same model.

A bound comes from the price table and --max-output. A provider may still bill more: hidden reasoning outside the cap, a
service tier, a gateway that passes the call to a more expensive model. So under a cap the first call of each model goes
alone, and what a call costs above its bound is reserved for every later call. If its cost is unknown, none follows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import ROUND_UP, Decimal

from msgspec import Struct

from scrimp.flows.spend.budgets.budget import Budget
from scrimp.units import format_dollars
from scrimp.values import Call

_STEP = Decimal("0.01")


class Unpriced(Struct, frozen=True):
    """A model whose calls have no known cost; the model that answered instead, if it was another one."""

    answered_by: str | None


class Reservation(Struct):
    """A call in flight, the most it can cost by its price, and what is reserved for it in a budget, in dollars."""

    call: Call
    bound: Decimal
    reserved: Decimal
    budget: Budget


class Overruns:
    """The calls of one run under a cap, by model."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._factors: dict[str, Decimal] = {}
        self._known: set[str] = set()  # models that have returned a completion
        self._alone: dict[str, tuple[Call, asyncio.Event]] = {}
        self._unpriced: dict[str, Unpriced] = {}
        self._in_flight: dict[str, dict[int, Reservation]] = {}  # by identity: equal calls may be in flight

    async def enter(self, call: Call) -> None:
        """Wait while the first call of the same model is in flight; if none has been made yet, become that call."""
        model = _name(call)
        while (first := self._alone.get(model)) is not None and first[0] is not call:
            await first[1].wait()
        if model not in self._known and first is None:
            self._alone[model] = (call, asyncio.Event())

    def leave(self, call: Call) -> None:
        """End a call, or one that was not made: should it have been the first of its model, others may go."""
        first = self._alone.get(_name(call))
        if first is not None and first[0] is call:
            del self._alone[_name(call)]
            first[1].set()

    def watch(self, reservation: Reservation) -> None:
        """Reserve more for a call in flight should another of its model turn out more expensive than its bound."""
        self._in_flight.setdefault(_name(reservation.call), {})[id(reservation)] = reservation

    def ended(self, reservation: Reservation) -> None:
        """Stop watching a call."""
        del self._in_flight[_name(reservation.call)][id(reservation)]

    def factor(self, call: Call) -> Decimal:
        """Return by what factor a call of this model may exceed its bound, judging by others: 1 or more."""
        return self._factors.get(_name(call), Decimal(1))

    def unpriced(self, call: Call) -> Unpriced | None:
        """Return why it is not known what calls of this model cost; None if it is."""
        return self._unpriced.get(_name(call))

    def learn_unpriced(self, call: Call, answered_by: str | None) -> None:
        """Learn that a completion has no known cost although its tokens were counted, or came from another model."""
        self._unpriced[_name(call)] = Unpriced(answered_by)

    def learn(self, call: Call, bound: Decimal, cost: Decimal | None) -> None:
        """Learn the cost of a completion with this bound in dollars; None is unknown and teaches nothing."""
        model = _name(call)
        self._known.add(model)
        if cost is None or not bound or cost <= bound * self.factor(call):
            return
        factor = self._factors[model] = (cost / bound).quantize(_STEP, ROUND_UP)
        for each in self._in_flight.get(model, {}).values():
            if (more := each.bound * factor - each.reserved) > 0:
                each.reserved += more
                each.budget.reserve_more(more)
        limits = "price, --max-output and attachments" if call.attachments else "price and --max-output"
        self._warn(
            f"a call of {model} cost {format_dollars(cost)}, and {format_dollars(bound)} at most by its {limits}: "
            f"{factor.normalize():f} times as much is reserved for those that follow"
        )


def _name(call: Call) -> str:
    return f"{call.provider}/{call.model}"
