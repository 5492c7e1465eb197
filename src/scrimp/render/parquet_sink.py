"""A file that Parquet's library writes to; the library does not know where its bytes go, or when that is closed."""

from __future__ import annotations

from collections.abc import Callable


class ParquetSink:
    """Hands on what is written; it can be written to from its beginning to its end, and no more."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        """`take` gets the bytes as they come."""
        self._take, self._size = take, 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Hand on some bytes, which the library may use again."""
        self._take(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Note the end of the file."""
        self.closed = True
