"""Rows that share a long prefix: the first goes alone and fills the provider's prompt cache, then the others follow.

Providers keep the prefixes of prompts from about 1 024 tokens on, for five minutes or more, and read them again at a
tenth of the price; of many calls sent at once, each would pay for its own.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from scrimp.values import Call

# Characters, about 1 024 tokens: no provider caches shorter prefixes.
_LONG_PREFIX, _LONG_TOKENS = 4096, 1024
# The shortest time a provider keeps a prefix after it was last used.
_WARM_SECONDS = 300.0
# Prefixes remembered: a run whose prompts are all long and all different must not remember each.
_REMEMBERED = 4096


class PrefixWarmup:
    """The prefixes seen lately: a future while one is being filled in, then the time of its last use."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[str, str, int], asyncio.Future[None] | float] = OrderedDict()

    @asynccontextmanager
    async def turn(self, call: Call, prefix: str) -> AsyncIterator[None]:
        """Hold a call back while another one fills the model's cache with the same prefix."""
        key = (call.provider, call.model, hash(prefix))
        while isinstance(filling := self._seen.get(key), asyncio.Future):
            await asyncio.wait([filling])
        if filling is not None and self._clock() - filling < _WARM_SECONDS:
            self._seen[key] = self._clock()
            self._seen.move_to_end(key)
            yield
            return
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._seen[key] = first
        self._forget()
        try:
            yield
        finally:
            # Warm or not: where the first one failed the others need not wait for each other.
            self._seen[key] = self._clock()
            first.set_result(None)

    def _forget(self) -> None:
        while len(self._seen) > _REMEMBERED:
            key, value = self._seen.popitem(last=False)
            if isinstance(value, asyncio.Future):
                self._seen[key] = value  # others wait for it
                return


def long_prefix(call: Call) -> str | None:
    """Return what a call begins with, where that is long enough to be cached: system text, earlier turns, the text.

    What is attached stands before the text, under its hash.
    """
    if call.attached_tokens >= _LONG_TOKENS:
        attached = (each.identity for each in call.attachments)
        return "\0".join([call.system or "", *(turn.words for turn in call.history), *attached])
    if len(call.text) < _LONG_PREFIX and not call.system and not call.history:
        return None
    parts = [call.system or "", *(turn.words for turn in call.history), call.text]
    prefix = "\0".join(parts)
    return prefix[:_LONG_PREFIX] if len(prefix) >= _LONG_PREFIX else None
