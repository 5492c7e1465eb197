"""Calls that share a beginning: the first goes alone and fills the provider's prompt cache, then the others follow.

Providers keep the beginnings of prompts for five minutes or more, and read them again at a tenth of the price; of many
calls sent at once, each would pay for its own.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from scrimp.values import Call

# The shortest time a provider keeps a beginning after it was last used.
_WARM_SECONDS = 300.0
# Beginnings remembered: a run whose prompts are all long and all different must not remember each.
_REMEMBERED = 4096

_Place = tuple[str, str, int]


class PrefixWarmup:
    """The beginnings seen lately: a future while one is being filled in, then the time of its last use."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[_Place, asyncio.Future[None] | float] = OrderedDict()

    @asynccontextmanager
    async def turn(self, call: Call, beginnings: Sequence[int]) -> AsyncIterator[None]:
        """Hold a call back while another one fills the model's cache with a beginning that both have.

        A call with several beginnings fills those that are cold, while others may read the rest.
        """
        places = [(call.provider, call.model, each) for each in beginnings]
        while filling := [each for place in places if isinstance(each := self._seen.get(place), asyncio.Future)]:
            await asyncio.wait(filling)
        cold = [place for place in places if not self._is_warm(place)]
        filled: asyncio.Future[None] | None = asyncio.get_running_loop().create_future() if cold else None
        for place in places:
            self._seen[place] = filled if filled is not None and place in cold else self._clock()
            self._seen.move_to_end(place)
        self._forget()
        try:
            yield
        finally:
            # Warm or not: where the first one failed the others need not wait for each other.
            for place in cold:
                self._seen[place] = self._clock()
            if filled is not None:
                filled.set_result(None)

    def _is_warm(self, place: _Place) -> bool:
        used = self._seen.get(place)
        return isinstance(used, float) and self._clock() - used < _WARM_SECONDS

    def _forget(self) -> None:
        while len(self._seen) > _REMEMBERED:
            key, value = self._seen.popitem(last=False)
            if isinstance(value, asyncio.Future):
                self._seen[key] = value  # others wait for it
                return
