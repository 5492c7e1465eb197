"""Bytes on their way to a stream, whatever kind of stream it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, TextIO, cast


class ByteSink:
    """Writes UTF-8 to a binary stream, or to a text stream's own bytes where it has any."""

    write: Callable[[bytes], object]
    flush: Callable[[], None]

    def __init__(self, stream: BinaryIO | TextIO) -> None:
        self._own: io.BufferedWriter | None = None
        binary = _binary(stream)
        if binary is None:
            text = cast("TextIO", stream)
            self.write, self.flush = lambda data: text.write(data.decode()), text.flush
            return
        if isinstance(binary, io.RawIOBase):
            # Under PYTHONUNBUFFERED stdout has no buffer: a system call for every row, and writes may be cut short.
            binary = self._own = io.BufferedWriter(binary)
        self.write, self.flush = binary.write, binary.flush

    def close(self) -> None:
        """Leave nothing behind, and let go of the stream, which is not ours to close."""
        self.flush()
        if self._own is not None:
            self._own.detach()
            self._own = None


def _binary(stream: BinaryIO | TextIO) -> BinaryIO | io.BufferedIOBase | io.RawIOBase | None:
    """Return the bytes under a stream, None where it holds text only."""
    if not isinstance(stream, io.TextIOBase):
        return cast("BinaryIO", stream)
    stream.flush()  # what was written as text comes first
    buffer: BinaryIO | None = getattr(stream, "buffer", None)
    return buffer
