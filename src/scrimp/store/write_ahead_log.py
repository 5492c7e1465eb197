"""The write-ahead log of a database: kept small where space is short, and emptied after a write that did not fit."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.errors import StoreRemovedError
from scrimp.store.database import BUSY_SECONDS, transaction

if TYPE_CHECKING:
    from scrimp.store.free_space import StatVfs


class SmallLog:
    """The log of a connection: kept small where space is short, and emptied after a write that did not fit."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path, self._is_overfull = db, path, False
        self._identity = file_identity(path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock for the block, like `transaction`."""
        if self._is_overfull:  # not sooner: that takes time, in which it would not be known that a write has failed
            _empty_log(self._db)
        self._is_overfull = True
        with transaction(self._db):
            yield
        self._is_overfull = False
        if file_identity(self._path) != self._identity:
            raise StoreRemovedError(
                f"{self._path} was removed or replaced while it was in use, so what is written to it is lost: leave it "
                "where it is until the run has ended"
            )
        trim_log(self._db, self._path)


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return an identity that tells a file from a later one of its name; None if there is no file."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino


def trim_log(db: sqlite3.Connection, path: Path, statvfs: StatVfs = os.statvfs) -> None:
    """Bring what is committed from the log into the database where space is short, and empty the log.

    Elsewhere the log grows to 4 MB before that: each time costs a wait for the disk.
    """
    from scrimp.store.free_space import is_short  # most commands only look up

    if is_short(path.parent, statvfs):
        _empty_log(db)


def _empty_log(db: sqlite3.Connection) -> None:
    with suppress(sqlite3.OperationalError):  # what is committed stays in the log; a write without room will tell
        db.execute("PRAGMA busy_timeout = 0")  # a reader that is suspended would be waited for
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    db.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS:.0f}")
