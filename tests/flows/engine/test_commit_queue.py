from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from outcomes import answer, entry
from scrimp.errors import StoreUnwritableError
from scrimp.flows.engine.commit_queue import CommitQueue
from scrimp.store.cache import Cache
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger

KEY = b"k" * 32


class Store:
    """A cache and a ledger in a directory, and what was warned of; made inside the loop."""

    def __init__(self, path: Path, open_ledger: Callable[[], Ledger] | None = None) -> None:
        self._path = path
        self.warnings: list[str] = []
        self.heard: list[object] = []
        self._news = asyncio.Event()
        self.durable = CommitQueue(
            lambda: Cache(path / "cache.db"), open_ledger or (lambda: Ledger(path / "ledger.db")),
            Journal(path, "r"), run="r", warn=self.warnings.append,
        )  # fmt: skip
        self.durable.heard = self._hear

    def _hear(self, rows: object) -> None:
        self.heard += rows  # type: ignore[arg-type]  # a list of tags
        self._news.set()

    async def hears(self) -> list[object]:
        while not self.heard:
            self._news.clear()
            await self._news.wait()
        return self.heard


def test_a_call_is_written_down_until_it_is_in_the_ledger(tmp_path: Path) -> None:
    def written() -> list[bytes]:
        return [file.read_bytes() for file in tmp_path.glob("in-flight-*")]

    async def main() -> None:
        store = Store(tmp_path)
        store.durable.note(entry(status="lost", cost=None))
        assert b'"call":"c"' in written()[0]
        store.durable.keep("row", (entry(),), None)
        await store.hears()
        store.durable.close()

    asyncio.run(main())
    assert written() == []


def test_a_row_is_heard_of_once_it_is_in_the_cache(tmp_path: Path) -> None:
    async def main() -> None:
        store = Store(tmp_path)
        store.durable.keep("row", (entry(),), (KEY, answer("kept")))
        assert await store.hears() == ["row"]
        cache = Cache(tmp_path / "cache.db")
        assert cache.get([KEY])[KEY].answer.output == "kept"
        cache.close()
        store.durable.close()

    asyncio.run(main())


def test_a_store_that_cannot_be_written_is_warned_of_and_holds_nobody_up(tmp_path: Path) -> None:
    def full() -> Ledger:
        raise StoreUnwritableError("the disk is full")

    async def main() -> None:
        store = Store(tmp_path, full)
        store.durable.note(entry(status="lost", cost=None))
        store.durable.keep("row", (entry(),), None)
        assert await store.hears() == ["row"]
        assert any("the disk is full" in warning for warning in store.warnings)
        store.durable.close()

    asyncio.run(main())
