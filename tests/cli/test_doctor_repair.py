from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from hashlib import sha512

from msgspec.structs import replace

from command import Scrimp
from fake_provider import FakeProvider
from outcomes import entry
from scrimp.store.cache import SqliteCache
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger


def test_a_damaged_store_pays_nothing_until_it_is_repaired_and_what_could_be_read_is_not_paid_again(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("q.txt", "".join(f"question {number} {sha512(bytes([number])).hexdigest()}\n" for number in range(200)))
    scrimp("run", "q.txt", "-q", "-j", "64")
    for name in ("cache.db", "ledger.db"):
        path = scrimp.home / name
        data = bytearray(path.read_bytes())
        data[-4096 * 5 : -4096 * 4] = b"\xa5" * 4096
        path.write_bytes(data)

    ran, seen = scrimp("run", "q.txt"), scrimp("doctor")
    assert (ran.status, seen.status, len(provider.bodies)) == (2, 2, 200)
    assert "cache.db is damaged" in ran.err
    assert "scrimp doctor --repair" in ran.err
    assert seen.out.count("run `scrimp doctor --repair`") == 2

    repaired, again = scrimp("doctor", "--repair"), scrimp("run", "q.txt")
    assert (repaired.status, again.status, len(again.rows)) == (0, 0, 200)
    assert repaired.out.count("rebuilt from") == 2
    assert 200 < len(provider.bodies) < 230
    assert "nothing is damaged" in scrimp("doctor", "--repair").out
    assert {path.name.split(".")[0] for path in (scrimp.home / "damaged").iterdir()} == {"cache", "ledger"}


def test_a_completion_that_changed_in_a_journal_is_paid_for_again_and_never_printed(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("q.txt", "first\nsecond\nthird\n")
    scrimp("run", "q.txt", "-q")
    with closing(sqlite3.connect(scrimp.home / "cache.db")) as db, db:
        keys = [key for (key,) in db.execute("SELECT key FROM cache")]
        with closing(SqliteCache(scrimp.home / "cache.db")) as cache:
            kept = cache.get_many(keys)
        db.execute("DELETE FROM cache")
    journal = Journal(scrimp.home, "killed")
    for number, (key, each) in enumerate(kept.items()):
        paid = replace(entry(), call=f"call {number}", key=key.hex())
        journal.record_settled([paid], time=each.created, completion=(key, each.answer))
    journal.close()
    (path,) = scrimp.home.glob("in-flight-*")
    path.write_bytes(path.read_bytes().replace(b"echo: second", b"echo: secund"))
    ran, seen = scrimp("run", "q.txt"), scrimp("doctor")
    repaired, again = scrimp("doctor", "--repair"), scrimp("doctor")

    assert [row["output"] for row in ran.rows] == ["echo: first", "echo: second", "echo: third"]
    assert [row["cache"] for row in ran.rows] == ["hit", "miss", "hit"]
    assert sorted(provider.prompts) == ["first", "second", "second", "third"]  # calls begin together
    assert "at least 1 record cannot be read" in ran.err
    assert str(scrimp.home / "damaged") in ran.err
    assert [(each.status, "broken journal" in each.out) for each in (seen, repaired, again)] == [
        (2, True), (0, False), (0, False),
    ]  # fmt: skip
    assert "2 records read in" in repaired.out


def test_calls_that_a_wrong_clock_dated_later_than_now_are_told(scrimp: Scrimp) -> None:
    with closing(Ledger(scrimp.home / "ledger.db")) as ledger:
        ledger.append([replace(entry(), call="now", time=time.time())])
        told = scrimp("doctor").out
        ledger.append([replace(entry(), call="ahead", time=time.time() + 999_999)])

    assert "ok     ledger: 1 calls\n" in told
    assert "ok     ledger: 2 calls; 1 call dated later than now, as by a clock that was ahead" in scrimp("doctor").out
