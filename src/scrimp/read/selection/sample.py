"""Random samples of rows: a number of them for --sample, or one of each stretch of an input whose length is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

_Row = TypeVar("_Row")


def uniform_sample(rows: Iterator[_Row], size: int, seed: int) -> Iterator[_Row]:
    """Yield `size` rows in their order, each row as likely as any other; only this many are held at a time.

    Algorithm R of Vitter, "Random Sampling with a Reservoir" (1985). `random()` of a seed is the same in every version
    of Python, unlike `sample`.
    """
    from random import Random  # 3 ms, only for a sample

    if not size:
        return
    random = Random(seed).random  # noqa: S311 - a sample, no secret
    kept: list[tuple[int, _Row]] = []
    for count, row in enumerate(rows):
        if count < size:
            kept.append((count, row))
        elif (place := int(random() * (count + 1))) < size:
            kept[place] = (count, row)
    kept.sort(key=lambda item: item[0])
    for _, row in kept:
        yield row


class StratifiedSample(Generic[_Row]):
    """One row at random of each of equal stretches of an input, so that it is spread over all of it.

    Every row is kept as long as there are at most `rows` of them, with at most `size` in all; beyond that stretches
    are joined in pairs, and one of their two rows is kept. So it holds between half of that and all of it.
    """

    def __init__(self, *, rows: int, size: int, seed: int = 1) -> None:
        from random import Random  # 3 ms, only for a sample

        self._most_rows, self._most_size = rows, size
        self._random = Random(seed).random  # noqa: S311 - a sample, no secret
        self._kept: list[tuple[_Row, int]] = []  # sampled rows and their sizes; the last stretch may be incomplete
        self._size = 0
        self._stretch, self._in_last = 1, 1  # rows of a stretch, and of the last one
        self.count = 0  # rows that were offered

    @property
    def rows(self) -> list[_Row]:
        """The sample, in the order of the input."""
        return [row for row, _ in self._kept]

    @property
    def whole(self) -> bool:
        """Whether every row is in it."""
        return len(self._kept) == self.count

    def offer(self, row: _Row, size: int) -> None:
        """Consider a row, and keep it if it is sampled."""
        self.count += 1
        if not self._kept or self._in_last == self._stretch:
            self._kept.append((row, size))
            self._size, self._in_last = self._size + size, 1
        else:
            self._in_last += 1
            if self._random() * self._in_last < 1:
                self._size += size - self._kept[-1][1]
                self._kept[-1] = (row, size)
        while len(self._kept) > 1 and (len(self._kept) > self._most_rows or self._size > self._most_size):
            self._join_stretches()

    def _join_stretches(self) -> None:
        """Make stretches twice as long; of two full ones each row is as likely, of a part as its rows are."""
        last_pair = len(self._kept) - 2
        joined = []
        for place in range(0, len(self._kept) - 1, 2):
            length = self._in_last if place == last_pair else self._stretch
            second = self._random() * (self._stretch + length) < length
            joined.append(self._kept[place + second])
        if len(self._kept) % 2:
            joined.append(self._kept[-1])
        else:
            self._in_last += self._stretch
        self._kept, self._stretch = joined, 2 * self._stretch
        self._size = sum(size for _, size in joined)
