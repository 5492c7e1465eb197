from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from outcomes import answer, entry
from scrimp.errors import StoreUnwritableError
from scrimp.flows.engine.commit_queue import CommitQueue
from scrimp.store.cache import SqliteCache
from scrimp.store.encoding.journal_records import SettledRow
from scrimp.store.journal import Journal
from scrimp.store.journal_recovery import recover_abandoned
from scrimp.store.ledger import Ledger

KEY = b"k" * 32


class Store:
    """A cache and a ledger in a directory, and what was warned of; made inside the loop."""

    def __init__(self, path: Path, open_ledger: Callable[[], Ledger] | None = None, *, unkept: bool = False) -> None:
        self._path = path
        self.warnings: list[str] = []
        self.durable: list[object] = []
        self._news = asyncio.Event()
        self.commits = CommitQueue(
            lambda: SqliteCache(path / "cache.db"), open_ledger or (lambda: Ledger(path / "ledger.db")),
            Journal(path, "r"), run="r", warn=self.warnings.append, unkept=unkept,
        )  # fmt: skip
        self.commits.on_durable = self._on_durable

    def _on_durable(self, rows: object) -> None:
        self.durable += rows  # type: ignore[arg-type]  # a list of tags
        self._news.set()

    async def wait(self) -> list[object]:
        while not self.durable:
            self._news.clear()
            await self._news.wait()
        return self.durable


def test_a_call_is_written_down_until_it_is_in_the_ledger(tmp_path: Path) -> None:
    def written() -> list[bytes]:
        return [file.read_bytes() for file in tmp_path.glob("in-flight-*")]

    async def main() -> None:
        store = Store(tmp_path)
        store.commits.begin(entry(status="lost", cost=None))
        assert b'"call":"c"' in written()[0]
        store.commits.commit("row", (entry(),), None)
        await store.wait()
        store.commits.close()

    asyncio.run(main())
    assert written() == []


def test_a_row_is_heard_of_once_it_is_in_the_cache(tmp_path: Path) -> None:
    async def main() -> None:
        store = Store(tmp_path)
        store.commits.commit("row", (entry(),), (KEY, answer("kept")))
        assert await store.wait() == ["row"]
        cache = SqliteCache(tmp_path / "cache.db")
        assert cache.get_many([KEY])[KEY].answer.output == "kept"
        cache.close()
        store.commits.close()

    asyncio.run(main())


def full() -> Ledger:
    raise StoreUnwritableError("the disk is full")


def test_after_a_write_that_failed_no_call_begins_and_what_is_in_flight_is_in_the_journal(tmp_path: Path) -> None:
    async def main() -> None:
        store, stops = Store(tmp_path, full), list[str]()
        store.commits.on_unwritable = lambda error: stops.append(str(error))
        assert store.commits.begin(entry(status="lost", cost=None)) is None
        store.commits.commit("row", (entry(),), (KEY, answer("kept")))
        assert await store.wait() == ["row"]
        assert stops == ["the disk is full"]
        assert str(store.commits.begin(replace(entry(status="lost", cost=None), call="next"))) == "the disk is full"
        store.commits.close()

    asyncio.run(main())
    with recover_abandoned(tmp_path) as left:
        assert [each.answer.output for each in left if isinstance(each, SettledRow) and each.answer] == ["kept"]


def test_what_may_be_unkept_is_warned_of_and_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        store = Store(tmp_path, full, unkept=True)
        store.commits.begin(entry(status="lost", cost=None))
        store.commits.commit("row", (entry(),), None)
        assert await store.wait() == ["row"]
        assert any("the disk is full" in warning for warning in store.warnings)
        assert store.commits.begin(replace(entry(status="lost", cost=None), call="next")) is None
        store.commits.close()

    asyncio.run(main())
