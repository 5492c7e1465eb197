"""An event loop that other threads wake once for all that they hand over until it looks.

asyncio writes a byte to a socket for each callback that comes from another thread. That thread gives the interpreter
away to write it, and waits for it again, while the loop's own thread works: the engine of HTTP would hand over one
reply, and write no request, in twice the time for which the interpreter may be kept.

While many come, the loop also leaves the interpreter to those threads for a moment before it looks: handing it back
and forth for each reply cost a sixth of a row's processor time.
"""

from __future__ import annotations

import asyncio
import ctypes
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import TypeAlias

# Seconds for which it leaves the interpreter to others, where it took at least this many callbacks when it looked last:
# with one or two calls at once it would only keep these waiting.
_PAUSE, _MANY = 0.0005, 4
_own_threads = threading.local()  # is empty again in a thread whose state was not kept

_Handed: TypeAlias = tuple[asyncio.Handle, Callable[..., object], tuple[object, ...], Context]


class CoalescingLoop(asyncio.SelectorEventLoop):
    """A loop whose `call_soon_threadsafe` wakes it only where it is not on its way to look."""

    def __init__(self) -> None:
        super().__init__()
        self._can_pause = True
        self._handed: deque[_Handed] = deque()
        self._will_look = False
        self._many = False  # whether many were handed over when it looked last

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        """Schedule a callback in the loop's thread; may be called from any thread."""
        if self.is_closed():
            return super().call_soon_threadsafe(callback, *args, context=context)  # says so
        _keep_thread_state()
        own = copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, own)
        self._handed.append((handle, callback, args, own))
        if not self._will_look:
            try:
                self._will_look = True
                super().call_soon_threadsafe(self._look)
            except BaseException:  # a second signal
                self._will_look = False
                raise
        return handle

    def _look(self) -> None:
        try:
            self._take()
        except Exception:  # it would come at each look: the loop says it once, and what is handed over next wakes it
            self._will_look = False
            raise
        except BaseException:  # a second signal: the end of the loop may wait for what was not taken
            self._will_look = True
            self.call_soon(self._look)
            raise

    def _take(self) -> None:
        if self._many:
            self._pause()
        self._will_look = False  # first: what is handed over from here on wakes it again
        taken = 0
        while self._handed:
            handle, callback, args, context = self._handed[0]
            taken += 1
            if not handle.cancelled():
                self.call_soon(callback, *args, context=context)
            self._handed.popleft()  # last: it is not lost where a signal comes in between
        self._many = taken >= _MANY

    def _pause(self) -> None:
        """Leave the interpreter to other threads, which saves time where it can be done."""
        try:
            if self._can_pause:
                time.sleep(_PAUSE)
        except OSError:  # under a clock that was replaced: rows do not need it
            self._can_pause = False


def _keep_thread_state() -> None:
    """Keep what the interpreter knows of this thread until the process ends.

    The HTTP engine's thread was not begun by Python, and is forgotten each time it gives the interpreter back: its
    state, and memory for the frames of what it calls, would be made and freed for each reply.
    """
    if not hasattr(_own_threads, "kept"):
        _own_threads.kept = True
        ctypes.pythonapi.PyGILState_Ensure()  # is not released
