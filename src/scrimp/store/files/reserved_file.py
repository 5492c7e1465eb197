"""A file whose space is taken when it is made, so that a disk that fills up later has room for what goes into it."""

from __future__ import annotations

import fcntl
import mmap
import os
import sys
from contextlib import suppress
from pathlib import Path

# linux/fs.h: a file of btrfs that is overwritten where it is; elsewhere it would need new blocks for each change.
_GET_FLAGS, _SET_FLAGS, _NO_COPY_ON_WRITE = 0x80086601, 0x40086602, 0x00800000


class ReservedFile:
    """A file of a fixed size, locked by this process, that is filled from its beginning."""

    def __init__(self, path: Path, size: int, *, mapped: bool = False) -> None:
        """Make the file, full of zero bytes. Raise OSError if there is no room for it.

        `mapped` says that it may be written through a memory map, without a call of the system for each record: only
        where what has its space is overwritten in place. On btrfs a full disk kills the process that writes to a map.
        """
        self.path, self._size, self._end = path, size, 0
        self._map: mmap.mmap | None = None
        # Locked before it has its final name: another process would take an unlocked file for abandoned.
        temporary = path.with_suffix(".new")
        self._fd = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            _overwrite_in_place(self._fd)
            self._write(bytes(size), 0)  # a hole has no space
            self._map = mmap.mmap(self._fd, size) if mapped else None
            temporary.rename(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            os.close(self._fd)
            raise

    @property
    def room(self) -> int:
        """The bytes that still fit."""
        return self._size - self._end

    def append(self, data: bytes) -> None:
        """Write what there is room for; it survives this process, not a power cut."""
        end = self._end + len(data)
        if self._map is None:
            self._write(data, self._end)
        else:
            self._map[self._end : end] = data
        self._end = end

    def give_back(self) -> None:
        """Give back the room that is left: nothing more is appended."""
        self._unmap()
        os.ftruncate(self._fd, self._end)
        self._size = self._end

    def close(self) -> None:
        """Close the file; it stays on the disk."""
        self._unmap()
        os.close(self._fd)

    def _unmap(self) -> None:
        if self._map is not None:
            self._map.close()
            self._map = None

    def _write(self, data: bytes, offset: int) -> None:
        while data:
            written = os.pwrite(self._fd, data, offset)
            data, offset = data[written:], offset + written


def _overwrite_in_place(fd: int) -> None:
    """Ask for an empty file that is not copied on write; most file systems never do that, and refuse the question."""
    if sys.platform == "linux":
        with suppress(OSError):
            flags = int.from_bytes(fcntl.ioctl(fd, _GET_FLAGS, bytes(8)), sys.byteorder)
            fcntl.ioctl(fd, _SET_FLAGS, (flags | _NO_COPY_ON_WRITE).to_bytes(8, sys.byteorder))
