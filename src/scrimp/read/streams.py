"""A named stream of bytes, read by lines, by records or whole, and never further ahead than needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO

from scrimp.errors import InputError
from scrimp.read.sources import Source

_BOM = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_GZIP_MAGIC = b"\x1f\x8b"
_BUFFER_SIZE = 1 << 18


class InputStream:
    """The bytes of an input; its first line can be peeked at before it is read."""

    def __init__(self, name: str, binary: BinaryIO) -> None:
        self.name, self._binary = name, binary
        self._head: list[bytes] = []

    def peek_line(self) -> bytes:
        """Return the first line that is not blank, without waiting for anything after it."""
        for line in self._binary:
            self._head.append(line)
            if line.removeprefix(_BOM).strip():
                return line.removeprefix(_BOM)
        return b""

    def lines(self) -> Iterator[bytes]:
        """Return the lines, each as soon as it arrives."""
        if not self._head:
            self._head.append(self._binary.readline())
        self._head[0] = self._without_bom(self._head[0])
        return chain(self._head, self._binary)

    def read_all(self) -> bytes:
        """Return everything at once."""
        return self._without_bom(b"".join([*self._head, self._binary.read()]))

    def records(self) -> Iterator[bytes]:
        """Yield the NUL-separated records, each as soon as its NUL arrives."""
        read: Callable[[int], bytes] = getattr(self._binary, "read1", self._binary.read)
        chunk = self._without_bom(read(_BUFFER_SIZE))
        pending: list[bytes] = []
        while chunk:
            first, *others = chunk.split(b"\0")
            pending.append(first)
            for record in others:
                yield b"".join(pending)
                pending = [record]
            chunk = read(_BUFFER_SIZE)
        yield b"".join(pending)

    def _without_bom(self, data: bytes) -> bytes:
        """Return the data without a byte order mark; raise InputError if it begins like UTF-16 or gzip."""
        if data.startswith(_UTF16_MARKS):
            raise InputError(f"{self.name} is UTF-16: convert it, for instance with `iconv -f UTF-16 -t UTF-8`")
        if data.startswith(_GZIP_MAGIC):
            raise InputError(
                f"{self.name} is compressed with gzip: give its name the extension .gz, or decompress it with `gunzip`"
            )
        return data.removeprefix(_BOM)


@contextmanager
def open_source(
    source: Source, stdin: BinaryIO | None, opened: Callable[[BinaryIO], None] = lambda _: None
) -> Iterator[InputStream]:
    """Open a source; stdin, the process's own unless another is given, stays open afterwards.

    `opened` gets the file, whose position tells how much of it is read.
    """
    if source.path is None:
        binary = stdin or _process_stdin()
        opened(binary)
        yield InputStream(source.name, binary)
        return
    with read_errors(source.name):
        raw: BinaryIO = source.path.open("rb", buffering=_BUFFER_SIZE)
    with raw:
        opened(raw)
        if source.path.suffix.lower() == ".gz":
            from scrimp.read.gzip_stream import decompressed  # noqa: PLC0415 - gzip is loaded only for a gzipped input

            yield InputStream(source.name, decompressed(raw, source.name, _BUFFER_SIZE))
        else:
            yield InputStream(source.name, raw)


@contextmanager
def read_errors(name: str) -> Iterator[None]:
    """Turn the operating system's errors about a file into InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{name} cannot be read ({error.strerror or error}): check the file and its permissions"
        ) from error


def _process_stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("stdin is closed: name a file, or pipe the input in")
    return sys.stdin.buffer
