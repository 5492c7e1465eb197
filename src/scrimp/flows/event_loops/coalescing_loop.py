"""An event loop that other threads wake once for all that they hand over until it looks.

asyncio writes a byte to a socket for each callback that comes from another thread. That thread gives the interpreter
away to write it, and waits for it again, while the loop's own thread works: the engine of HTTP would hand over one
reply, and write no request, in twice the time for which the interpreter may be kept.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import TypeAlias

_Handed: TypeAlias = tuple[asyncio.Handle, Callable[..., object], tuple[object, ...], Context]


class CoalescingLoop(asyncio.SelectorEventLoop):
    """A loop whose `call_soon_threadsafe` wakes it only where it is not on its way to look."""

    def __init__(self) -> None:
        super().__init__()
        self._handed: deque[_Handed] = deque()
        self._will_look = False

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        """Schedule a callback in the loop's thread; may be called from any thread."""
        if self.is_closed():
            return super().call_soon_threadsafe(callback, *args, context=context)  # says so
        own = copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, own)
        self._handed.append((handle, callback, args, own))
        if not self._will_look:
            self._will_look = True
            super().call_soon_threadsafe(self._look)
        return handle

    def _look(self) -> None:
        self._will_look = False  # first: what is handed over from here on wakes it again
        while self._handed:
            handle, callback, args, context = self._handed.popleft()
            if not handle.cancelled():
                self.call_soon(callback, *args, context=context)
