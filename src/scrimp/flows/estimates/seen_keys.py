"""Which rows were met before, in little more room than their keys take: a set of Python's takes eighty bytes a row."""

from __future__ import annotations

from array import array

_FIRST_PLACES = 1024  # a power of two, as all sizes are
_FREE = 0


class SeenKeys:
    """A set of 64-bit numbers that are spread evenly, as hashes are: a table with open addressing."""

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * _FIRST_PLACES))
        self._taken = 0

    def add(self, key: int) -> bool:
        """Add a number; return whether it is new."""
        key = key or 1  # of which 0 marks a free place; no one meets either among hashes
        place = self._place_of(key)
        if self._places[place] == key:
            return False
        self._places[place] = key
        self._taken += 1
        if 2 * self._taken > len(self._places):
            self._grow()
        return True

    def _place_of(self, key: int) -> int:
        """Return where a number is, or is to be."""
        places, last = self._places, len(self._places) - 1
        place = key & last
        while places[place] not in (_FREE, key):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        former, self._places = self._places, array("Q", bytes(16 * len(self._places)))
        for key in former:
            if key != _FREE:
                self._places[self._place_of(key)] = key
