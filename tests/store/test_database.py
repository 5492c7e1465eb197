from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from command import AT_ONCE, start_at_once
from outcomes import answer, entry
from scrimp.errors import DiskFullError, StoreError, StoreRemovedError, StoreUnwritableError
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile
from scrimp.store.database import connect, insert, select, store_errors, transaction
from scrimp.store.ledger import GROUPS, Ledger
from scrimp.store.run_log import RunEnd, RunLog, RunRecord
from scrimp.store.schemas.ledger import MIGRATIONS
from scrimp.store.tuning.pairs import OutputSpec, PairStore, StoredPrompt, StoredReply

OPEN = f"""
from pathlib import Path
from scrimp.store.cache import SqliteCache
from scrimp.store.ledger import Ledger
{AT_ONCE}
SqliteCache(Path(sys.argv[1]) / "cache.db").close()
Ledger(Path(sys.argv[1]) / "ledger.db").close()
"""
OLDER = Path(__file__).parent / "older"
LEDGERS = [f"ledger_{schema}" for schema in range(1, len(MIGRATIONS) + 1)]  # each schema has a dump, today's, too
OPENERS = [SqliteCache, CacheFile, Ledger, PairStore]
Opener = Callable[[Path], SqliteCache | CacheFile | Ledger | PairStore]


