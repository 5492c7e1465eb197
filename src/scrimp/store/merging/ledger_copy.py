"""A copy of another machine's ledger, with today's schema, to be read while the original stays as it is."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from scrimp.errors import DiskFullError, InputError, StoreError
from scrimp.store.database import connect
from scrimp.store.files.run_folder import run_folder
from scrimp.store.merging.ledger_values import foreign_column
from scrimp.store.schemas.ledger import MIGRATIONS
from scrimp.store.sqlite_errors import is_full

_LOCKED_SECONDS = 10.0  # to wait for a process that has locked it


@contextmanager
def ledger_copy(source: Path) -> Iterator[Path]:
    """Yield a copy of what is committed in a ledger, removed after the block.

    Raise InputError if the file is not a ledger, StoreError if it cannot be copied.
    """
    if not source.is_file():
        raise InputError(f"{source} is not a file: name a home of scrimp, or a ledger.db")
    with run_folder() as folder:
        copy = folder / "ledger.db"
        with _errors_of(source):
            _copy(source, copy)
            _check(source, copy)
            with closing(connect(copy, MIGRATIONS)) as db:
                _check_values(source, db)
        yield copy


def _copy(source: Path, copy: Path) -> None:
    """Copy as files where no process writes; else as SQLite reads it, so that it is of one moment."""
    if not _has_log(source) and _copied_unchanged([source], [copy]) and not _has_log(source):
        return
    copy.unlink(missing_ok=True)
    uri = f"file:{quote(os.fsencode(source.absolute()))}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(uri, uri=True, timeout=_LOCKED_SECONDS)) as db,
            closing(sqlite3.connect(copy)) as new,
        ):
            db.backup(new)
    except sqlite3.OperationalError as error:
        if "unable to open" not in str(error):
            raise
        # SQLite reads through the log only where it can write next to it.
        if not _copied_unchanged([source, _log_of(source)], [copy, _log_of(copy)]):
            raise StoreError(f"{source} is being written: merge it again when the runs there have ended") from error


def _copied_unchanged(sources: list[Path], copies: list[Path]) -> bool:
    """Copy files; return whether they stayed as they were meanwhile."""
    before = [_state(source) for source in sources]
    for source, copy in zip(sources, copies, strict=True):
        shutil.copyfile(source, copy)
    return before == [_state(source) for source in sources]


def _state(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _log_of(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


def _has_log(database: Path) -> bool:
    log = _log_of(database)
    return log.exists() and log.stat().st_size > 0


def _check(source: Path, copy: Path) -> None:
    """Raise a sentence for a copy that is damaged, no ledger, or one of a newer scrimp."""
    with closing(sqlite3.connect(copy)) as db:
        ((verdict,),) = db.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            raise sqlite3.DatabaseError(str(verdict).splitlines()[-1])
        ((schema,),) = db.execute("PRAGMA user_version").fetchall()
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "entries" not in tables:
        raise InputError(f"{source} is a database, but not a ledger of scrimp: name a home of scrimp, or a ledger.db")
    if schema > len(MIGRATIONS):
        raise StoreError(f"{source} was made by a newer scrimp than this one: upgrade scrimp here, then merge it")


def _check_values(source: Path, db: sqlite3.Connection) -> None:
    """Raise a sentence for a copy with values that would make the ledger here unreadable."""
    if (column := foreign_column(db)) is not None:
        raise InputError(
            f"{source} has values in {column} that scrimp does not write, and nothing of it was merged: name the "
            "ledger that scrimp made"
        )


@contextmanager
def _errors_of(source: Path) -> Iterator[None]:
    """Turn the errors of SQLite and of the file system into sentences about the source."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise _no_room(source) from error
        raise StoreError(f"{source} cannot be read ({error}): merge it again when the runs there have ended") from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{source} is damaged or not a database ({error}): run `scrimp doctor --repair` there, then merge it"
        ) from error
    except OSError as error:
        if is_full(error):
            raise _no_room(source) from error
        raise InputError(
            f"{source} cannot be read ({error.strerror}): copy it to where it can, then merge the copy"
        ) from error


def _no_room(source: Path) -> DiskFullError:
    return DiskFullError(f"there is no room for a copy of {source}: free some space, or set TMPDIR to another disk")
