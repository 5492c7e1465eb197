"""The one writer of a process: a thread that commits what has piled up as a group, then says so."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from functools import cached_property, partial

from msgspec import Struct

from scrimp.errors import StoreError
from scrimp.store.cache import Cache
from scrimp.store.ledger import Ledger
from scrimp.values import Answer, Entry

# More than this in one transaction would keep other processes waiting for the lock.
_LARGEST_GROUP = 1000


class Deed(Struct, frozen=True, kw_only=True):
    """What is to be written together; `done` is called, from the writer's thread, once it is durable or has failed."""

    begun: tuple[Entry, ...] = ()
    ended: tuple[Entry, ...] = ()
    kept: tuple[bytes, Answer] | None = None
    done: Callable[[StoreError | None], None] | None = None


class Writer:
    """Group commit: while one transaction is being synced the next group gathers behind it."""

    def __init__(self, open_cache: Callable[[], Cache], open_ledger: Callable[[], Ledger], *, run: str) -> None:
        self._files, self._run = _Files(open_cache, open_ledger), run
        self._bug: Exception | None = None
        self._queue: queue.SimpleQueue[Deed | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="scrimp-writer", daemon=True)
        self._thread.start()

    def write(self, deed: Deed) -> None:
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
            trouble = self._commit(group)
            for deed in group:
                if deed.done is not None:
                    deed.done(trouble)
        self._files.close()

    def _commit(self, group: list[Deed]) -> StoreError | None:
        """Write a group; a bug of ours must not leave the callers waiting, so it is kept for `close` to raise."""
        try:
            return _commit(self._files, group, self._run)
        except Exception as error:  # noqa: BLE001 - raised again by close
            self._bug = error
            return StoreError(f"the store's writer failed: {error!r}")

    def _gather(self) -> tuple[list[Deed], bool]:
        """Wait for the first deed, then take all that is there; True when it was the last group."""
        group: list[Deed] = []
        deed = self._queue.get()
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

    def keep(self, group: list[Deed], run: str) -> None:
        rows = [deed.kept for deed in group if deed.kept is not None]
        if rows:
            self.cache.put(rows, run=run, now=time.time())

    def book(self, group: list[Deed]) -> None:
        begun = [entry for deed in group for entry in deed.begun]
        ended = [entry for deed in group for entry in deed.ended]
        if begun or ended:
            self.ledger.write(begun=begun, ended=ended)

    def close(self) -> None:
        for name in ("cache", "ledger"):
            if name in self.__dict__:  # opened
                getattr(self, name).close()


def _commit(files: _Files, group: list[Deed], run: str) -> StoreError | None:
    """Write a group; the completions go first: a crash between the two leaves a call booked as lost, not paid twice."""
    trouble = None
    for step in (partial(files.keep, group, run), partial(files.book, group)):
        try:
            step()
        except StoreError as error:
            trouble = trouble or error
    return trouble
