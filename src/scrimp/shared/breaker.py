"""A circuit breaker for one server: after a failure it is not asked for a while, then one request tries again."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Breaker:
    """Closed at first; may be used by many threads."""

    def __init__(self, window: float, clock: Callable[[], float]) -> None:
        """`window` is how long it stays open, in seconds of the clock, unless another time is said."""
        self._window, self._clock = window, clock
        self._lock = threading.Lock()
        self._tried_at: float | None = None  # when the next request may try; None: closed

    @property
    def is_open(self) -> bool:
        """Whether a request would not be admitted now."""
        tried_at = self._tried_at
        return tried_at is not None and self._clock() < tried_at

    def admits(self) -> bool:
        """Return whether to ask now; where it is open and its time is over, one request is let through."""
        if self._tried_at is None:
            return True
        with self._lock:
            tried_at, now = self._tried_at, self._clock()
            if tried_at is not None and now < tried_at:
                return False
            if tried_at is not None:
                self._tried_at = now + self._window
            return True

    def open(self, window: float | None = None) -> None:
        """Note a failure, after which the server is not asked for a window of its own or the usual one."""
        with self._lock:
            self._tried_at = self._clock() + (self._window if window is None else window)

    def close(self) -> None:
        """Note that there was an answer."""
        self._tried_at = None
