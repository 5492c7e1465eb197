from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.errors import DiskFullError, StoreError
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile
from scrimp.store.ledger import Ledger
from scrimp.store.writer import Write, Writer
from scrimp.values import Answer, Entry

ANSWER = Answer(output="x", model="m", provider="p", finish_reason="stop", cost=Decimal(0))
ENTRY = Entry(call="c", run="r", time=0.0, provider="p", model="m", status="paid", seconds=0.0, cost=Decimal(0))


Said = queue.SimpleQueue[StoreError | None]


def writer(home: Path, said: Said | None = None) -> Writer:
    """A writer; `said` gets what becomes of each deed."""

    def told(deeds: Sequence[Write], trouble: StoreError | None) -> None:
        if said is not None:
            for _ in deeds:
                said.put(trouble)

    return Writer(lambda: SqliteCache(home / "cache.db"), lambda: Ledger(home / "ledger.db"), run="r", on_commit=told)


def test_what_is_said_to_be_durable_can_be_read_by_another_connection(tmp_path: Path) -> None:
    said: Said = queue.SimpleQueue()
    ours = writer(tmp_path, said)
    ours.write(Write(entries=(ENTRY,), completion=(b"k" * 32, ANSWER)))

    assert said.get(timeout=100) is None
    assert SqliteCache(tmp_path / "cache.db").get_many([b"k" * 32])
    assert Ledger(tmp_path / "ledger.db").totals("model")[0].calls == 1
    ours.close()


def test_what_is_left_is_written_at_the_end(tmp_path: Path) -> None:
    ours = writer(tmp_path)
    for number in range(2500):
        ours.write(Write(completion=(number.to_bytes(32, "big"), ANSWER)))
    ours.close()

    assert CacheFile(tmp_path / "cache.db").stats().rows == 2500


def test_a_store_that_cannot_be_written_is_told_to_everybody_who_waits(tmp_path: Path) -> None:
    (tmp_path / "cache.db").mkdir()
    said: Said = queue.SimpleQueue()
    ours = writer(tmp_path, said)
    for _ in range(3):
        ours.write(Write(completion=(b"k" * 32, ANSWER)))

    assert all(isinstance(said.get(timeout=100), StoreError) for _ in range(3))
    ours.close()


class FillingDisk:
    """A cache on a disk with room for so many completions, and for the log of so many at once."""

    def __init__(self, room: int, log: int) -> None:
        self.kept: list[bytes] = []
        self._room, self._log = room, log

    def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        if len(rows) > self._log or len(self.kept) + len(rows) > self._room:
            raise DiskFullError("full")
        self.kept += [key for key, _ in rows]

    def close(self) -> None:
        """Close nothing."""


@given(st.integers(1, 20), st.integers(0, 20), st.integers(1, 20))
def test_on_a_disk_that_fills_up_all_is_kept_that_there_is_room_for(many: int, room: int, log: int) -> None:
    disk, told = FillingDisk(room, log), dict[int, bool]()
    ours = Writer(
        lambda: disk, lambda: pytest.fail("no entries"), run="r",  # type: ignore[arg-type]
        on_commit=lambda group, error: told.update({write.tag: error is None for write in group}),
    )  # fmt: skip
    for number in range(many):
        ours.write(Write(completion=(number.to_bytes(32), ANSWER), tag=number))
    ours.close()

    kept = min(many, room)
    assert disk.kept == [number.to_bytes(32) for number in range(kept)]
    assert told == {number: number < kept for number in range(many)}


