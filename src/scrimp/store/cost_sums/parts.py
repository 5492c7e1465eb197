"""Adding up a long ledger in parts: each by a thread, into a file of its own, and then to the sums, in their order."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from msgspec import Struct

from scrimp.store.cost_sums.connection import open_sums
from scrimp.store.cost_sums.refresh import add_part, next_ids, sum_part
from scrimp.store.files.run_folder import run_folder

_MOST_THREADS = 4
_MOST = 1_000_000  # entries in a part; more at once are fewer sums to add


_PATIENCE = 0.05  # seconds between two attempts to break a thread off, which may be between two statements


class Part(Struct, frozen=True):
    """Entries by their ids, from the one after `first` to `last`, and the file of their sums."""

    first: int
    last: int
    entries: int
    path: Path


class Threads:
    """The threads that make parts; a stop ends what they are at."""

    def __init__(self, ledger: Path, number: int) -> None:
        self._ledger = ledger
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="sums")
        self._futures: list[Future[int]] = []
        self._open: set[sqlite3.Connection] = set()

    def submit(self, part: Part, left_out: frozenset[str]) -> Future[int]:
        """Make a part; return the newest change of entries that it follows, its sums in its file."""
        self._futures.append(self._pool.submit(self._make, part, left_out))
        return self._futures[-1]

    def _make(self, part: Part, left_out: frozenset[str]) -> int:
        db, is_kept = open_sums(part.path, self._ledger)
        with closing(db):
            if not is_kept:
                raise OSError(f"{part.path} cannot be written")
            self._open.add(db)
            try:
                return sum_part(db, part.first, part.last, left_out)
            finally:
                self._open.discard(db)

    def stop(self) -> None:
        """Return once no thread is left: at once where all is done, else after what they are at is broken off."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        begun = [future for future in self._futures if not future.cancelled()]  # the others are never done
        while wait(begun, timeout=_PATIENCE).not_done:
            for db in tuple(self._open):
                with suppress(sqlite3.ProgrammingError):  # it was closed meanwhile
                    db.interrupt()
        self._pool.shutdown()  # idle threads end at once


def refresh_in_parts(
    db: sqlite3.Connection, ledger: Path, behind: int, progress: Callable[[int], None], *,
    least: int, threads: int | None = None,
) -> None:  # fmt: skip
    """Add the entries that the sums lack, about `behind`; some may be left where others change them meanwhile.

    A part has `least` entries or more.

    `progress` gets the number of entries added. What was added stays, also after a Ctrl-C, which is heeded at once.
    """
    number = threads or min(_MOST_THREADS, os.cpu_count() or 1)
    size = min(_MOST, max(least, behind // (2 * number)))
    with run_folder() as folder, _started(ledger, number) as running:
        ahead: deque[tuple[Part, Future[int]]] = deque()
        parts = _parts(db, folder, size)
        while True:
            while len(ahead) <= number and (part := next(parts, None)) is not None:
                left_out = frozenset(name for (name,) in db.execute("SELECT dimension FROM left_out"))
                ahead.append((part, running.submit(part, left_out)))
            if not ahead:
                return
            part, made = ahead.popleft()
            if not _added(db, part, made.result()):
                return
            progress(part.entries)


@contextmanager
def _started(ledger: Path, number: int) -> Iterator[Threads]:
    threads = Threads(ledger, number)
    try:
        yield threads
    finally:
        threads.stop()


def _parts(db: sqlite3.Connection, folder: Path, size: int) -> Iterator[Part]:
    ids = partial(next_ids, db, size=size)
    first, last, entries = ids(None)
    while entries:
        yield Part(first, last, entries, folder / f"{first}.db")
        first, last, entries = ids(last)


def _added(db: sqlite3.Connection, part: Part, change: int) -> bool:
    """Add the sums of a part, and remove its file; return whether they were those of the ledger as it is now."""
    db.execute("ATTACH ? AS part", (str(part.path),))
    try:
        return add_part(db, part.first, part.last, change)
    finally:
        db.execute("DETACH part")
        part.path.unlink()
