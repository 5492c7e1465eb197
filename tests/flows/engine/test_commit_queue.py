from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from outcomes import answer, entry
from scrimp.errors import DiskFullError, StoreUnwritableError
from scrimp.flows.engine.commit_queue import CommitQueue
from scrimp.store.cache import SqliteCache
from scrimp.store.encoding.journal_records import SettledRow
from scrimp.store.journal import Journal
from scrimp.store.journal_recovery import recover_abandoned
from scrimp.store.ledger import Ledger
from scrimp.values import Entry

KEY = b"k" * 32
NEXT = replace(entry(status="lost", cost=None), call="next")


class Store:
    """A cache and a ledger in a directory, and what was warned of; made inside the loop."""

    def __init__(
        self, path: Path, open_ledger: Callable[[], Ledger] | None = None, *, unkept: bool = False,
        journal: Journal | None = None, shared: bool = True,
    ) -> None:  # fmt: skip
        self._path = path
        self.warnings: list[str] = []
        self.durable: list[object] = []
        self._news = asyncio.Event()
        self.commits = CommitQueue(
            lambda: SqliteCache(path / "cache.db"), open_ledger or (lambda: Ledger(path / "ledger.db")),
            journal or Journal(path, "r"), run="r", warn=self.warnings.append, unkept=unkept, shared=shared,
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


def journals(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in path.glob("in-flight-*")]


def test_a_call_is_written_down_until_it_is_in_the_ledger(tmp_path: Path) -> None:
    async def main() -> None:
        store = Store(tmp_path)
        await store.commits.begin(entry(status="lost", cost=None))
        assert b'"call":"c"' in journals(tmp_path)[0]
        store.commits.commit("row", (entry(),), None)
        await store.wait()
        store.commits.close()

    asyncio.run(main())
    assert journals(tmp_path) == []


@pytest.mark.parametrize("shared", [True, False])
def test_a_completion_that_other_runs_may_not_find_is_in_no_journal(tmp_path: Path, *, shared: bool) -> None:
    async def main() -> None:
        store = Store(tmp_path, shared=shared)
        await store.commits.begin(entry(status="lost", cost=None))
        store.commits.commit("row", (entry(),), (KEY, answer("for one run alone")))
        (journal,) = journals(tmp_path)
        assert (b"for one run alone" in journal) == shared
        assert b'"call":"c"' in journal
        await store.wait()
        store.commits.close()

    asyncio.run(main())


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
        assert await store.commits.begin(entry(status="lost", cost=None)) is None
        store.commits.commit("row", (entry(),), (KEY, answer("kept")))
        assert await store.wait() == ["row"]
        assert stops == ["the disk is full"]
        assert str(await store.commits.begin(NEXT)) == "the disk is full"
        store.commits.close()

    asyncio.run(main())
    with recover_abandoned(tmp_path) as left:
        assert [each.answer.output for each in left if isinstance(each, SettledRow) and each.answer] == ["kept"]


def test_what_may_be_unkept_is_warned_of_and_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        store = Store(tmp_path, full, unkept=True)
        await store.commits.begin(entry(status="lost", cost=None))
        store.commits.commit("row", (entry(),), None)
        assert await store.wait() == ["row"]
        assert any("the disk is full" in warning for warning in store.warnings)
        assert await store.commits.begin(NEXT) is None
        store.commits.close()

    asyncio.run(main())


class CrampedJournal(Journal):
    """A journal without room for another call until so many are in the stores."""

    def __init__(self, folder: Path, waits_for: int) -> None:
        super().__init__(folder, "r")
        self._waits_for = waits_for

    def record_begun(self, entry: Entry) -> None:
        if self._waits_for:
            raise DiskFullError("no room")
        super().record_begun(entry)

    def checkpoint(self, calls: Iterable[str]) -> None:
        ended = list(calls)
        self._waits_for -= len(ended)
        super().checkpoint(ended)


def test_without_room_a_call_waits_for_what_is_on_its_way_to_the_stores(tmp_path: Path) -> None:
    async def main() -> None:
        store, stops = Store(tmp_path, journal=CrampedJournal(tmp_path, 2)), list[object]()
        store.commits.on_unwritable = stops.append
        store.commits.commit("row", (entry(),), None)
        store.commits.append((replace(entry(), call="another"),))
        async with asyncio.timeout(100):
            assert await store.commits.begin(NEXT) is None
        assert stops == []
        store.commits.close()

    asyncio.run(main())


def test_a_call_that_has_no_room_when_all_is_in_the_stores_is_not_made(tmp_path: Path) -> None:
    async def main() -> None:
        store, stops = Store(tmp_path, journal=CrampedJournal(tmp_path, 3)), list[str]()
        store.commits.on_unwritable = lambda error: stops.append(str(error))
        store.commits.commit("row", (entry(),), None)
        async with asyncio.timeout(100):
            assert str(await store.commits.begin(NEXT)) == "no room"
        assert (store.durable, stops) == (["row"], ["no room"])
        store.commits.close()

    asyncio.run(main())


class SplitLedger:
    """A ledger that has no room at first, and then takes its time."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()
        self._calls = 0

    def append(self, entries: Sequence[Entry]) -> None:
        del entries
        self._calls += 1
        if self._calls == 1:
            raise DiskFullError("no room")
        self.asked.set()
        assert self.go.wait(100)

    def close(self) -> None:
        """Close nothing."""


def test_no_call_begins_while_it_is_found_out_how_much_there_is_room_for(tmp_path: Path) -> None:
    async def main() -> None:
        ledger = SplitLedger()
        store = Store(tmp_path, lambda: ledger)  # type: ignore[arg-type, return-value]  # as far as a writer knows
        for name in ("a", "b"):
            store.commits.commit(name, (replace(entry(), call=name),), None)
        await asyncio.to_thread(ledger.asked.wait, 30)
        begun = asyncio.create_task(store.commits.begin(NEXT))
        for _ in range(3):
            await asyncio.sleep(0)
        assert not begun.done()
        ledger.go.set()
        async with asyncio.timeout(100):
            assert await begun is None
        store.commits.close()

    asyncio.run(main())
