from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from outcomes import answer
from scrimp.config.paths import paths_of
from scrimp.errors import StoreError
from scrimp.flows.stores.recovery import recover
from scrimp.flows.stores.repair import repair_stores
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile
from scrimp.store.encoding.journal_records import BegunCall, SettledRow, encode_record
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger
from scrimp.values import Entry

KEY = b"k" * 32
LOST = Entry(call="c", run="r", time=100.0, provider="acme", model="m", status="lost", seconds=0.0, key=KEY.hex())
PAID = replace(LOST, status="paid", cost=Decimal("0.000000009"))

DIES = """
import os, signal, sys
from pathlib import Path
import msgspec
from scrimp.store.encoding.journal_records import SettledRow
from scrimp.store.journal import Journal
from scrimp.values import Entry
journal = Journal(Path(sys.argv[1]), "r")
journal.record_begun(msgspec.json.decode(sys.argv[2], type=Entry))
if len(sys.argv) > 3:
    left = msgspec.json.decode(sys.argv[3], type=SettledRow)
    completion = (bytes.fromhex(left.key), left.answer) if left.answer else None
    journal.record_settled(left.entries, time=left.time, completion=completion)
os.kill(os.getpid(), signal.SIGKILL)
"""


def die(home: Path, settled: SettledRow | None = None) -> None:
    """Leave a home as a process does that is killed in the middle of a call, or just after one."""
    words = [msgspec.json.encode(each).decode() for each in (LOST, settled) if each is not None]
    ran = subprocess.run([sys.executable, "-c", DIES, str(home), *words], check=False, env=dict(os.environ))
    assert ran.returncode == -signal.SIGKILL


def recovered(home: Path) -> tuple[int, list[tuple[str, Decimal]]]:
    lost = recover(paths_of({"SCRIMP_HOME": str(home)}))
    ledger = Ledger(home / "ledger.db")
    totals = [(total.name, total.cost) for total in ledger.totals("status")]
    ledger.close()
    return lost, totals


def test_a_call_without_an_end_is_lost(tmp_path: Path) -> None:
    die(tmp_path)

    assert recovered(tmp_path) == (1, [("lost", Decimal(0))])
    assert recovered(tmp_path) == (0, [("lost", Decimal(0))])


def test_of_what_was_written_down_of_a_call_the_last_word_counts(tmp_path: Path) -> None:
    first, last = (SettledRow((replace(PAID, escalated=escalated),)) for escalated in (None, True))
    lines = b"".join(encode_record(record) for record in (BegunCall(LOST), first, last))
    (tmp_path / "in-flight-r-1.jsonl").write_bytes(lines)

    assert recovered(tmp_path) == (0, [("paid", Decimal("0.000000009"))])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as ledger:
        assert ledger.execute("SELECT escalated FROM entries").fetchall() == [(1,)]


def test_a_row_whose_key_is_damaged_is_booked_and_not_cached_in_a_journal_without_checksums(tmp_path: Path) -> None:
    row = msgspec.json.encode(SettledRow((PAID,), 101.0, KEY.hex(), answer("kept")))
    (tmp_path / "in-flight-r-1.jsonl").write_bytes(row.replace(b"6b6b", b"6b?b") + b"\n")

    assert recovered(tmp_path) == (0, [("paid", Decimal("0.000000009"))])
    cache = CacheFile(tmp_path / "cache.db")
    assert cache.stats().rows == 0
    cache.close()


@pytest.mark.parametrize(("right", "wrong"), [(b'"kept"', b'"bent"'), (KEY.hex().encode(), b"6c" * 32)])
def test_a_completion_that_has_changed_is_not_taken_for_the_one_that_was_paid(
    tmp_path: Path, right: bytes, wrong: bytes
) -> None:
    die(tmp_path, SettledRow((PAID,), 101.0, KEY.hex(), answer("kept")))
    (journal,) = tmp_path.glob("in-flight-*")
    data, said = journal.read_bytes(), list[str]()
    settled = data.index(b'"settled"')
    journal.write_bytes(data[:settled] + data[settled:].replace(right, wrong))
    paths = paths_of({"SCRIMP_HOME": str(tmp_path)})

    assert recover(paths, said.append) == 1  # the call was begun; what came of it is not known
    assert "at least 1 record cannot be read" in said[0]
    assert "scrimp doctor --repair" in said[0]
    assert "0 calls of them lost" in " ".join(repair_stores(paths))
    cache = CacheFile(tmp_path / "cache.db")
    assert cache.stats().rows == 0
    cache.close()


def test_a_completion_on_its_way_to_the_disk_is_kept_and_its_call_was_paid(tmp_path: Path) -> None:
    die(tmp_path, SettledRow((PAID,), 101.0, KEY.hex(), answer("kept")))

    assert recovered(tmp_path) == (0, [("paid", Decimal("0.000000009"))])
    cache = SqliteCache(tmp_path / "cache.db")
    found = cache.get_many([KEY])[KEY]
    assert (found.answer.output, found.created, found.run) == ("kept", 101.0, "r")  # as old as it is, for --cache-ttl
    cache.close()


def test_what_a_failed_call_came_to_is_booked_as_it_was(tmp_path: Path) -> None:
    die(tmp_path, SettledRow((replace(LOST, status="failed", cost=Decimal(0)),)))

    assert recovered(tmp_path) == (0, [("failed", Decimal(0))])
    assert not (tmp_path / "cache.db").exists() or not CacheFile(tmp_path / "cache.db").stats().rows


def test_what_the_ledger_holds_is_not_booked_again(tmp_path: Path) -> None:
    die(tmp_path)
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.append([PAID])
    ledger.close()

    assert recovered(tmp_path) == (0, [("paid", Decimal("0.000000009"))])
    assert list(tmp_path.glob("in-flight-*")) == []


def test_a_store_that_is_damaged_leaves_the_journal_for_later(tmp_path: Path) -> None:
    die(tmp_path)
    (tmp_path / "cache.db").write_text("no database, however long one looks at it")

    with pytest.raises(StoreError):
        recovered(tmp_path)
    assert len(list(tmp_path.glob("in-flight-*"))) == 1


def test_a_process_that_has_let_go_of_a_part_of_its_journal_is_recovered_when_it_has_let_go_of_all(
    tmp_path: Path,
) -> None:
    long = replace(LOST, call="long", error="x" * 2_000_000)
    journal = Journal(tmp_path, "r")
    journal.record_begun(LOST)
    journal.record_begun(long)  # in a second segment
    journal.record_settled([PAID, replace(long, status="failed", cost=Decimal(0))], time=101.0, completion=None)
    first, _second = sorted(tmp_path.glob("in-flight-*"))
    let_go = first.read_bytes()
    first.unlink()  # its process has locked this file, and not the one that takes its place
    first.write_bytes(let_go)
    before = recovered(tmp_path)
    journal.close()

    assert before == (0, [])
    assert recovered(tmp_path) == (0, [("paid", Decimal("0.000000009")), ("failed", Decimal(0))])
