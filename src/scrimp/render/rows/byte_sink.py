"""Bytes written to any kind of stream."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, TextIO, cast


class ByteSink:
    """Writes UTF-8 to a binary stream, or to the buffer under a text stream where it has one."""

    write: Callable[[bytes], object]
    flush: Callable[[], None]

    def __init__(
        self, stream: BinaryIO | TextIO, rewriting: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:  # fmt: skip
        """Rows are rewritten within the context of `rewriting`."""
        self._rewriting = rewriting
        binary = _binary(stream)
        self._file = binary if isinstance(binary, io.BufferedRandom | io.BytesIO) else None
        if binary is None:
            text = cast("TextIO", stream)
            self.write, self.flush = lambda data: text.write(data.decode()), text.flush
            return
        self.write, self.flush = binary.write, binary.flush

    @property
    def is_rewritable(self) -> bool:
        """Return whether what was written can be changed: a file that is open for both, as that of -o is."""
        return self._file is not None

    def rewrite(self, change: Callable[[BinaryIO], None]) -> None:
        """Change what was written; the stream must be rewritable."""
        if self._file is not None:
            self._file.flush()
            with self._rewriting():
                change(cast("BinaryIO", self._file))

    def close(self) -> None:
        """Flush; the stream is not ours to close."""
        self.flush()


def _binary(stream: BinaryIO | TextIO) -> BinaryIO | io.BufferedIOBase | None:
    """Return the binary stream under a stream, None if it holds text only."""
    if not isinstance(stream, io.TextIOBase):
        return cast("BinaryIO", stream)
    stream.flush()  # text written before comes first
    buffer: BinaryIO | None = getattr(stream, "buffer", None)
    return buffer
