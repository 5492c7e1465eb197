"""Bytes on their way to a stream, whatever kind of stream it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, TextIO


class Sink:
    """Writes UTF-8 to a binary stream, or to a text stream's own bytes where it has any."""

    write: Callable[[bytes], object]
    flush: Callable[[], None]

    def __init__(self, stream: BinaryIO | TextIO) -> None:
        self._own: io.BufferedWriter | None = None
        if isinstance(stream, io.TextIOBase):
            stream.flush()  # what was written as text comes first
        target = getattr(stream, "buffer", stream)
        if isinstance(target, io.TextIOBase):
            self.write = _decoding(target)
        elif isinstance(target, io.RawIOBase):
            # Under PYTHONUNBUFFERED stdout has no buffer: a system call for every row, and writes may be cut short.
            target = self._own = io.BufferedWriter(target)
            self.write = target.write
        else:
            self.write = target.write
        self.flush = target.flush

    def close(self) -> None:
        """Leave nothing behind, and let go of the stream, which is not ours to close."""
        self.flush()
        if self._own is not None:
            self._own.detach()
            self._own = None


def _decoding(stream: io.TextIOBase) -> Callable[[bytes], object]:
    return lambda data: stream.write(data.decode())