@pytest.mark.parametrize(("free", "most"), [(None, 40), (1 << 30, 40), (1 << 17, 8), (1000, 1)])
def test_where_space_is_short_logs_leave_the_stores_as_much_as_they_take(free: int | None, most: int) -> None:
    groups, go = list[int](), threading.Event()

    class Disk(FillingDisk):
        def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
            assert go.wait(100)
            groups.append(len(rows))
            super().put_many(rows, run=run, now=now)

    ours = Writer(
        lambda: Disk(100, 100), lambda: pytest.fail("no entries"), run="r",  # type: ignore[arg-type]
        on_commit=lambda *_: None, free=lambda: free,
    )  # fmt: skip
    for number in range(40):
        ours.write(Write(completion=(number.to_bytes(32), ANSWER), tag=number))
    go.set()
    ours.close()

    assert sum(groups) == 40
    assert most // 2 <= max(groups) <= most


def test_a_part_that_does_not_fit_ends_its_group() -> None:
    disk, told = FillingDisk(3, 100), dict[int, bool]()
    ours = Writer(
        lambda: disk, lambda: pytest.fail("no entries"), run="r",  # type: ignore[arg-type]
        on_commit=lambda group, error: told.update({write.tag: error is None for write in group}), free=lambda: 1000,
    )  # fmt: skip
    for number in range(9):
        ours.write(Write(completion=(number.to_bytes(32), ANSWER), tag=number))
    ours.close()

    assert told == {number: number < 3 for number in range(9)}


def test_a_bug_in_a_store_leaves_nobody_waiting_and_is_raised_at_the_end(tmp_path: Path) -> None:
    def broken() -> SqliteCache:
        raise ZeroDivisionError

    done = threading.Event()
    ours = Writer(broken, lambda: Ledger(tmp_path / "ledger.db"), run="r", on_commit=lambda *_: done.set())
    ours.write(Write(completion=(b"k" * 32, ANSWER)))

    assert done.wait(timeout=100)
    with pytest.raises(ZeroDivisionError):
        ours.close()


WRITE_MANY = """
import sys
from decimal import Decimal
from pathlib import Path
from scrimp.store.cache import SqliteCache
from scrimp.store.ledger import Ledger
from scrimp.store.writer import Write, Writer
from scrimp.values import Answer, Entry
home, me = Path(sys.argv[1]), sys.argv[2]
answer = Answer(output="x", model="m", provider="p", finish_reason="stop", cost=Decimal(0))
troubles = []
writer = Writer(
    lambda: SqliteCache(home / "cache.db"), lambda: Ledger(home / "ledger.db"), run=me,
    on_commit=lambda deeds, trouble: troubles.append(trouble) if trouble else None,
)
for n in range(200):
    entry = Entry(
        call=f"{me}-{n}", run=me, time=0.0, provider="p", model="m", status="paid", seconds=0.0, cost=Decimal(0)
    )
    key = f"{me}-{n}".encode().ljust(32)
    writer.write(Write(entries=(entry,), completion=(key, answer)))
writer.close()
sys.exit(f"{troubles[0]}" if troubles else 0)
"""


def test_eight_processes_at_once_lose_nothing_and_see_no_lock(tmp_path: Path) -> None:
    many = [
        subprocess.Popen([sys.executable, "-c", WRITE_MANY, str(tmp_path), str(number)], stderr=subprocess.PIPE)
        for number in range(8)
    ]
    results = [(process.communicate(timeout=100)[1], process.returncode) for process in many]

    assert results == [(b"", 0)] * 8
    assert CacheFile(tmp_path / "cache.db").stats().rows == 1600
    assert sum(total.calls for total in Ledger(tmp_path / "ledger.db").totals("run")) == 1600


