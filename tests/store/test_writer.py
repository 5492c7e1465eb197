from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from scrimp.errors import StoreError
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
        for _ in deeds if said is not None else ():
            said.put(trouble)

    return Writer(lambda: SqliteCache(home / "cache.db"), lambda: Ledger(home / "ledger.db"), run="r", on_commit=told)


def test_what_is_said_to_be_durable_can_be_read_by_another_connection(tmp_path: Path) -> None:
    said: Said = queue.SimpleQueue()
    ours = writer(tmp_path, said)
    ours.write(Write(entries=(ENTRY,), completion=(b"k" * 32, ANSWER)))

    assert said.get(timeout=30) is None
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

    assert all(isinstance(said.get(timeout=30), StoreError) for _ in range(3))
    ours.close()


def test_a_bug_in_a_store_leaves_nobody_waiting_and_is_raised_at_the_end(tmp_path: Path) -> None:
    def broken() -> SqliteCache:
        raise ZeroDivisionError

    done = threading.Event()
    ours = Writer(broken, lambda: Ledger(tmp_path / "ledger.db"), run="r", on_commit=lambda *_: done.set())
    ours.write(Write(completion=(b"k" * 32, ANSWER)))

    assert done.wait(timeout=30)
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
    results = [(process.communicate(timeout=50)[1], process.returncode) for process in many]

    assert results == [(b"", 0)] * 8
    assert CacheFile(tmp_path / "cache.db").stats().rows == 1600
    assert sum(total.calls for total in Ledger(tmp_path / "ledger.db").totals("run")) == 1600
