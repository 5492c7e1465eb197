"""The one writer of a process: a thread that commits what has piled up as a group, then says so.

Completions go first, then the entries of ended calls: a kill between the two leaves a call in the journal alone, where
the next run finds it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from scrimp.errors import DiskFullError, StoreError
from scrimp.store.ledger import Ledger
from scrimp.values import Answer, Entry

if TYPE_CHECKING:
    from scrimp.store.completion_cache import CompletionCache

# More than this in one transaction would keep other processes waiting for the lock.
_LARGEST_GROUP = 1000
# About what a completion adds to the logs besides its own length: a page of the index of keys, and its share of others.
_LOG_BYTES = 8192
# Seconds in which writes gather behind the first one: waking for each costs the other threads more than waiting. Where
# many came in that time, more will: a transaction costs as much as some of its rows do, and no call waits for one.
_LINGERS, _MANY = (0.02, 0.1), 3


class Write(Struct, frozen=True, kw_only=True):
    """Entries and a completion to write together; `tag` is returned to the caller once they are durable."""

    entries: tuple[Entry, ...] = ()
    completion: tuple[bytes, Answer] | None = None  # by key
    tag: Any = None


OnCommit = Callable[[Sequence[Write], StoreError | None], None]


class Writer:
    """Group commit: while one transaction is being synced the next group gathers behind it."""

    def __init__(
        self, open_cache: Callable[[], CompletionCache], open_ledger: Callable[[], Ledger], *, run: str,
        on_commit: OnCommit, check: Callable[[], None] = lambda: None, free: Callable[[], int | None] = lambda: None,
        lingers: tuple[float, float] = _LINGERS,
    ) -> None:  # fmt: skip
        """`on_commit` is called in the writer's thread with writes that are durable, or with the reason they are not.

        `check` raises StoreError if nothing must be written; `free` tells how many bytes can be, where it knows.
        """
        self._check, self._free = check, free
        self._stores, self._run, self._on_commit = _Stores(open_cache, open_ledger), run, on_commit
        self.is_splitting = False  # a group did not fit, and how much of it does is being found out
        self._bug: Exception | None = None
        self._lingers, self._many = lingers, False  # whether many writes were in the last group
        self._nothing_on_its_way = threading.Event()
        self._queue: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="scrimp-writer", daemon=True)
        self._thread.start()

    def write(self, write: Write) -> None:
        """Hand over a write; returns at once."""
        self._queue.put(write)

    def expect(self, *, more: bool) -> None:
        """Note whether more writes are coming: if not, the writer does not wait for them."""
        if more:
            self._nothing_on_its_way.clear()
        else:
            self._nothing_on_its_way.set()

    def close(self) -> None:
        """Write what is left and end the thread."""
        self.expect(more=False)
        self._queue.put(None)
        self._thread.join()
        if self._bug is not None:
            raise self._bug

    def _work(self) -> None:
        last = False
        while not last:
            group, last = self._gather()
            self._settle_parts(group)
            self.is_splitting = False
        self._stores.close()

    def _settle_parts(self, group: Sequence[Write]) -> None:
        """Commit a group, in parts where space is short: what a log takes, the database needs to take it over."""
        while group:
            size = self._part_size(group)
            error, group = self._settle(group[:size]), group[size:]
            if isinstance(error, DiskFullError) and group:
                self._on_commit(group, error)
                return

    def _part_size(self, group: Sequence[Write]) -> int:
        if (free := self._free()) is None:
            return len(group)
        wanted = 0
        for number, write in enumerate(group):
            wanted += 2 * (_LOG_BYTES + (0 if write.completion is None else len(write.completion[1].output)))
            if number and wanted > free:
                return number
        return len(group)

    def _settle(self, group: Sequence[Write], *, again: bool = False) -> StoreError | None:
        """Commit and say so; on a disk that fills up in halves, whose logs are shorter, until a write does not fit."""
        error = self._try(self._check) or self._commit(group)
        if not isinstance(error, DiskFullError) or again:
            self._on_commit(group, error)
            return error
        self.is_splitting = True
        if len(group) == 1:  # it may fit once the log of those before it is empty
            return self._settle(group, again=True)
        half = len(group) // 2
        error = self._settle(group[:half])
        if error is None:
            return self._settle(group[half:])
        self._on_commit(group[half:], error)
        return error

    def _commit(self, group: Sequence[Write]) -> StoreError | None:
        error = self._try(lambda: self._stores.put_completions(group, self._run))
        return self._try(lambda: self._stores.append_entries(group)) or error

    def _try(self, step: Callable[[], None]) -> StoreError | None:
        """Run a step; a bug must not leave callers waiting, so its exception is kept for `close` to raise."""
        try:
            step()
        except StoreError as error:
            return error
        except Exception as error:  # noqa: BLE001 - raised again by close
            self._bug = error
            return StoreError(f"the store's writer failed: {error!r}")
        return None

    def _gather(self) -> tuple[list[Write], bool]:
        """Wait for the first write, then take all that are queued; return True for the last group."""
        group: list[Write] = []
        write = self._queue.get()
        if write is not None:
            self._nothing_on_its_way.wait(self._lingers[self._many])
        while write is not None:
            group.append(write)
            if len(group) >= _LARGEST_GROUP or self._queue.empty():
                self._many = len(group) >= _MANY
                return group, False
            write = self._queue.get()
        return group, True


class _Stores:
    """Both stores, opened at first use in the thread that writes (an SQLite connection belongs to one thread)."""

    def __init__(self, open_cache: Callable[[], CompletionCache], open_ledger: Callable[[], Ledger]) -> None:
        self._open_cache, self._open_ledger = open_cache, open_ledger

    @cached_property
    def cache(self) -> CompletionCache:
        return self._open_cache()

    @cached_property
    def ledger(self) -> Ledger:
        return self._open_ledger()

    def put_completions(self, group: Sequence[Write], run: str) -> None:
        rows = [write.completion for write in group if write.completion is not None]
        if rows:
            self.cache.put_many(rows, run=run, now=time.time())

    def append_entries(self, group: Sequence[Write]) -> None:
        entries = [entry for write in group for entry in write.entries]
        if entries:
            self.ledger.append(entries)

    def close(self) -> None:
        for name in ("cache", "ledger"):
            if name in self.__dict__:  # opened
                getattr(self, name).close()
