"""Files on their way to a provider: the requests of a shard, written line by line, complete once renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from scrimp.errors import StoreError
from scrimp.store.database import make_private_folder, store_errors

_BUFFER = 1 << 20


class Spool:
    """The folder of these files; only its owner can read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, shard: str) -> Path:
        """Return the file of a shard."""
        return self.folder / f"{shard}.jsonl"

    def begin(self, shard: str, head: bytes) -> ShardFile:
        """Begin the file of a shard; StoreUnwritableError where it cannot be written."""
        return ShardFile(self.path(shard), head)

    def lines(self, shard: str, requests: int, head: bytes, separator: bytes, tail: bytes) -> Iterator[bytes]:
        """Yield the requests in a shard's file, which stand between its head and its tail; a request has no line end.

        StoreError if they are not as many as there should be.
        """
        path, number = self.path(shard), 0
        with store_errors(path), path.open("rb", buffering=_BUFFER) as file:
            file.seek(len(head))
            for number, line in enumerate(file, 1):
                end = separator if number < requests else tail
                yield line.removesuffix(b"\n").removesuffix(end.removesuffix(b"\n"))
        if number != requests:
            raise StoreError(f"{path} has {number:,} of its {requests:,} requests: scrimp batch cancel its job")

    def is_whole(self, shard: str, size: int) -> bool:
        """Return whether the file of a shard is there, as long as it was written."""
        path = self.path(shard)
        return path.is_file() and path.stat().st_size == size

    def remove(self, shard: str) -> None:
        """Remove the file of a shard that its provider has, or that will not be sent."""
        self.path(shard).unlink(missing_ok=True)


class ShardFile:
    """One file as it is written."""

    def __init__(self, path: Path, head: bytes) -> None:
        self._path, self._part = path, path.with_suffix(".part")
        self.requests, self.size = 0, 0
        with store_errors(self._part):
            make_private_folder(path.parent)
            descriptor = os.open(self._part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)
        self._pieces, self._pending = [head], 0  # pieces not written yet, and how many of their bytes are requests
        self.size += len(head)

    def add(self, line: bytes, separator: bytes) -> None:
        """Add a request."""
        if self.requests:
            self._pieces.append(separator)
            self.size += len(separator)
        self._pieces.append(line)
        self.size += len(line)
        self._pending += len(line)
        self.requests += 1
        if self._pending >= _BUFFER:
            self._write()

    def end(self, tail: bytes) -> None:
        """Complete the file: from now on it survives a power cut under its name."""
        self._pieces.append(tail)
        self.size += len(tail)
        self._write()
        with store_errors(self._part):
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._path)

    def discard(self) -> None:
        """Remove the file."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _write(self) -> None:
        rest = memoryview(b"".join(self._pieces))
        with store_errors(self._part):
            while rest:
                rest = rest[self._file.write(rest) :]
        self._pieces, self._pending = [], 0
