"""Replies about batches that cannot be understood: asked again, each time later, and in the end no more."""

from __future__ import annotations

from collections.abc import Callable

TRIES = 6  # replies in a row about one batch that cannot be understood
_LATER = 2.0  # factor by which each wait is longer than the one before


class UnreadableReplies:
    """Counts unreadable replies during one command; the next command starts over. `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._met: dict[str, int] = {}
        self._next: dict[str, float] = {}

    def meet(self, what: str, patience: float, tries: int = TRIES) -> bool:
        """Count one about `what`; return whether it was the last that is asked for.

        `patience` is the first wait, in seconds.
        """
        met = self._met[what] = self._met.get(what, 0) + 1
        self._next[what] = float("inf") if met >= tries else self._clock() + patience * _LATER ** (met - 1)
        return met >= tries

    def number(self, what: str) -> int:
        """Return how many came in a row."""
        return self._met.get(what, 0)

    def forget(self, what: str) -> None:
        """Start over: a reply was understood."""
        self._met.pop(what, None)
        self._next.pop(what, None)

    def is_due(self, what: str) -> bool:
        """Return whether it may be asked for again now."""
        return self._clock() >= self.due(what)

    def due(self, what: str) -> float:
        """Return when it may be asked for again, in seconds since the epoch."""
        return self._next.get(what, 0.0)

    def is_given_up(self, what: str) -> bool:
        """Return whether it is no longer asked for."""
        return self._next.get(what) == float("inf")