def m001_shelf(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE shelf (name TEXT UNIQUE, size INTEGER)")


def m002_color(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE shelf ADD COLUMN color TEXT")


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query by a plain connection."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def older(dump: str, path: Path) -> Path:
    """A store as an older scrimp left it."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript((OLDER / f"{dump}.sql").read_text(encoding="utf-8"))
    return path


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "home" / "shelf.db", [m001_shelf])) as opened:
        yield opened


def test_many_that_make_a_store_at_the_same_moment_see_no_lock(tmp_path: Path) -> None:
    for number in range(3):
        many = start_at_once(OPEN, str(tmp_path / str(number)), many=10)
        assert [process.communicate(timeout=100)[1] for process in many] == [""] * 10


def test_many_that_migrate_an_older_ledger_at_once_record_what_was_lost_once(tmp_path: Path) -> None:
    path = older("ledger_1", tmp_path / "ledger.db")
    many = start_at_once(OPEN, str(tmp_path), many=4)

    assert [process.communicate(timeout=100)[1] for process in many] == [""] * 4
    assert query(path, "SELECT call, status FROM entries ORDER BY call") == [
        ("c1", "paid"), ("c2", "failed"), ("c3", "lost"),
    ]  # fmt: skip


@pytest.mark.parametrize("dump", LEDGERS)
def test_an_older_ledger_opens_with_every_row_it_had(tmp_path: Path, dump: str) -> None:
    path = older(dump, tmp_path / "ledger.db")
    before = query(path, "SELECT * FROM entries ORDER BY id")
    with closing(Ledger(path)) as ledger:
        totals = [(total.name, total.calls, total.cost) for total in ledger.totals("status")]
        by_team = {total.name: total.calls for total in ledger.totals("tag:team")}
        ledger.append([replace(entry(), call="new", signature="s1"), replace(entry(), call="c2")])
        tasks = [(task.signature, task.calls) for task in ledger.tasks()]
    after = query(path, "SELECT * FROM entries ORDER BY id")

    assert [row[: len(before[0])] for row in after[: len(before)]] == before
    assert sorted(row[1] for row in after) == ["c1", "c2", "c3", "new"]
    assert sorted(totals) == [("failed", 1, 0), ("lost", 1, 0), ("paid", 1, Decimal("0.0000118"))]
    assert by_team == {"blue": 1, "-": 1, "red": 1}
    assert tasks == [("s1", 1)]


@pytest.mark.parametrize("dump", LEDGERS)
def test_an_older_ledger_becomes_what_a_new_one_is(tmp_path: Path, dump: str) -> None:
    old, new = older(dump, tmp_path / "old.db"), tmp_path / "new.db"
    for path in (old, new):
        Ledger(path).close()
    columns = (
        "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' ORDER BY m.name, c.cid"
    )  # fmt: skip

    assert query(old, columns) == query(new, columns)
    assert query(old, "PRAGMA user_version") == query(new, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    indexes = "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY 1"
    assert query(old, indexes) == query(new, indexes)
    assert query(old, "PRAGMA integrity_check") == [("ok",)]


def test_replies_of_an_older_file_are_read_and_take_new_ones(tmp_path: Path) -> None:
    reply = StoredReply(
        model="openai/gpt-6-luna", output="18", confidence=0.75, cost=Decimal("0.0000118"), hedges=0, words=1,
        score=1.0, scored_by="person",
    )  # fmt: skip
    other = StoredReply(model="anthropic/claude", output="19")
    kept = StoredPrompt(
        key="ab", signature="s1", kind="mathematics", text="How many?", asked=OutputSpec(("18", "19")),
        time=1764000000.25, replies=(other, reply),
    )  # fmt: skip
    later = replace(kept, key="ac", time=kept.time + 1)
    with closing(PairStore(older("ledger_3", tmp_path / "ledger.db"))) as pairs:
        pairs.put([later])

        assert list(pairs.prompts()) == [kept, later]


@pytest.mark.parametrize("dump", ["ledger_4", "ledger_5", "ledger_6"])
def test_runs_of_an_older_file_are_read_and_take_new_ones(tmp_path: Path, dump: str) -> None:
    end = RunEnd(
        time=1764000002.5, status=3, stopped=None, rows=2, failed=1, calls=3, cost=Decimal("0.0000118"), unpriced=1,
        bill="what     cost\nall 2    $0.0000118", document=Raw(b'{"rows":{"total":2}}'),
    )  # fmt: skip
    ended = RunRecord(
        run="r1", started=1764000000.25, folder="/home/ada", command=("in.jsonl", "--tier", "simple"), end=end
    )
    killed = RunRecord(run="r0", started=1763000000.0, folder="", command=("-",))
    asked = RunRecord(run="r3", kind="ask", started=1764000009.0, folder="/", command=("...",))
    with closing(RunLog(older(dump, tmp_path / "ledger.db"))) as log:
        log.begin(asked)

        assert log.latest(9, "run") == [ended, killed]
        assert log.latest(1) == log.matching("r3") == [asked]
        assert [record.run for record in log.latest(9, "ask")] == (["r3", "r2"] if dump != "ledger_4" else ["r3"])


def test_an_older_cache_still_has_its_completions(tmp_path: Path) -> None:
    with closing(SqliteCache(older("cache_1", tmp_path / "cache.db"))) as cache:
        found = cache.get_many([b"\1" * 32, b"\2" * 32, b"\3" * 32])

    assert [(each.run, each.created, each.answer.output, each.answer.cost) for each in found.values()] == [
        ("r1", 1764000000.25, "18", Decimal("0.0000118")), ("r0", 1763000000.0, "19", None),
    ]  # fmt: skip


@pytest.mark.parametrize("opener", OPENERS)
def test_a_store_of_a_newer_scrimp_is_refused_and_not_touched(tmp_path: Path, opener: Opener) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as db:
        db.executescript("CREATE TABLE cache (tomorrow TEXT); PRAGMA user_version = 99")
    before = (tmp_path / "store.db").read_bytes()

    with pytest.raises(StoreError, match="newer scrimp: upgrade scrimp, or set SCRIMP_HOME"):
        opener(tmp_path / "store.db")
    assert (tmp_path / "store.db").read_bytes() == before


class Counted(list[Any]):
    """Migrations that tell when they have been counted: after the version of the file was read."""

    def __init__(self, *migrations: Any) -> None:
        super().__init__(migrations)
        self.counts, self.twice = 0, threading.Event()

    def __len__(self) -> int:
        self.counts += 1
        if self.counts == 2:
            self.twice.set()
        return super().__len__()


def test_a_newer_scrimp_that_migrates_first_is_not_overruled(tmp_path: Path) -> None:
    path, results = tmp_path / "shelf.db", list[str]()
    migrations = Counted(m001_shelf)

    def open_older() -> None:
        try:
            connect(path, migrations).close()
        except StoreError as error:
            results.append(str(error))

    with closing(sqlite3.connect(path, isolation_level=None)) as newer:
        newer.execute("PRAGMA journal_mode = WAL")
        newer.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=open_older)
        thread.start()  # sees a version of 0, and waits for the lock
        assert migrations.twice.wait(timeout=100)
        m001_shelf(newer)
        m002_color(newer)
        newer.execute("PRAGMA user_version = 2")
        newer.execute("COMMIT")
        thread.join()

    assert query(path, "PRAGMA user_version") == [(2,)]
    assert "newer scrimp" in results[0]


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "shelf.db"
    with closing(connect(path, [m001_shelf])) as db:
        db.execute("INSERT INTO shelf VALUES ('top', 3)")

    def broken(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM shelf")
        db.execute("SELECT * FROM missing")

    with pytest.raises(StoreError, match="missing"):
        connect(path, [m001_shelf, m002_color, broken])
    assert query(path, "PRAGMA user_version") == [(1,)]
    assert query(path, "SELECT * FROM shelf") == [("top", 3)]
    connect(path, [m001_shelf, m002_color]).close()
    assert query(path, "SELECT * FROM shelf") == [("top", 3, None)]


@pytest.mark.parametrize("applied", [0, 1, 2])
def test_each_migration_runs_once_and_in_order(tmp_path: Path, applied: int) -> None:
    ran: list[int] = []
    migrations = [lambda _, number=number: ran.append(number) for number in range(3)]
    for newest in (applied, 3, 3):
        connect(tmp_path / "shelf.db", migrations[:newest]).close()

    assert ran == [0, 1, 2]


def test_every_commit_is_synced_and_readers_do_not_wait_for_writers(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_modes_of_a_new_store_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        (tmp_path / "shared").mkdir(mode=0o755)
        for folder in ("new/deep", "shared"):
            connect(tmp_path / folder / "shelf.db", [m001_shelf]).close()
    finally:
        os.umask(umask)

    assert stat.S_IMODE((tmp_path / "new/deep").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new/deep/shelf.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755  # not ours to change
    assert stat.S_IMODE((tmp_path / "shared/shelf.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("opener", OPENERS)
def test_a_store_where_a_folder_or_a_file_is_in_the_way_cannot_be_written(tmp_path: Path, opener: Opener) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()

    for path in (tmp_path / "folder", tmp_path / "file" / "store.db"):
        with pytest.raises(StoreUnwritableError, match=r"cannot be used: .*set SCRIMP_HOME to a writable directory"):
            opener(path)


@pytest.mark.parametrize("opener", OPENERS)
def test_a_pipe_or_a_device_in_its_place_is_refused_at_once(tmp_path: Path, opener: Opener) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    (tmp_path / "device.db").symlink_to("/dev/zero")

    for name in ("pipe.db", "device.db"):
        with pytest.raises(StoreError, match=rf"{name} cannot be used: it is a pipe or a device; remove it"):
            opener(tmp_path / name)


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("content", [b"name,size\n" * 200, b"SQLite format 3\0" + bytes(84)])
def test_a_file_that_is_not_a_database_is_refused_and_not_touched(
    tmp_path: Path, opener: Opener, content: bytes
) -> None:
    (tmp_path / "store.db").write_bytes(content)

    with pytest.raises(StoreError, match=r"store\.db is damaged or not a database .*doctor --repair") as refused:
        opener(tmp_path / "store.db")
    assert not isinstance(refused.value, StoreUnwritableError)  # it must not pass for a full disk
    assert (tmp_path / "store.db").read_bytes() == content


@pytest.mark.parametrize("put_back", [False, True])
def test_a_store_that_is_removed_or_replaced_while_it_is_open_is_not_written_in_silence(
    tmp_path: Path, put_back: bool
) -> None:
    home, moved = tmp_path / "home", tmp_path / "moved"
    with closing(SqliteCache(home / "cache.db")) as cache, closing(Ledger(home / "ledger.db")) as ledger:
        writes: list[Callable[[], object]] = [
            lambda: cache.put_many([(b"\3" * 32, answer())], run="r", now=1.0), lambda: ledger.append([entry()]),
        ]  # fmt: skip
        home.rename(moved)
        if put_back:
            for path in (home / "cache.db", home / "ledger.db"):
                home.mkdir(exist_ok=True)
                path.write_bytes((moved / path.name).read_bytes())
        for write in writes:
            with pytest.raises(StoreRemovedError, match=r"\.db was removed or replaced while it was in use"):
                write()
        if put_back:
            (home / "cache.db").unlink()
            (home / "ledger.db").unlink()
            home.rmdir()
        moved.rename(home)
        for write in writes:
            write()


def test_the_database_of_another_program_keeps_its_tables(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db:
        db.executescript("CREATE TABLE cache (theirs TEXT); INSERT INTO cache VALUES ('kept')")

    with pytest.raises(StoreError, match="table cache already exists"):
        SqliteCache(tmp_path / "cache.db")
    assert query(tmp_path / "cache.db", "SELECT * FROM cache") == [("kept",)]
    assert query(tmp_path / "cache.db", "PRAGMA user_version") == [(0,)]


def test_a_store_that_may_only_be_read_is_read_and_every_write_is_refused(tmp_path: Path) -> None:
    older("cache_1", tmp_path / "cache.db")
    older("ledger_3", tmp_path / "ledger.db")
    with (
        closing(SqliteCache(tmp_path / "cache.db")) as cache, closing(CacheFile(tmp_path / "cache.db")) as file,
        closing(Ledger(tmp_path / "ledger.db")) as ledger, closing(PairStore(tmp_path / "ledger.db")) as pairs,
    ):  # fmt: skip
        for store in (cache, file, ledger, pairs):
            store._db.execute("PRAGMA query_only = ON")  # SQLite reports it as it reports a read-only disk
        writes: list[Callable[[], object]] = [
            lambda: cache.put_many([(b"\3" * 32, answer())], run="r", now=1.0), lambda: file.prune(before=9e9),
            lambda: file.remove("01"), lambda: ledger.append([entry()]),
            lambda: pairs.label("ab", "openai/gpt-6-luna", 0.0, "check"), lambda: pairs.put(list(pairs.prompts())),
        ]  # fmt: skip
        for write in writes:
            with pytest.raises(StoreUnwritableError, match=r"readonly.*set SCRIMP_HOME"):
                write()

        assert (len(list(file.completions())), len(cache.get_many([b"\1" * 32]))) == (2, 1)
        assert sum(total.calls for total in ledger.totals("run")) == 3
        assert [prompt.key for prompt in pairs.prompts()] == ["ab"]


def test_a_full_disk_loses_the_group_that_did_not_fit_and_no_other(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        ledger.append([replace(entry(), call="first")])
        (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite reports it as it reports a full disk
        many = [replace(entry(), call=str(number)) for number in range(500)]
        with pytest.raises(StoreUnwritableError, match=r"full.*free some space"):
            ledger.append(many)

        assert query(tmp_path / "ledger.db", "SELECT call FROM entries") == [("first",)]
        ledger._db.execute("PRAGMA max_page_count = 100000")
        ledger.append(many)
        assert ledger.totals("run")[0].calls == 501


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (sqlite3.OperationalError("database is locked"), StoreError, "another process has locked it: wait"),
        (sqlite3.OperationalError("disk I/O error"), DiskFullError, "free some space"),
        (sqlite3.OperationalError("unable to open database file"), StoreUnwritableError, "set SCRIMP_HOME"),
        (sqlite3.OperationalError("no such table: entries"), StoreError, "no such table"),
        (sqlite3.DatabaseError("database disk image is malformed"), StoreError, "damaged.*doctor --repair"),
        (sqlite3.IntegrityError("CHECK failed"), StoreError, "damaged"),
        (PermissionError(13, "Permission denied"), StoreUnwritableError, "Permission denied; set SCRIMP_HOME"),
        (OSError(28, "No space left on device"), DiskFullError, "No space left on device"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), StoreError, "damaged"),
    ],
)
def test_each_foreign_error_becomes_a_sentence(error: Exception, kind: type[StoreError], words: str) -> None:
    with pytest.raises(StoreError, match=rf"^a/ledger\.db .*{words}") as raised, store_errors(Path("a/ledger.db")):
        raise error
    assert type(raised.value) is kind
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", [StoreError("as it is"), KeyError("bug"), KeyboardInterrupt()])
def test_other_errors_pass_as_they_are(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, store_errors(Path("ledger.db")):
        raise error
    assert raised.value is error


@settings(max_examples=40)
@given(data=st.data())
def test_flipped_bytes_end_in_a_sentence_and_never_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    home = tmp_path_factory.mktemp("home")
    for dump in ("cache_1", "ledger_3"):
        path = older(dump, home / f"{dump}.db")
        query(path, "PRAGMA journal_mode = DELETE")  # every page into the file itself
        damaged = bytearray(path.read_bytes())
        rows = [place for place, byte in enumerate(damaged) if byte]
        for place in data.draw(st.lists(st.sampled_from(rows), max_size=4)):
            damaged[place] = data.draw(st.integers(0, 255))
        path.write_bytes(damaged[: data.draw(st.sampled_from([len(damaged), len(damaged), 4096, 5000]))])

    def read_cache() -> None:
        with closing(CacheFile(home / "cache_1.db")) as file:
            file.stats()
            list(file.completions())

    def read_ledger() -> None:
        with closing(Ledger(home / "ledger_3.db")) as ledger:
            for by in (*GROUPS, "tag:team"):
                ledger.totals(by)
            ledger.climbs()
            ledger.tasks()

    def read_pairs() -> None:
        with closing(PairStore(home / "ledger_3.db")) as pairs:
            list(pairs.prompts())

    for read in (read_cache, read_ledger, read_pairs):
        with suppress(StoreError):
            read()


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_transaction_that_fails_leaves_nothing_and_the_next_one_works(
    db: sqlite3.Connection, failure: type[BaseException]
) -> None:
    def fail_halfway() -> None:
        with transaction(db):
            db.execute("INSERT INTO shelf VALUES ('top', 1)")
            raise failure

    with pytest.raises(failure):
        fail_halfway()
    assert not db.in_transaction
    with transaction(db):
        db.execute("INSERT INTO shelf VALUES ('low', 2)")

    assert db.execute("SELECT * FROM shelf").fetchall() == [("low", 2)]


def test_a_transaction_holds_the_lock_from_its_first_moment(tmp_path: Path, db: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(tmp_path / "home" / "shelf.db", timeout=0, isolation_level=None)) as other:
        with transaction(db):  # nothing written yet
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT count(*) FROM shelf").fetchone() == (0,)
        other.execute("INSERT INTO shelf VALUES ('theirs', 1)")


@settings(max_examples=30)
@given(count=st.integers(0, 700), wanted=st.sets(st.integers(0, 900), max_size=400))
def test_rows_and_keys_of_any_number_go_in_and_come_out(
    tmp_path_factory: pytest.TempPathFactory, count: int, wanted: set[int]
) -> None:
    rows = [(str(number), number) for number in range(count)]
    with closing(connect(tmp_path_factory.mktemp("home") / "shelf.db", [m001_shelf])) as db:
        with transaction(db):
            insert(db, "INSERT INTO shelf VALUES", rows)

        assert db.execute("SELECT * FROM shelf ORDER BY size").fetchall() == rows
        found = select(db, "SELECT name FROM shelf WHERE size IN", sorted(wanted))
        assert sorted(found) == sorted((name,) for name, size in rows if size in wanted)


def test_a_handful_of_statements_serves_groups_of_every_size(db: sqlite3.Connection) -> None:
    rows_of_statements: set[int] = set()
    db.set_trace_callback(lambda sql: rows_of_statements.add(sql.count("(")))
    for size in range(1, 300):
        insert(db, "INSERT OR IGNORE INTO shelf VALUES", [("same", number) for number in range(size)])

    assert rows_of_statements == {1, 2, 4, 8, 16, 32, 64, 128}


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_a_directory_where_sqlite_keeps_a_file_of_its_own_is_named(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"ledger.db{suffix}").mkdir()

    with pytest.raises(StoreUnwritableError, match=rf"ledger\.db{suffix} beside it is not a file.*remove it"):
        Ledger(tmp_path / "ledger.db")
