"""Between the event loop and the writer's thread: what was handed over is heard of again once it outlives a kill."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scrimp.errors import StoreError
from scrimp.store.journal import Journal
from scrimp.store.writer import Write, Writer
from scrimp.values import Answer, Entry

if TYPE_CHECKING:
    from scrimp.store.cache import Cache
    from scrimp.store.ledger import Ledger

OnDurable = Callable[[Sequence[Any]], None]


class CommitQueue:
    """The writer as the event loop sees it: one message for a group of rows, not one a row."""

    def __init__(
        self, open_cache: Callable[[], Cache], open_ledger: Callable[[], Ledger], journal: Journal, *, run: str,
        warn: Callable[[str], None], keeps: bool = True, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """`keeps` says whether a completion that only the journal holds is to be found again by other runs."""
        self._loop = asyncio.get_running_loop()
        self._journal, self._warn, self._keeps, self._clock = journal, warn, keeps, clock
        self._writer = Writer(open_cache, open_ledger, run=run, told=self._told)
        self.heard: OnDurable = lambda _: None

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
        self._journal.close()

    def note(self, begun: Entry) -> None:
        """Write down a request before it is sent."""
        self._written(lambda: self._journal.begin(begun))

    def book(self, ended: tuple[Entry, ...]) -> None:
        """Book calls of a row that comes to nothing."""
        if ended:
            self._written(lambda: self._journal.settle(ended, time=0.0, kept=None))
            self._writer.write(Write(ended=ended))

    def keep(self, tag: object, ended: tuple[Entry, ...], kept: tuple[bytes, Answer] | None) -> None:
        """Keep a row's completion and book its calls; `heard` gets the tag when that is done, or cannot be."""
        found_again = kept if self._keeps else None
        self._written(lambda: self._journal.settle(ended, time=self._clock(), kept=found_again))
        self._writer.write(Write(ended=ended, kept=kept, tag=tag))

    def _written(self, write: Callable[[], None]) -> None:
        try:
            write()
        except StoreError as error:
            self._warn(f"what is in flight is not written down: {error}")

    def _told(self, deeds: Sequence[Write], trouble: StoreError | None) -> None:
        """Hear from the writer's thread; a loop that is over needs no news."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._hear, deeds, trouble)

    def _hear(self, deeds: Sequence[Write], trouble: StoreError | None) -> None:
        if trouble is not None:
            self._warn(f"completions are printed but not kept: {trouble}")
        else:
            self._journal.end(entry.call for deed in deeds for entry in deed.ended)
        self.heard([deed.tag for deed in deeds if deed.tag is not None])
