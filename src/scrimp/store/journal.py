"""The journal of what a process has not committed yet: requests in flight, and completions on their way to the disk.

A record is written before a request is sent, and another when all of a row is known. Records must survive the process,
not a power cut, so nothing waits for the disk. A segment is locked by its process while that lives, and deleted when
everything in it is in the stores.

The space for what comes of a call is there before the call is made: on a disk that fills up, what was in flight
is kept all the same. Where the file system copies on write, no space is certain: so much must be free besides.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path

from scrimp.errors import DiskFullError, StoreUnwritableError
from scrimp.store.database import ROOM, make_private_folder, store_errors
from scrimp.store.encoding.journal_records import BegunCall, SettledRow, decode_records, encode_record
from scrimp.store.files.damaged_files import put_aside
from scrimp.store.files.reserved_file import ReservedFile
from scrimp.store.free_space import LEAST_FREE_BYTES, StatVfs, copies_on_write, free_bytes, is_short, read_mounts
from scrimp.units import format_megabytes
from scrimp.values import Answer, Entry

PREFIX = "in-flight-"
# Some two thousand records: a long run deletes full segments as it goes, and has only the last few at any time.
_SEGMENT_BYTES = 1 << 20
_SMALL_SEGMENT_BYTES = 1 << 16  # where space is short
# Bytes that are reserved for the completion of a call: at the least, and at most where completions are long.
_LEAST_RESERVED, _MOST_RESERVED = 4096, 1 << 18
_KEY = re.compile(rb'"key":"([0-9a-f]{64})"')
# The longest wait for another process that recovers, and the pause between two looks.
_RECOVERY_SECONDS, _LOOK_SECONDS = 60.0, 0.002


class _Segment(ReservedFile):
    """One file of the journal, and which calls in it are not in the stores yet."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(path, size)
        self.pending: set[str] = set()

    def close(self) -> None:
        if not self.pending:
            self.path.unlink(missing_ok=True)
        super().close()


class Journal:
    """The journal of one process."""

    def __init__(
        self, folder: Path, name: str, *, statvfs: StatVfs = os.statvfs, mounts: Callable[[], str] = read_mounts
    ) -> None:
        """Take the folder and a name unique to the run, which is part of the names of its segments."""
        self._folder, self._name, self._statvfs, self._mounts = folder, name, statvfs, mounts
        self._created = 0
        self._current: _Segment | None = None
        self._segments: dict[str, list[_Segment]] = {}  # by call
        self._reserved: dict[str, int] = {}  # bytes for what comes of a call
        self._all_reserved, self._largest = 0, _LEAST_RESERVED

    def record_begun(self, entry: Entry) -> None:
        """Record a request that is about to be sent, and reserve space for what comes of it.

        Raise StoreUnwritableError where there is none: what is reserved for other calls stays theirs.
        """
        self._reserved[entry.call] = size = min(self._largest, _MOST_RESERVED)
        self._all_reserved += size
        try:
            self.check_free_space(beside=self._all_reserved)
            self._write(BegunCall(entry), (entry,), reserved=self._all_reserved)
        except StoreUnwritableError:
            self._release(entry.call)
            raise

    def record_settled(self, entries: Sequence[Entry], *, time: float, completion: tuple[bytes, Answer] | None) -> None:
        """Record how calls ended, and the completion to be cached by its key."""
        for entry in entries:
            self._release(entry.call)
        if entries and completion is not None:
            key, answer = completion
            self._write(SettledRow(tuple(entries), time, key.hex(), answer), entries)
        elif entries:
            self._write(SettledRow(tuple(entries)), entries)

    def checkpoint(self, calls: Iterable[str]) -> None:
        """Drop calls that are in the stores now, and delete the segments that held no others."""
        for call in calls:
            self._release(call)
            for segment in self._segments.pop(call, ()):
                segment.pending.discard(call)
                if not segment.pending and segment is not self._current:
                    segment.close()

    def check_free_space(self, *, beside: int = 0) -> None:
        """Raise DiskFullError where the file system copies on write and has too little space for that; any thread."""
        with store_errors(self._folder):
            free = free_bytes(self._folder, self._statvfs) if self._copies_on_write else None
        if free is not None and free < LEAST_FREE_BYTES + beside:
            raise DiskFullError(
                f"{self._folder} has only {format_megabytes(free)} left, on a file system that copies on write, where "
                f"no space can be reserved: {ROOM}"
            )

    def close(self) -> None:
        """Close the segments; only those with calls that are not in the stores stay on disk."""
        segments = {id(segment): segment for segments in self._segments.values() for segment in segments}
        if self._current is not None:
            segments[id(self._current)] = self._current
        for segment in segments.values():
            segment.close()
        self._segments.clear()
        self._current = None

    def _write(self, record: BegunCall | SettledRow, entries: Sequence[Entry], *, reserved: int = 0) -> None:
        """Write a record where `reserved` bytes are left after it."""
        data = encode_record(record)
        self._largest = max(self._largest, len(data))
        with store_errors(self._folder):
            segment = self._current
            if segment is None or segment.room < len(data) + reserved:
                segment = self._next_segment(len(data) + reserved)
            segment.append(data)
        for entry in entries:
            if entry.call not in segment.pending:
                segment.pending.add(entry.call)
                self._segments.setdefault(entry.call, []).append(segment)

    @cached_property
    def _copies_on_write(self) -> bool:
        make_private_folder(self._folder)
        return copies_on_write(self._folder, self._mounts)

    def _release(self, call: str) -> None:
        self._all_reserved -= self._reserved.pop(call, 0)

    def _next_segment(self, wanted: int) -> _Segment:
        make_private_folder(self._folder)
        path = self._folder / f"{PREFIX}{self._name}-{self._created + 1}.jsonl"
        least = _SMALL_SEGMENT_BYTES if is_short(self._folder, self._statvfs) else _SEGMENT_BYTES
        # Twice what is wanted: of a segment that is just large enough the next call would need another one.
        segment = _Segment(path, max(least, 2 * wanted))
        self._created += 1
        full, self._current = self._current, segment
        if full is not None and not full.pending:
            full.close()
        return segment


