"""A damaged SQLite file rebuilt from the rows of it that can be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from scrimp.errors import StoreError
from scrimp.store.database import Migration, connect, store_errors
from scrimp.store.files.damaged_files import put_aside

# Looks for the next row that can be read behind one that cannot; each costs a walk down a tree.
_MOST_PROBES = 2_000
_LARGEST_ROWID = 2**63 - 1
# The format of SQLite's files: the size of a page (1 means the largest) at byte 16, the number of pages at byte 28.
_HEADER_BYTES, _LARGEST_PAGE = 100, 65_536
_LARGEST_CLAIM = 1 << 40


class RepairedDatabase(Struct, frozen=True):
    """What a file was rebuilt from: the rows that were saved, and where the damaged file is now."""

    path: Path
    rows: int
    kept_as: Path


def damage_of(path: Path) -> str | None:
    """Return what is wrong with a database, as SQLite says it; None if nothing is, or if there is no file."""
    if not path.exists():
        return None
    try:
        with closing(_open_to_read(path)) as db:
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:  # locked, or without permission
        return str(error) if "malformed" in str(error) else None
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if verdict == "ok" else str(verdict).splitlines()[-1]


def repair_database(path: Path, migrations: Sequence[Migration]) -> RepairedDatabase | None:
    """Rebuild a damaged database and put the damaged one aside; return None if it is sound.

    Raise StoreError if it is in use, or if there is no room.
    """
    if damage_of(path) is None:
        return None
    _check_unused(path)
    fresh = path.with_name(path.name + ".repaired")
    fresh.unlink(missing_ok=True)
    with store_errors(fresh), _whole(path) as readable, closing(connect(fresh, migrations)) as db:
        with closing(_open_to_read(readable)) as damaged:
            saved = sum(_copy_table(damaged, db, table) for table in _tables(db))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with store_errors(path):
        kept_as = put_aside(path)
        for suffix in ("-wal", "-shm"):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
        fresh.rename(path)
    return RepairedDatabase(path, saved, kept_as)


def _open_to_read(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"file:{quote(os.fsencode(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
    db.text_factory = lambda data: data.decode(errors="replace")
    return db


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Yield the file; of one cut off a copy as long as its header says, since SQLite reads nothing of a short one."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    page = int.from_bytes(header[16:18]) or 0
    claimed = (_LARGEST_PAGE if page == 1 else page) * int.from_bytes(header[28:32])
    if not path.stat().st_size < claimed <= _LARGEST_CLAIM:
        yield path
        return
    copy = path.with_name(path.name + ".copy")
    try:
        shutil.copyfile(path, copy)
        os.truncate(copy, claimed)  # the pages that are missing are holes
        yield copy
    finally:
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _check_unused(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StoreError(f"{path} is in use: wait for other runs of scrimp to end, then repair it") from error
    except sqlite3.DatabaseError:
        pass  # too damaged to be locked


def _tables(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def _copy_table(damaged: sqlite3.Connection, db: sqlite3.Connection, table: str) -> int:
    """Copy the rows of a table that can be read; return how many. A column that the old one lacks has its default."""
    wanted = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    try:
        present = {row[1] for row in damaged.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        return 0
    columns = [name for name in wanted if name in present]
    if not columns:
        return 0
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    saved = 0
    db.execute("BEGIN")
    for row in _readable_rows(damaged, table, columns):
        with suppress(sqlite3.IntegrityError):  # a value that the damage made impossible
            saved += db.execute(insert, row).rowcount
    db.execute("COMMIT")
    return saved


def _readable_rows(damaged: sqlite3.Connection, table: str, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows that can be read, by rowid; behind one that cannot, search for the next that can."""
    query = f"SELECT rowid, {', '.join(columns)} FROM {table} NOT INDEXED WHERE rowid > ? ORDER BY rowid"
    after, probes, step = -1, 0, 1
    while probes < _MOST_PROBES:
        try:
            for rowid, *row in damaged.execute(query, (after,)):
                after, step = rowid, 1
                yield tuple(row)
        except (sqlite3.DatabaseError, OverflowError):
            probes += 1
            after, step = after + step, step * 2
            if after > _LARGEST_ROWID:
                return
        else:
            return
