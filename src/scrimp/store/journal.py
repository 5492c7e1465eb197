"""The journal of what a process has not committed yet: requests in flight, and completions on their way to the disk.

A record is written before a request is sent, and another when the row's outcome is known. Records must survive the
process, not a power cut, so nothing waits for the disk. A segment is locked by its process while that lives, and
deleted when everything in it is in the stores.

Space for the outcome of a call is reserved before the call is made: on a disk that fills up, the outcomes of calls in
flight are still kept. If the file system copies on write, no space can be reserved: so much must be free instead.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from scrimp.errors import ROOM, DiskFullError, StoreUnwritableError
from scrimp.store.database import make_private_folder, store_errors
from scrimp.store.encoding.journal_records import BegunCall, SettledRow, encode_record
from scrimp.store.files.reserved_file import ReservedFile
from scrimp.store.free_space import (
    LEAST_FREE_BYTES,
    StatVfs,
    copies_on_write,
    free_bytes,
    is_short,
    overwrites_in_place,
    read_mounts,
)
from scrimp.units import format_megabytes
from scrimp.values import Answer, Entry

PREFIX = "in-flight-"
# About two thousand records: a long run deletes full segments as it goes, and keeps only the last few.
_SEGMENT_BYTES = 1 << 20
_SMALL_SEGMENT_BYTES = 1 << 16  # where space is short
# What is left to the stores before a call, to commit what it and those in flight will bring. Half of what is reserved
# for these comes to it: few completions take more there, where they are packed.
_LEFT_TO_STORES = 1 << 17
# Bytes that are reserved for the completion of a call: at the least, and at most where completions are long.
_LEAST_RESERVED, _MOST_RESERVED = 4096, 1 << 18


class _Segment(ReservedFile):
    """One file of the journal, and which calls in it are not in the stores yet."""

    def __init__(self, path: Path, size: int, *, mapped: bool) -> None:
        super().__init__(path, size, mapped=mapped)
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
        self._segments: dict[str, list[_Segment]] = {}  # segments that hold records of a call
        self._reserved: dict[str, int] = {}  # bytes reserved for the outcome of a call
        self._all_reserved, self._largest = 0, _LEAST_RESERVED

    def record_begun(self, entry: Entry) -> None:
        """Record a request that is about to be sent, and reserve space for its outcome.

        Raise StoreUnwritableError if there is no space: space reserved for other calls is not used.
        """
        self._reserved[entry.call] = size = min(self._largest, _MOST_RESERVED)
        self._all_reserved += size
        try:
            self.check_free_space(beside=self._all_reserved)
            self._write(
                BegunCall(entry), (entry,), reserved=self._all_reserved, left=_LEFT_TO_STORES + self._all_reserved // 2
            )
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

    def free_bytes(self) -> int | None:
        """Return the bytes that can be written beside it; None if the system does not say; any thread."""
        return free_bytes(self._folder, self._statvfs)

    def check_free_space(self, *, beside: int = 0) -> None:
        """Raise DiskFullError if the file system copies on write and has too little space for that; any thread."""
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

    def _write(
        self, record: BegunCall | SettledRow, entries: Sequence[Entry], *, reserved: int = 0, left: int = 0
    ) -> None:
        """Write a record where `reserved` bytes are left after it, and `left` on the disk after a new segment."""
        data = encode_record(record)
        self._largest = max(self._largest, len(data))
        with store_errors(self._folder):
            segment = self._current
            if segment is None or segment.room < len(data) + reserved:
                segment = self._next_segment(len(data) + reserved, left)
            segment.append(data)
        for entry in entries:
            if entry.call not in segment.pending:
                segment.pending.add(entry.call)
                self._segments.setdefault(entry.call, []).append(segment)

    @cached_property
    def _copies_on_write(self) -> bool:
        make_private_folder(self._folder)
        return copies_on_write(self._folder, self._mounts)

    @cached_property
    def _overwrites_in_place(self) -> bool:
        return overwrites_in_place(self._folder, self._mounts)

    def _release(self, call: str) -> None:
        self._all_reserved -= self._reserved.pop(call, 0)

    def _next_segment(self, wanted: int, left: int) -> _Segment:
        make_private_folder(self._folder)
        path = self._folder / f"{PREFIX}{self._name}-{self._created + 1}.jsonl"
        size = self._segment_bytes(wanted, left)
        try:
            segment = _Segment(path, size, mapped=self._overwrites_in_place)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT) or size == wanted:
                raise
            segment = _Segment(path, wanted, mapped=self._overwrites_in_place)
        self._created += 1
        full, self._current = self._current, segment
        if full is not None and full.pending:
            full.give_back()
        elif full is not None:
            full.close()
        return segment

    def _segment_bytes(self, wanted: int, left: int) -> int:
        """Return the size of the next segment. Raise OSError if not so much would be left on the disk."""
        # More than is wanted: of a segment that is just large enough the next call would need another one.
        if is_short(self._folder, self._statvfs):
            size = max(_SMALL_SEGMENT_BYTES, wanted + min(wanted, _SMALL_SEGMENT_BYTES))
        else:
            size = max(_SEGMENT_BYTES, 2 * wanted)
        free = free_bytes(self._folder, self._statvfs)
        if free is None or free >= size + left:
            return size
        if not left or not free:  # root may have space even if none is free: the write will report it
            return wanted
        if free < wanted + left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return free - left
