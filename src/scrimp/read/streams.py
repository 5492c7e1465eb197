"""A named stream of bytes: by lines, by records or whole, never further ahead than was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO

from scrimp.errors import InputError
from scrimp.read.sources import Source

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_BUFFER = 1 << 18


class InputStream:
    """What an input holds; its first lines may be looked at before it is read."""

    def __init__(self, name: str, binary: BinaryIO) -> None:
        self.name, self._binary = name, binary
        self._head: list[bytes] = []

    def beginning(self) -> bytes:
        """Return the first line that is not blank; nothing behind it is waited for."""
        for line in self._binary:
            self._head.append(line)
            if line.removeprefix(_BOM).strip():
                return line.removeprefix(_BOM)
        return b""

    def lines(self) -> Iterator[bytes]:
        """Return the lines, each as soon as it has arrived."""
        if not self._head:
            self._head.append(self._binary.readline())
        self._head[0] = self._unmarked(self._head[0])
        return chain(self._head, self._binary)

    def whole(self) -> bytes:
        """Return everything at once."""
        return self._unmarked(b"".join([*self._head, self._binary.read()]))

    def records(self) -> Iterator[bytes]:
        """Yield what stands between NUL bytes, each as soon as its NUL has arrived."""
        read: Callable[[int], bytes] = getattr(self._binary, "read1", self._binary.read)
        chunk = self._unmarked(read(_BUFFER))
        pending: list[bytes] = []
        while chunk:
            first, *others = chunk.split(b"\0")
            pending.append(first)
            for record in others:
                yield b"".join(pending)
                pending = [record]
            chunk = read(_BUFFER)
        yield b"".join(pending)

    def _unmarked(self, data: bytes) -> bytes:
        """Drop a byte order mark; say what the bytes are where their first two show that they cannot be UTF-8."""
        if data.startswith(_UTF16):
            raise InputError(f"{self.name} is UTF-16: convert it, for instance with `iconv -f UTF-16 -t UTF-8`")
        if data.startswith(_GZIP):
            raise InputError(f"{self.name} is packed with gzip: end its name in .gz, or unpack it with `gunzip`")
        return data.removeprefix(_BOM)


@contextmanager
def opened(source: Source, stdin: BinaryIO | None) -> Iterator[InputStream]:
    """Open a source; stdin, the process's own unless another is given, stays open afterwards."""
    if source.path is None:
        yield InputStream(source.name, stdin or _own_stdin())
        return
    with reading(source.name):
        raw: BinaryIO = source.path.open("rb", buffering=_BUFFER)
    with raw:
        if source.path.suffix.lower() == ".gz":
            from scrimp.read.gzip_stream import unpacked  # noqa: PLC0415 - gzip is loaded only for a packed input

            yield InputStream(source.name, unpacked(raw, source.name, _BUFFER))
        else:
            yield InputStream(source.name, raw)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the system says of a file into a sentence of ours."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{name} cannot be read ({error.strerror or error}): check what it is and who may read it"
        ) from error


def _own_stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("stdin is closed: name a file, or pipe something in")
    return sys.stdin.buffer
