"""The cap: what was spent and what calls in flight may yet cost never passes it."""

from __future__ import annotations

import asyncio
from decimal import Decimal


class Budget:
    """Dollars reserved before a call is sent and settled when its cost is known."""

    def __init__(self, cap: Decimal | None) -> None:
        self.cap = cap
        self.spent = Decimal(0)
        self._reserved = Decimal(0)
        self._in_flight = 0
        self._settled = asyncio.Condition()

    async def reserve(self, most: Decimal) -> bool:
        """Wait until a call that costs at the most so much fits; False if it never will."""
        async with self._settled:
            while self.cap is not None and self.spent + self._reserved + most > self.cap:
                if not self._in_flight:
                    return False
                await self._settled.wait()
            self._reserved += most
            self._in_flight += 1
            return True

    async def settle(self, most: Decimal, cost: Decimal | None) -> None:
        """Give a reservation back for what the call really cost; an unknown cost counts as all of it."""
        async with self._settled:
            self._reserved -= most
            self._in_flight -= 1
            self.spent += most if cost is None else cost
            self._settled.notify_all()
