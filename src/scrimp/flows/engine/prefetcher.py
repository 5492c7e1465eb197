"""A thread that reads prompts for the event loop, never further ahead than the loop has room for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

from scrimp.values import Prompt

# Groups read ahead of the loop.
_AHEAD = 4


class Prefetcher:
    """Groups from a blocking iterator, awaited; an error of the reader is raised in its place."""

    def __init__(self, groups: Iterator[list[Prompt]]) -> None:
        self._groups = groups
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[list[Prompt] | BaseException | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        # A daemon: a read of a pipe that never ends must not keep the process alive.
        threading.Thread(target=self._read, name="scrimp-reader", daemon=True).start()

    async def next(self) -> list[Prompt] | None:
        """Return the next group, None at the end or after `stop`."""
        item = await self._queue.get()
        self._room.release()
        if isinstance(item, BaseException):
            raise item
        return item

    def stop(self) -> None:
        """Make `next` return None now."""
        self._queue.put_nowait(None)

    def _read(self) -> None:
        try:
            for group in self._groups:
                self._room.acquire()
                self._put(group)
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - raised again by next
            self._put(error)

    def _put(self, item: list[Prompt] | BaseException | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)
