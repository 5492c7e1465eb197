"""A named stream of bytes, read by lines, by records or whole, and never further ahead than needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO

from scrimp.errors import InputError
from scrimp.read.inputs.encodings import UTF8_MARK, encoding_of, needs_recoding, recoded
from scrimp.read.inputs.file_kinds import binary_kind
from scrimp.read.inputs.sources import Source

_BUFFER_SIZE = 1 << 18
# Bytes of one row, of which no model takes this many: a device, or a bomb in a .gz, has a line without end.
LONGEST_ROW = 1 << 27
_LARGEST_DOCUMENT = 8  # rows of that size in one that is read whole, for which memory must have room


class CutLine(bytes):
    """The beginning of a line that is longer than a row may be; the rest of it was passed over."""

    __slots__ = ()
    reason = "a row of more bytes than any model takes: cut it up or remove it"


class InputStream:
    """The bytes of an input as UTF-8; its first line can be peeked at before it is read.

    A byte order mark decides the encoding, then the name that was given; without either it is UTF-8, or UTF-16 where
    every other byte of the beginning is NUL.
    """

    def __init__(self, name: str, binary: BinaryIO, encoding: str | None = None, *, longest: int = LONGEST_ROW) -> None:
        """`longest` is the most bytes of a row."""
        self.name, self._binary, self._longest = name, binary, longest
        self._encoding = encoding if needs_recoding(encoding) else None
        self._head: list[bytes] = []
        self.header: Sequence[str] | None = None  # header of a table, once it is read

    def peek_line(self) -> bytes:
        """Return the first line that is not blank, without waiting for anything after it."""
        self._read_head()
        while not self._head[-1].strip():
            line = self._read_line()
            if not line:
                return b""
            self._head.append(line)
        return self._head[-1]

    def lines(self, *, carriage_returns: bool = False) -> Iterator[bytes]:
        """Return the lines, each as soon as it arrives; a text without newlines may be split at `carriage_returns`."""
        self._read_head()
        if carriage_returns and len(self._head) == 1 and not self._head[0].endswith(b"\n"):
            self._head = self._head[0].splitlines(keepends=True)
        return chain(self._head, iter(self._read_or_pass_over, b""))

    def read_all(self) -> bytes:
        """Return everything at once, which is a document of rows, maybe on one line."""
        if not self._head:
            self._head.append(self._begin(self._read_chunk, guess=True))
        return self._read_whole(_LARGEST_DOCUMENT * self._longest, self._too_large)

    def read_row(self) -> bytes:
        """Return everything at once, which is one row."""
        self._read_head()
        return self._read_whole(self._longest, self._too_long)

    def _read_whole(self, most: int, too_much: Callable[[], InputError]) -> bytes:
        pieces, size = [*self._head], sum(map(len, self._head))
        while piece := self._binary.read(_BUFFER_SIZE):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise too_much()
        return b"".join(pieces)

    def records(self, separator: bytes = b"\0") -> Iterator[bytes]:
        """Yield the records between separators, each as soon as the one after it arrives."""
        chunk = b"".join(self._head) or self._begin(self._read_chunk, guess=False)
        pending: list[bytes] = []
        size = 0  # characters that are pending
        while chunk:
            first, *others = chunk.split(separator)
            pending.append(first)
            size += len(first)
            if size > self._longest:
                raise self._too_long()
            for record in others:
                yield b"".join(pending)
                pending, size = [record], len(record)
            chunk = self._read_chunk()
        yield b"".join(pending)

    def seekable(self) -> BinaryIO:
        """Return the bytes as they are, for a format that is not read from its beginning."""
        if not self._binary.seekable():
            raise InputError(f"{self.name} is Parquet, which is read from its end: save it, uncompressed, in a file")
        return self._binary

    def _read_chunk(self) -> bytes:
        read: Callable[[int], bytes] = getattr(self._binary, "read1", self._binary.read)
        return read(_BUFFER_SIZE)

    def _read_line(self) -> bytes:
        line = self._binary.readline(self._longest + 1)
        if len(line) > self._longest:
            raise self._too_long()
        return line

    def _read_or_pass_over(self) -> bytes:
        """Return the next line; of one that is too long its beginning, unless it has no end either."""
        line = self._binary.readline(self._longest + 1)
        if len(line) <= self._longest:
            return line
        beginning, passed = CutLine(line[:_BUFFER_SIZE]), len(line)
        while line and not line.endswith(b"\n"):
            line = self._binary.readline(_BUFFER_SIZE)
            passed += len(line)
            if passed > _LARGEST_DOCUMENT * self._longest:
                raise self._too_long()
        return beginning

    def _too_long(self) -> InputError:
        return InputError(
            f"{self.name} has a row of more than {self._longest >> 20} MB, which no model takes: check that it is what "
            "you meant, or cut it up"
        )

    def _too_large(self) -> InputError:
        return InputError(
            f"{self.name} is one JSON document of more than {_LARGEST_DOCUMENT * self._longest >> 20} MB, and such "
            "a document is read whole: write each row on a line of a .jsonl file, as `jq -c '.[]'` does"
        )

    def _read_head(self) -> None:
        if not self._head:
            self._head.append(self._begin(self._read_line, guess=True))

    def _begin(self, read: Callable[[], bytes], *, guess: bool) -> bytes:
        """Return what is read first, without a byte order mark; from here on everything is UTF-8."""
        head = read()
        if (kind := binary_kind(head)) is not None:
            raise InputError(f"{self.name} is {kind[0]}: {kind[1]}")
        encoding = encoding_of(head, self._encoding, guess=guess)
        if encoding is None:
            return head.removeprefix(UTF8_MARK)
        self._binary = recoded(head, self._binary, encoding, self.name, _BUFFER_SIZE)
        return read().removeprefix(UTF8_MARK)


@contextmanager
def open_source(
    source: Source,
    stdin: BinaryIO | None,
    encoding: str | None = None,
    opened: Callable[[BinaryIO], None] = lambda _: None,
) -> Iterator[InputStream]:
    """Open a source; stdin, the process's own unless another is given, stays open afterwards.

    `opened` gets the file, whose position tells how much of it is read.
    """
    if source.is_stdin:
        binary = stdin or _process_stdin()
        opened(binary)
        yield InputStream(source.name, binary, encoding)
        return
    with read_errors(source.name):
        raw = _open(source)
    with raw:
        opened(raw)
        if source.suffix == ".gz":
            from scrimp.read.inputs.gzip_stream import decompressed  # gzip is loaded only for a gzipped input

            yield InputStream(source.name, decompressed(raw, source.name, _BUFFER_SIZE), encoding)
        else:
            yield InputStream(source.name, raw, encoding)


def _open(source: Source) -> BinaryIO:
    if source.path is not None:
        return source.path.open("rb", buffering=_BUFFER_SIZE)
    from scrimp.read.inputs.stored_objects import open_object  # needs an extra

    return open_object(source.name)


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