class Recorder:
    """Stands in for both stores and the callback: it records what happens, and fails where it is told to."""

    def __init__(self, *, fail_put: Sequence[int] = (), fail_append: Sequence[int] = ()) -> None:
        self.events: list[tuple[str, list[object]]] = []
        self.results: list[tuple[object, StoreError | None]] = []
        self.threads: set[int] = set()
        self._failing = {"put": fail_put, "append": fail_append}
        self._counts = {"put": 0, "append": 0}

    def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        self._record("put", [key for key, _ in rows])

    def append(self, entries: Sequence[Entry]) -> None:
        self._record("append", [entry.call for entry in entries])

    def close(self) -> None:
        self._record("close", [])

    def committed(self, group: Sequence[Write], error: StoreError | None) -> None:
        self._record("committed", [write.tag for write in group])
        self.results += [(write.tag, error) for write in group]

    def _record(self, event: str, names: list[object]) -> None:
        self.threads.add(threading.get_ident())
        self.events.append((event, names))
        if event in self._counts:
            self._counts[event] += 1
            if self._counts[event] in self._failing[event]:
                raise StoreError(f"{event} {self._counts[event]} failed")

    def all(self, event: str) -> list[object]:
        return [name for kind, names in self.events if kind == event for name in names]

    def writer(self) -> Writer:
        opened = lambda: self  # noqa: E731
        lingers = (0.01, 0.01)
        return Writer(opened, opened, run="r", on_commit=self.committed, lingers=lingers)  # type: ignore[arg-type]  # stands in for them


def numbered(number: int, *, entries: int = 1, cached: bool = True) -> Write:
    return Write(
        entries=tuple(replace(ENTRY, call=f"{number}/{step}") for step in range(entries)), tag=number,
        completion=(number.to_bytes(32, "big"), ANSWER) if cached else None,
    )  # fmt: skip


shapes = st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=40)


@settings(max_examples=15)
@given(shapes=shapes, pauses=st.sets(st.integers(0, 40), max_size=2))
def test_every_write_is_committed_once_and_in_order(shapes: list[tuple[int, bool]], pauses: set[int]) -> None:
    recorder = Recorder()
    ours = recorder.writer()
    writes = [numbered(number, entries=entries, cached=cached) for number, (entries, cached) in enumerate(shapes)]
    for number, write in enumerate(writes):
        if number in pauses:
            threading.Event().wait(0.015)  # longer than the writer lingers: another group
        ours.write(write)
    ours.close()

    assert recorder.results == [(number, None) for number in range(len(writes))]
    assert recorder.all("put") == [write.completion[0] for write in writes if write.completion]
    assert recorder.all("append") == [entry.call for write in writes for entry in write.entries]


def test_completions_go_first_then_entries_then_the_callback() -> None:
    recorder = Recorder()
    ours = recorder.writer()
    for number in range(5):
        ours.write(numbered(number))
    ours.close()

    kinds = [kind for kind, _ in recorder.events]
    assert kinds == ["put", "append", "committed"] * (len(kinds) // 3) + ["close", "close"]


def test_where_nothing_is_on_its_way_what_came_is_committed_at_once() -> None:
    recorder, done = Recorder(), threading.Event()
    opened, lingers = (lambda: recorder), (1000.0, 1000.0)
    ours = Writer(opened, opened, run="r", on_commit=lambda *_: done.set(), lingers=lingers)  # type: ignore[arg-type]  # as above
    ours.write(numbered(1))
    ours.expect(more=False)

    assert done.wait(timeout=100)
    assert recorder.all("append") == ["1/0"]
    ours.close()


def test_stores_are_used_and_closed_in_the_thread_that_opened_them() -> None:
    recorder, opening = Recorder(), set[int]()

    def opened() -> Recorder:
        opening.add(threading.get_ident())
        return recorder

    ours = Writer(opened, opened, run="r", on_commit=recorder.committed)  # type: ignore[arg-type]  # stands in for them
    ours.write(numbered(1))
    ours.close()

    assert opening == recorder.threads
    assert threading.get_ident() not in opening
    assert recorder.events.count(("close", [])) == 2


def test_what_gathers_behind_a_slow_commit_is_cut_into_groups_others_can_wait_for() -> None:
    recorder, slow, finished = Recorder(), threading.Event(), threading.Event()

    def opened() -> Recorder:
        slow.set()
        finished.wait(timeout=100)
        return recorder

    ours = Writer(opened, opened, run="r", on_commit=recorder.committed)  # type: ignore[arg-type]  # stands in for them
    ours.write(numbered(0))
    assert slow.wait(timeout=100)
    for number in range(1, 2501):
        ours.write(numbered(number))
    finished.set()
    ours.close()

    assert [len(names) for kind, names in recorder.events if kind == "committed"] == [1, 1000, 1000, 500]


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        ({"fail_put": [2]}, "put 2 failed"),
        ({"fail_append": [2]}, "append 2 failed"),
        ({"fail_put": [2], "fail_append": [2]}, "append 2 failed"),  # a call without an entry is the worse of the two
    ],
)
def test_a_group_that_fails_is_told_so_and_those_around_it_are_not(failing: dict[str, list[int]], words: str) -> None:
    recorder = Recorder(**failing)
    ours = recorder.writer()
    for number in range(2500):  # three groups, or more where the machine is slow
        ours.write(numbered(number))
    ours.close()
    groups = [names for kind, names in recorder.events if kind == "committed"]
    errors = {tag: str(error) for tag, error in recorder.results if error is not None}

    assert [tag for tag, _ in recorder.results] == list(range(2500))
    assert errors == dict.fromkeys(groups[1], words)
    assert len(recorder.all("append")) == 2500  # what the cache could not take is in the ledger all the same


