"""The order of chunks that workers answer: each is handed on in its turn, and those that did not come are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.values import Outcome

_MOST_HELD = 256  # chunks that wait for one before them; it may be lost with its worker, or be retried for minutes


class ChunkOrder:
    """The outcomes of chunks on their way to the output; unless `in_order`, none waits for one before it."""

    def __init__(self, *, in_order: bool, most_held: int = _MOST_HELD) -> None:
        self._in_order, self._most_held = in_order, most_held
        self.count = 0  # of all chunks, once that is known
        self._next = 0  # all chunks before this one came
        self._came = set[int]()  # chunks after it that came
        self._held: dict[int, Sequence[Outcome]] = {}  # of chunks that wait for those before them

    @property
    def missing(self) -> frozenset[int]:
        """The numbers of the chunks that did not come."""
        return frozenset(range(self._next, self.count)) - self._came

    def add(self, number: int, outcomes: Sequence[Outcome]) -> Iterator[Sequence[Outcome]]:
        """Take a chunk that came; return the outcomes of those whose turn it is."""
        self._came.add(number)
        while self._next in self._came:
            self._came.discard(self._next)
            self._next += 1
        self._held[number] = outcomes
        waits = self._in_order and len(self._held) <= self._most_held
        return self._taken(sorted(number for number in self._held if number < self._next or not waits))

    def rest(self) -> Iterator[Sequence[Outcome]]:
        """Return the outcomes that still wait."""
        return self._taken(sorted(self._held))

    def _taken(self, numbers: Sequence[int]) -> Iterator[Sequence[Outcome]]:
        for number in numbers:
            if outcomes := self._held.pop(number):
                yield outcomes
