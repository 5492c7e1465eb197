"""How many rows the inputs have, estimated from the bytes read so far, so that a run can show what is left of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from scrimp.errors import InputError
from scrimp.read.inputs.sources import Source, find_sources
from scrimp.values import Prompt

# Prompts between two looks at the position in a file.
_EVERY = 16


class InputMeter:
    """Counts rows and bytes as they are read; without a size (a pipe) there is no total before the end."""

    def __init__(self, inputs: Sequence[str], limit: int | None = None, *, each: int = 1) -> None:
        """`limit` is the most rows that are taken; each of them is answered `each` times."""
        self._inputs, self._limit, self._each = inputs, limit, each
        self._size: int | None = None  # bytes of all inputs, looked up on first use
        self._sized = self._ended = False
        self._before = 0  # bytes of the sources that are read
        self._current: BinaryIO | None = None
        self._current_size = 0
        self._first = 0  # the position after the first row; rows before it may have been left out
        self._read = (0, 0)  # rows and position, of one moment: they are read in another thread

    def begin(self, binary: BinaryIO) -> None:
        """Follow the position in this file, which may be compressed; the one before is read."""
        self._before += self._current_size
        self._current, self._current_size = binary, _size_of(binary)

    def counted(self, prompts: Iterable[Prompt]) -> Iterator[Prompt]:
        """Yield prompts, and count them."""
        rows = 0
        for prompt in prompts:
            rows += 1
            if rows == 1:
                self._first = self._position()
            if rows % _EVERY == 1:
                self._read = (rows, self._position())
            yield prompt
        self._read, self._ended = (rows, 0), True

    def total(self) -> tuple[int | None, bool]:
        """Return the number of rows, None if it cannot be known, and whether it is exact."""
        rows, position = self._read
        if self._ended:
            return rows * self._each, True
        estimate = self._estimate(rows, position)
        if self._limit is None:
            return None if estimate is None else estimate * self._each, False
        return (self._limit if estimate is None else min(estimate, self._limit)) * self._each, False

    def _estimate(self, rows: int, position: int) -> int | None:
        size = self._total_size()
        # At the end, and rows still come: the file was read whole, so its bytes say nothing.
        if rows < 2 or not size or not self._first < position < size:
            return None
        return rows + round((rows - 1) * (size - position) / (position - self._first))

    def _position(self) -> int:
        try:
            return self._before + (0 if self._current is None else self._current.tell())
        except (OSError, ValueError):  # a pipe, or a file that was read and closed
            return self._before + self._current_size

    def _total_size(self) -> int | None:
        if not self._sized:
            self._size, self._sized = _sizes(self._inputs), True
        return self._size


def _sizes(inputs: Sequence[str]) -> int | None:
    """Return the bytes of all inputs; None if one is not a regular file. Directories are walked for it."""
    total = 0
    try:
        for source in find_sources(inputs):
            size = _source_size(source)
            if size is None:
                return None
            total += size
    except (InputError, OSError):  # the reader reports it
        return None
    return total


def _source_size(source: Source) -> int | None:
    if source.size is not None:
        return source.size
    status = os.fstat(0) if source.path is None else source.path.stat()
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _size_of(binary: BinaryIO) -> int:
    try:
        status = os.fstat(binary.fileno())
    except (OSError, ValueError):
        size: int = getattr(getattr(binary, "raw", None), "size", 0)  # size of an S3 object
        return size
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
