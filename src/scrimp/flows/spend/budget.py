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
        """Wait until a request that costs at the most so much fits; False if it never will."""
        if self.cap is None or (not self._waiting and self._fits(most)):
            self._take(most)
            return True
        if not self._may_fit(most):
            return False
        place: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((place, most))
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.result():
                self.settle(most, Decimal(0))
            else:
                self._serve()  # whoever is behind it may need less
            raise

    def settle(self, most: Decimal, cost: Decimal | None) -> None:
        """Give a reservation back for what the request really cost; an unknown cost counts as all of it."""
        self.reserved -= most
        self.spent += most if cost is None else cost
        self._serve()

    def _serve(self) -> None:
        while self._waiting:
            place, most = self._waiting[0]
            fits = self._fits(most)
            if not fits and self._may_fit(most) and not place.done():
                return
            self._waiting.popleft()
            if place.done():  # cancelled while it waited
                continue
            if fits:
                self._take(most)
            place.set_result(fits)

    def _fits(self, most: Decimal) -> bool:
        return self.cap is None or self.spent + self.reserved + most <= self.cap

    def _may_fit(self, most: Decimal) -> bool:
        """Say whether it may fit some time: what is reserved may come back, what is spent does not."""
        return self.cap is None or self.spent + most <= self.cap

    def _take(self, most: Decimal) -> None:
        self.reserved += most
