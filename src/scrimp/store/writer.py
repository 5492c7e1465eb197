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
from typing import Any

from msgspec import Struct

from scrimp.errors import StoreError
from scrimp.store.cache import Cache
from scrimp.store.ledger import Ledger
from scrimp.values import Answer, Entry

# More than this in one transaction would keep other processes waiting for the lock.
_LARGEST_GROUP = 1000
# Seconds in which deeds gather behind the first one: to be woken for each costs the other threads more than to wait.
_LINGER = 0.02


class Write(Struct, frozen=True, kw_only=True):
    """What is to be written together; `tag` is whatever the caller wants to hear it called by."""

    ended: tuple[Entry, ...] = ()
    kept: tuple[bytes, Answer] | None = None
    tag: Any = None


OnCommit = Callable[[Sequence[Write], StoreError | None], None]


class Writer:
    """Group commit: while one transaction is being synced the next group gathers behind it."""

    def __init__(
        self, open_cache: Callable[[], Cache], open_ledger: Callable[[], Ledger], *, run: str, told: OnCommit
    ) -> None:
        """`told` is called, from the writer's thread, for deeds that outlive a power cut, or with why they do not."""
        self._files, self._run, self._told = _Files(open_cache, open_ledger), run, told
        self._bug: Exception | None = None
        self._queue: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="scrimp-writer", daemon=True)
        self._thread.start()

    def write(self, deed: Write) -> None:
        """Hand over; returns at once."""
        self._queue.put(deed)

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._queue.put(None)
        self._thread.join()
        if self._bug is not None:
            raise self._bug

    def _work(self) -> None:
        last = False
        while not last:
            group, last = self._gather()
            if group:
                trouble = self._tried(lambda: self._files.keep(group, self._run))  # noqa: B023 - called at once
                trouble = self._tried(lambda: self._files.book(group)) or trouble  # noqa: B023 - as above
                self._told(group, trouble)
        self._files.close()

    def _tried(self, step: Callable[[], None]) -> StoreError | None:
        """Take a step; a bug of ours must not leave the callers waiting, so it is kept for `close` to raise."""
        try:
            step()
        except StoreError as error:
            return error
        except Exception as error:  # noqa: BLE001 - raised again by close
            self._bug = error
            return StoreError(f"the store's writer failed: {error!r}")
        return None

    def _gather(self) -> tuple[list[Write], bool]:
        """Wait for the first deed, then take all that is there; True when it was the last group."""
        group: list[Write] = []
        deed = self._queue.get()
        if deed is not None:
            time.sleep(_LINGER)
        while deed is not None:
            group.append(deed)
            if len(group) >= _LARGEST_GROUP or self._queue.empty():
                return group, False
            deed = self._queue.get()
        return group, True


class _Files:
    """Both stores, opened at first use in the thread that writes (an SQLite connection belongs to one thread)."""

    def __init__(self, open_cache: Callable[[], Cache], open_ledger: Callable[[], Ledger]) -> None:
        self._open_cache, self._open_ledger = open_cache, open_ledger

    @cached_property
    def cache(self) -> Cache:
        return self._open_cache()

    @cached_property
    def ledger(self) -> Ledger:
        return self._open_ledger()

    def keep(self, group: Sequence[Write], run: str) -> None:
        rows = [deed.kept for deed in group if deed.kept is not None]
        if rows:
            self.cache.put(rows, run=run, now=time.time())

    def book(self, group: Sequence[Write]) -> None:
        ended = [entry for deed in group for entry in deed.ended]
        if ended:
            self.ledger.end(ended)

    def close(self) -> None:
        for name in ("cache", "ledger"):
            if name in self.__dict__:  # opened
                getattr(self, name).close()
