from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from outcomes import entry
from scrimp.store.database import transaction, trim_log
from scrimp.store.free_space import StatVfs, free_bytes, is_short
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger


def disk(free: int, blocks: int = 1 << 30) -> StatVfs:
    """What a file system with blocks of 512 bytes says of itself; a tenth of what is free is for root alone."""
    return lambda _: os.statvfs_result((4096, 512, blocks, free // 512 * 10 // 9, free // 512, 0, 0, 0, 0, 255))


def test_space_is_what_this_user_may_write(tmp_path: Path) -> None:
    assert free_bytes(tmp_path, disk(4096)) == 4096
    assert free_bytes(tmp_path) == os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize


def test_a_system_that_does_not_tell_is_not_short(tmp_path: Path) -> None:
    def fails(_: Path) -> os.statvfs_result:
        raise FileNotFoundError

    assert free_bytes(tmp_path, disk(0, blocks=0)) is None
    assert not is_short(tmp_path, disk(0, blocks=0))
    assert not is_short(tmp_path, fails)
    assert (is_short(tmp_path, disk(1 << 20)), is_short(tmp_path, disk(1 << 30))) == (True, False)


@pytest.mark.parametrize(("free", "most"), [(1 << 20, 0), (1 << 40, 1 << 23)])
def test_the_log_of_a_store_stays_small_where_space_is_short(tmp_path: Path, free: int, most: int) -> None:
    path = tmp_path / "ledger.db"
    with closing(Ledger(path)) as ledger:
        for number in range(60):
            with transaction(ledger._db):
                ledger._db.execute("INSERT INTO task_commands VALUES (?, ?, 0)", (str(number), "x" * 40_000))
            trim_log(ledger._db, path, disk(free))
        size = path.with_name("ledger.db-wal").stat().st_size
        (kept,) = ledger._db.execute("SELECT count(*) FROM task_commands").fetchone()

    assert most // 8 <= size <= most
    assert kept == 60


@pytest.mark.parametrize(("free", "bytes_"), [(1 << 20, 1 << 16), (1 << 40, 1 << 20)])
def test_the_journal_takes_less_where_space_is_short(tmp_path: Path, free: int, bytes_: int) -> None:
    journal = Journal(tmp_path, "r", statvfs=disk(free))
    journal.record_begun(entry())

    assert [path.stat().st_size for path in tmp_path.iterdir()] == [bytes_]
    journal.close()
