"""The cap: what was spent and what calls in flight may yet cost never passes it."""

from __future__ import annotations

import asyncio
from collections import deque
from decimal import Decimal


class Budget:
    """Dollars reserved before a request is sent and settled when its cost is known; first come, first served."""

    def __init__(self, cap: Decimal | None) -> None:
        self.cap = cap
        self.spent = Decimal(0)
        self.reserved = Decimal(0)
        self._waiting: deque[tuple[asyncio.Future[bool], Decimal]] = deque()

    async def reserve(self, most: Decimal) -> bool:
        """Wait until a request that costs at most this many dollars fits; False if it never will."""
        if self.cap is None or (not self._waiting and self._fits(most)):
            self._take(most)
            return True
        if not self._may_fit(most):
            return False
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, most))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.settle(most, Decimal(0))
            else:
                self._serve()  # the next one may need less
            raise

    def settle(self, most: Decimal, cost: Decimal | None) -> None:
        """Replace a reservation by what the request really cost; an unknown cost counts as all of it."""
        self.reserved -= most
        self.spent += most if cost is None else cost
        self._serve()

    def _serve(self) -> None:
        while self._waiting:
            turn, most = self._waiting[0]
            fits = self._fits(most)
            if not fits and self._may_fit(most) and not turn.done():
                return
            self._waiting.popleft()
            if turn.done():  # cancelled while it waited
                continue
            if fits:
                self._take(most)
            turn.set_result(fits)

    def _fits(self, most: Decimal) -> bool:
        return self.cap is None or self.spent + self.reserved + most <= self.cap

    def _may_fit(self, most: Decimal) -> bool:
        """Return whether it may fit later: what is reserved may come back, what is spent does not."""
        return self.cap is None or self.spent + most <= self.cap

    def _take(self, most: Decimal) -> None:
        self.reserved += most
