"""A clock that a test sets."""

from __future__ import annotations


class Clock:
    """Seconds since some moment; they pass where a test adds to `now`."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