def test_a_store_that_opens_later_takes_what_comes_later(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()
    said: Said = queue.SimpleQueue()
    ours = writer(tmp_path, said)
    ours.write(Write(entries=(ENTRY,)))
    first = said.get(timeout=100)
    (tmp_path / "ledger.db").rmdir()
    ours.write(Write(entries=(replace(ENTRY, call="c2"),)))
    second = said.get(timeout=100)
    ours.close()

    assert isinstance(first, StoreError)
    assert second is None
    assert Ledger(tmp_path / "ledger.db").recorded_calls(["c", "c2"]) == {"c2"}


def test_a_writer_without_work_creates_no_file(tmp_path: Path) -> None:
    writer(tmp_path / "home").close()
    ours = writer(tmp_path / "ledger only")
    ours.write(Write(entries=(ENTRY,)))
    ours.close()

    assert [path.name for path in tmp_path.iterdir()] == ["ledger only"]
    assert not (tmp_path / "ledger only" / "cache.db").exists()


def test_a_write_without_anything_to_store_is_still_answered() -> None:
    recorder = Recorder()
    ours = recorder.writer()
    ours.write(Write(tag="empty"))
    ours.close()

    assert recorder.events == [("committed", ["empty"])]


def test_many_threads_may_write_and_each_keeps_its_order() -> None:
    recorder = Recorder()
    ours = recorder.writer()

    def hand_over(thread: int) -> None:
        for number in range(300):
            ours.write(numbered(thread * 1000 + number))

    threads = [threading.Thread(target=hand_over, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ours.close()
    tags = [tag for tag, _ in recorder.results if isinstance(tag, int)]

    assert len(tags) == len(set(tags)) == 1200
    for first in range(0, 4000, 1000):
        assert [tag for tag in tags if first <= tag < first + 1000] == list(range(first, first + 300))


def test_after_a_bug_in_one_group_the_next_one_is_still_written(tmp_path: Path) -> None:
    failures: list[Exception] = [ZeroDivisionError("a bug")]

    def flaky() -> Ledger:
        if failures:
            raise failures.pop()
        return Ledger(tmp_path / "ledger.db")

    said: Said = queue.SimpleQueue()
    ours = Writer(
        lambda: SqliteCache(tmp_path / "cache.db"), flaky, run="r", on_commit=lambda _, error: said.put(error)
    )
    for call in ("c1", "c2"):
        ours.write(Write(entries=(replace(ENTRY, call=call),)))
        error = said.get(timeout=100)
        assert (error is None) is (call == "c2")
        assert error is None or "a bug" in str(error)

    with pytest.raises(ZeroDivisionError):
        ours.close()
    assert Ledger(tmp_path / "ledger.db").recorded_calls(["c1", "c2"]) == {"c2"}
