"""Requests in flight, a line each in files of this process: what is there and in no ledger was lost with its process.

A line is written before its request is sent. It must outlive the process, not the power, so it goes into a mapped file:
no system call, and no wait for a disk or for another thread. A file is locked by its process as long as that lives, and
goes when all its requests are in the ledger.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.store.database import make_folder, store_errors
from scrimp.values import Entry

_PATTERN = "in-flight-*.jsonl"
# Some three thousand requests: a long run leaves files behind, and only the last few are there at any time.
_BYTES = 1 << 20
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Entry).decode


class _File:
    """One file: where the next line goes, and which requests have not ended."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self._at = path, 0
        self.open: set[str] = set()
        # Locked before it has its name: whoever finds an unlocked one may take it for abandoned.
        fresh = path.with_suffix(".new")
        self._fd = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            with fresh.open("r+b") as file:
                file.write(bytes(size))  # a hole could not be filled on a full disk, and writing to it would be fatal
            self._lines = mmap.mmap(self._fd, size)
            fresh.rename(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            os.close(self._fd)
            raise

    def write(self, line: bytes) -> bool:
        """Write a line; False if it does not fit any more."""
        end = self._at + len(line)
        if end > len(self._lines):
            return False
        self._lines[self._at : end] = line
        self._at = end
        return True

    def close(self) -> None:
        if not self.open:
            self.path.unlink(missing_ok=True)
        self._lines.close()
        os.close(self._fd)


class Journal:
    """The requests of one process."""

    def __init__(self, folder: Path, name: str) -> None:
        """`name` is unique to the run: it is part of the files' names."""
        self._folder, self._name = folder, name
        self._made = 0
        self._file: _File | None = None
        self._of: dict[str, _File] = {}

    def begin(self, entry: Entry) -> None:
        """Write down a request that is about to be sent."""
        line = _encode(entry) + b"\n"
        with store_errors(self._folder):
            if self._file is None or not self._file.write(line):
                self._file = self._next(len(line))
                self._file.write(line)
        self._file.open.add(entry.call)
        self._of[entry.call] = self._file

    def end(self, calls: Iterable[str]) -> None:
        """Forget requests that are in the ledger."""
        for call in calls:
            file = self._of.pop(call, None)
            if file is not None:
                file.open.discard(call)
                if not file.open and file is not self._file:
                    file.close()

    def close(self) -> None:
        """Leave nothing behind but requests that are in no ledger."""
        for file in {*self._of.values(), *([self._file] if self._file else [])}:
            file.close()
        self._of.clear()
        self._file = None

    def _next(self, least: int) -> _File:
        full, self._file = self._file, None
        if full is not None and not full.open:
            full.close()
        make_folder(self._folder)
        self._made += 1
        return _File(self._folder / f"in-flight-{self._name}-{self._made}.jsonl", max(_BYTES, least))


class Abandoned(Struct, frozen=True):
    """A file whose process is no more, with the requests written to it."""

    path: Path
    entries: tuple[Entry, ...]


def abandoned(folder: Path) -> Iterator[Abandoned]:
    """Yield the files of processes that died; each is removed after its turn, unless the turn fails."""
    for path in sorted(folder.glob(_PATTERN)):
        with store_errors(path), suppress(FileNotFoundError):
            fd = os.open(path, os.O_RDWR)
            try:
                with suppress(BlockingIOError):  # its process lives
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if os.fstat(fd).st_nlink:  # else another process has just taken care of it
                        yield Abandoned(path, tuple(_entries(path.read_bytes())))
                        path.unlink()
            finally:
                os.close(fd)


def _entries(data: bytes) -> Iterator[Entry]:
    """Yield what was written; a line that was cut short belongs to a request that was never sent."""
    for line in data.rstrip(b"\0").splitlines():
        with suppress(msgspec.MsgspecError):
            yield _decode(line)