@contextmanager
def recover_abandoned(
    folder: Path,
    damaged: Callable[[Path, int], None] = lambda _path, _records: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[list[BegunCall | SettledRow]]:
    """Yield all records that dead processes have left; their segments are deleted after the block, unless it fails.

    Whoever recovers at the same time waits: what the first one is bringing in would be paid for again.

    A segment with records that cannot be read is put aside instead; `damaged` is told of its new path and their number.
    """
    with ExitStack() as locks, store_errors(folder):
        if any(folder.glob(f"{PREFIX}*.jsonl")):
            _wait_for_others(folder, locks, sleep)
        files = [path for path in sorted(folder.glob(f"{PREFIX}*.jsonl")) if _try_lock(path, locks)]
        found = [decode_records(path.read_bytes()) for path in files]
        yield [record for records, _ in found for record in records]
        for path, (_, unreadable) in zip(files, found, strict=True):
            if unreadable:
                damaged(put_aside(path), unreadable)
            else:
                path.unlink()


def settled_in_living(folder: Path, run: str, keys: AbstractSet[bytes]) -> list[SettledRow]:
    """Return what the journals of other processes have of these keys: of those that live, or are about to end.

    A process that is killed lets go of its claims a moment before it lets go of its journal: whoever claims a key just
    then finds its completion neither in the cache nor in a journal that may be recovered.
    """
    own, wanted = f"{PREFIX}{run}-", {key.hex().encode() for key in keys}
    found: list[SettledRow] = []
    for path in folder.glob(f"{PREFIX}*.jsonl"):
        with suppress(FileNotFoundError):  # recovered since: what it had is in the cache
            data = b"" if path.name.startswith(own) else path.read_bytes()
            if not wanted.isdisjoint(_KEY.findall(data)):
                records, _ = decode_records(data)
                found += [each for each in records if isinstance(each, SettledRow) and each.key.encode() in wanted]
    return found


def _wait_for_others(folder: Path, locks: ExitStack, sleep: Callable[[float], None]) -> None:
    """Lock the folder against others that recover; go on without the lock where one seems to be suspended."""
    fd = os.open(folder, os.O_RDONLY)
    locks.callback(os.close, fd)
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while time.monotonic() < deadline:
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        sleep(_LOOK_SECONDS)


def _try_lock(path: Path, locks: ExitStack) -> bool:
    """Lock a segment unless a living process has locked it; return whether it is locked now."""
    with suppress(FileNotFoundError):
        fd = os.open(path, os.O_RDWR)
        locks.callback(os.close, fd)
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.fstat(fd).st_nlink > 0  # otherwise another process has just recovered it
    return False
