"""The cap of a run: spending, plus the most that calls in flight can cost, never exceeds it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from decimal import Decimal

_SHOWN = Decimal("0.000001")


class Budget:
    """Dollars reserved before a request is sent and settled when its cost is known; first come, first served."""

    def __init__(self, cap: Decimal | None) -> None:
        self.cap = cap
        self.spent = Decimal(0)
        self.reserved = Decimal(0)
        self.may_be_less = False  # whether reservations of calls of unknown cost count as spent
        self.stopped: str | None = None  # a sentence on why no further request is admitted, however cheap
        self.refusal: Callable[[], str] | None = None  # a sentence on the first request that did not fit
        self._waiting: deque[tuple[asyncio.Future[bool], Decimal]] = deque()

    @property
    def account(self) -> str:
        """What has used up the cap so far, in words."""
        in_flight = f" and up to ${shown(self.reserved)} for calls in flight" if self.reserved else ""
        return f"{'up to ' if self.may_be_less else ''}${shown(self.spent)} spent{in_flight}"

    async def reserve(self, upper_bound: Decimal) -> bool:
        """Wait until a request that costs at most this many dollars fits; False if it never will."""
        if self.cap is None or (not self._waiting and self._fits(upper_bound)):
            self._take(upper_bound)
            return True
        if not self._may_fit(upper_bound):
            return False
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, upper_bound))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.settle(upper_bound, Decimal(0))
            else:
                self._serve()  # the next one may need less
            raise

    def settle(self, upper_bound: Decimal, cost: Decimal | None, *, at_most: Decimal | None = None) -> None:
        """Replace a reservation by the actual cost of the request; an unknown cost counts as the whole reservation.

        `at_most` is what it may have cost instead, where that is more: a more expensive model answered.
        """
        self.reserved -= upper_bound
        self.spent += max(upper_bound, at_most or upper_bound) if cost is None else cost
        self.may_be_less |= cost is None and upper_bound > 0
        self._serve()

    def reserve_more(self, dollars: Decimal) -> None:
        """Reserve more for a request in flight, whether it fits or not: later requests have to wait."""
        self.reserved += dollars

    def _serve(self) -> None:
        while self._waiting:
            turn, upper_bound = self._waiting[0]
            fits = self._fits(upper_bound)
            if not fits and self._may_fit(upper_bound) and not turn.done():
                return
            self._waiting.popleft()
            if turn.done():  # cancelled while it waited
                continue
            if fits:
                self._take(upper_bound)
            turn.set_result(fits)

    def _fits(self, upper_bound: Decimal) -> bool:
        return self.cap is None or self.spent + self.reserved + upper_bound <= self.cap

    def _may_fit(self, upper_bound: Decimal) -> bool:
        """Return whether it may fit later: reservations may come back, spending does not."""
        return self.cap is None or self.spent + upper_bound <= self.cap

    def _take(self, upper_bound: Decimal) -> None:
        self.reserved += upper_bound


def shown(dollars: Decimal) -> str:
    """Return an amount for a sentence, to a millionth of a dollar."""
    return f"{dollars.quantize(_SHOWN).normalize():f}"
