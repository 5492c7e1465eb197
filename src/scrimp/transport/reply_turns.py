"""In which order replies are read that come at once: some at a time, so that the calls which follow them go in between.

What is done with a reply takes as long as to send a call. Were a thousand replies of one moment read first, and the
calls sent then whose places they leave, the provider would have nothing to do for as long. The engine would, too: its
own thread hands over replies and writes requests to sockets, and waits for the interpreter while a pass of the loop
lasts.
"""

from __future__ import annotations

import asyncio
from collections import deque

# Replies that are read in one pass of the event loop.
_AT_ONCE = 16


class ReplyTurns:
    """The turns of the replies of one event loop, in the order in which they came."""

    def __init__(self) -> None:
        self._taken = 0  # replies read in this pass
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._none_waits = asyncio.Event()
        self._none_waits.set()

    async def take(self) -> None:
        """Wait until a reply may be read; where that is canceled, what was answered is read before the task ends."""
        loop = asyncio.get_running_loop()
        if self._taken < _AT_ONCE:
            self._count(loop)
            return
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        self._none_waits.clear()
        try:
            await turn
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None:
                task.cancel()

    async def none_waits(self) -> None:
        """Wait until no reply waits for its turn."""
        await self._none_waits.wait()

    def _count(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._taken:
            loop.call_soon(self._next_pass, loop)
        self._taken += 1

    def _next_pass(self, loop: asyncio.AbstractEventLoop) -> None:
        self._taken = 0
        while self._waiting and self._taken < _AT_ONCE:
            turn = self._waiting.popleft()
            if not turn.done():  # canceled
                self._count(loop)
                turn.set_result(None)
        if not self._waiting:
            self._none_waits.set()
