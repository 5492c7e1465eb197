from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from outcomes import answer, entry
from scrimp.errors import DiskFullError
from scrimp.store.database import transaction
from scrimp.store.encoding.journal_records import BegunCall, SettledRow, decode_records
from scrimp.store.free_space import StatVfs, free_bytes, is_short
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger
from scrimp.store.write_ahead_log import trim_log


def disk(free: int, blocks: int = 1 << 30) -> StatVfs:
    """What a file system with blocks of 512 bytes says of itself; a tenth of what is free is for root alone."""
    return lambda _: os.statvfs_result((4096, 512, blocks, free // 512 * 10 // 9, free // 512, 0, 0, 0, 0, 255))


@contextmanager
def limit_of_files(most: int) -> Iterator[None]:
    """Let no file of this process become longer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


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


def test_the_journal_takes_little_more_than_what_is_reserved_for_calls_in_flight(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r", statvfs=disk(10_000_000))
    for number in range(64):
        journal.record_begun(replace(entry(), call=f"c{number}"))

    assert 64 * 4096 < sum(path.stat().st_size for path in tmp_path.iterdir()) < 64 * 4096 * 3 / 2
    journal.close()


def test_before_a_call_the_stores_are_left_what_they_need_to_keep_it(tmp_path: Path) -> None:
    free = iter((1 << 20, 1 << 20))  # enough for the first segment

    def statvfs(folder: Path) -> os.statvfs_result:
        return disk(next(free, 100_000))(folder)

    journal = Journal(tmp_path, "r", statvfs=statvfs)
    calls = [replace(entry(), call=f"c{number}") for number in range(100)]
    with pytest.raises(DiskFullError, match="No space left on device; free some space"):
        list(map(journal.record_begun, calls))
    long = answer("x" * 100_000)
    journal.record_settled(calls[:1], time=1.0, completion=(b"k" * 32, long))
    journal.close()
    kept = [record for path in sorted(tmp_path.iterdir()) for record in decode_records(path.read_bytes())[0]]

    assert [record.entry for record in kept if isinstance(record, BegunCall)] == calls[: len(kept) - 1]
    assert 1 < len(kept) - 1 < (1 << 16) / 4096  # calls for which the first segment can reserve
    assert [record.answer for record in kept if isinstance(record, SettledRow)] == [long]


def test_a_segment_that_is_followed_by_another_gives_back_what_was_reserved_in_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r", statvfs=disk(10_000_000))
    for number in range(60):
        call = replace(entry(), call=f"c{number}")
        journal.record_begun(call)
        journal.record_settled([call], time=1.0, completion=(b"k" * 32, answer("x" * 3000)))
    *older, last = sorted(tmp_path.iterdir(), key=lambda path: int(path.stem.rpartition("-")[2]))

    assert len(older) > 1
    assert last.read_bytes().endswith(bytes(4096))
    for path in older:
        data = path.read_bytes()
        assert data.endswith(b"}\n")
        assert decode_records(data)[1] == 0
    journal.close()


def test_a_log_that_did_not_fit_is_emptied_so_that_half_of_it_may(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    ledger, log = Ledger(path), path.with_name("ledger.db-wal")
    calls = [replace(entry(), call=f"c{number}", error="x" * 1000) for number in range(200)]
    with limit_of_files(path.stat().st_size + 60_000), closing(ledger):
        with pytest.raises(DiskFullError):
            ledger.append(calls)
        full = log.stat().st_size
        ledger.append(calls[:20])
        assert ledger.count() == 20
        assert log.stat().st_size < full
