"""Between the event loop and the writer's thread: each write is confirmed once it is durable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scrimp.errors import DiskFullError, StoreError, StoreUnwritableError
from scrimp.store.journal import Journal
from scrimp.store.writer import Write, Writer
from scrimp.values import Answer, Entry

if TYPE_CHECKING:
    from scrimp.store.completion_cache import CompletionCache
    from scrimp.store.ledger import Ledger

OnDurable = Callable[[Sequence[Any]], None]


class CommitQueue:
    """The event loop's side of the writer: one message per group of rows, not one per row."""

    def __init__(
        self, open_cache: Callable[[], CompletionCache], open_ledger: Callable[[], Ledger], journal: Journal, *,
        run: str, warn: Callable[[str], None], shared: bool = True, unkept: bool = False, read_only: bool = False,
        refusal: StoreError | None = None, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """`shared` is whether other runs may use a completion that is only in the journal if this run dies.

        After the first failed write no call begins, unless `unkept` completions may be paid for; nor does one if
        there is a `refusal` from the outset. The user was already warned that a home is `read_only`.
        """
        self._loop = asyncio.get_running_loop()
        self._journal, self._warn, self._shared, self._clock = journal, warn, shared, clock
        self._unkept, self._read_only, self._refusal = unkept, read_only, refusal
        self._writer = Writer(
            open_cache, open_ledger, run=run, on_commit=self._committed, check=journal.check_free_space,
            free=journal.free_bytes,
        )  # fmt: skip
        self._uncommitted, self._reported = 0, asyncio.Event()
        self.on_durable: OnDurable = lambda _: None
        self.on_unwritable: Callable[[StoreError], None] = lambda _: None

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
        self._journal.close()

    async def begin(self, entry: Entry) -> StoreError | None:
        """Record a request before it is sent; return why it must not be sent, if its completion could not be kept.

        Where there is no room, wait for what is on its way to the stores: the journal gives back what it took. Wait,
        too, while it is found out whether there is any.
        """
        if self._unkept:
            self._in_journal(lambda: self._journal.record_begun(entry))
            return None
        while self._refusal is None:
            if not (self._uncommitted and self._writer.is_splitting):
                try:
                    self._journal.record_begun(entry)
                except StoreError as error:
                    if not (self._uncommitted and isinstance(error, DiskFullError)):
                        self._refusal = error
                        break
                else:
                    return None
            await self._next_report()
        self.on_unwritable(self._refusal)
        return self._refusal

    async def _next_report(self) -> None:
        self._reported.clear()
        await self._reported.wait()

    def expect(self, *, more: bool) -> None:
        """Note whether more rows are coming: if not, those that came are committed at once."""
        self._writer.expect(more=more)

    def note(self, entries: tuple[Entry, ...]) -> None:
        """Record how calls ended whose row goes on: they are appended with what follows, or by who recovers them."""
        self._in_journal(lambda: self._journal.record_settled(entries, time=0.0, completion=None))

    def append(self, entries: tuple[Entry, ...]) -> None:
        """Append the entries of ended calls, which were noted, to the ledger; no row waits for them."""
        if entries:
            self._write(Write(entries=entries))

    def commit(self, tag: object, entries: tuple[Entry, ...], completion: tuple[bytes, Answer] | None) -> None:
        """Cache a row's completion and append its calls; `on_durable` gets the tag when that is done, or cannot be."""
        findable = completion if self._shared else None
        self._in_journal(lambda: self._journal.record_settled(entries, time=self._clock(), completion=findable))
        self._write(Write(entries=entries, completion=completion, tag=tag))

    def _write(self, write: Write) -> None:
        self._uncommitted += 1
        self._writer.write(write)

    def _in_journal(self, write: Callable[[], None]) -> None:
        try:
            write()
        except StoreError as error:
            self._warn_of("calls in flight are not written down, so a kill may lose them", error)

    def _warn_of(self, loss: str, error: StoreError) -> None:
        expected = isinstance(error, StoreUnwritableError) and not isinstance(error, DiskFullError)
        if not (self._read_only and expected):
            self._warn(f"{loss}: {error}")

    def _committed(self, writes: Sequence[Write], error: StoreError | None) -> None:
        """Pass the writer's report to the loop's thread; a loop that has ended needs none."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._report, writes, error)

    def _report(self, writes: Sequence[Write], error: StoreError | None) -> None:
        self._uncommitted -= len(writes)
        if error is not None and self._unkept:
            self._warn_of("completions are printed but not kept", error)
        elif error is not None:
            self._refusal = self._refusal or error
            self.on_unwritable(error)
        else:
            self._journal.checkpoint(entry.call for write in writes for entry in write.entries)
        self._reported.set()
        self.on_durable([write.tag for write in writes if write.tag is not None])
