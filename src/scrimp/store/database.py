"""Opening an SQLite file that many processes share: file modes, write-ahead log, migrations."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from scrimp.errors import StoreError, StoreUnwritableError
from scrimp.store.sqlite_errors import check_locks, operational_error, system_error

Migration = Callable[[sqlite3.Connection], None]
# Long enough for another run's largest group commit on a slow disk.
BUSY_SECONDS = 60.0
_RETRY_SECONDS = 0.01
# Rows per statement, a power of two; SQLite takes 32 766 values in all.
_MAX_ROWS_PER_STATEMENT = 128
_Row = TypeVar("_Row")


def connect(
    path: Path, migrations: Sequence[Migration], *, any_thread: bool = False, oldest: int | None = None
) -> sqlite3.Connection:
    """Open the database, with its schema migrated; create it if missing (0600, in a directory of 0700).

    A file that can be read but not written, on a read-only disk or owned by another user, is opened for reading only:
    with the newest schema, or one from the `oldest` on that is read in the same way.
    """
    try:
        return _connect(path, migrations, any_thread=any_thread)
    except StoreUnwritableError:
        schemas = range(len(migrations) if oldest is None else oldest, len(migrations) + 1)
        if (db := _connect_to_read(path, schemas, any_thread=any_thread)) is None:
            raise
        return db


class OpenDatabase:
    """A database file that is open until it is closed, or until the `with` block that opens it ends."""

    path: Path
    _db: sqlite3.Connection

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def is_read_only(db: sqlite3.Connection) -> bool:
    """Return whether a connection was opened for reading alone."""
    return bool(db.execute("PRAGMA query_only").fetchone()[0])


def can_write(path: Path) -> bool:
    """Return whether a file can be written, or created, as far as permissions show."""
    if path.exists():
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return os.access(next(folder for folder in path.absolute().parents if folder.exists()), os.W_OK)


def _connect_to_read(path: Path, schemas: range, *, any_thread: bool) -> sqlite3.Connection | None:
    """Return a connection that only reads; None if there is nothing to read, or not with these schemas."""
    from urllib.parse import quote  # few stores cannot be written

    if not os.access(path, os.R_OK):
        return None
    # SQLite reads through the write-ahead log, and must create its index unless nothing changes the file meanwhile:
    # without a log, no process is writing.
    log = path.with_name(path.name + "-wal")
    for mode in ("mode=ro", "mode=ro&immutable=1") if not log.exists() or not log.stat().st_size else ("mode=ro",):
        try:
            db = sqlite3.connect(
                f"file:{quote(os.fsencode(path.absolute()))}?{mode}", uri=True, timeout=BUSY_SECONDS,
                isolation_level=None, check_same_thread=not any_thread, cached_statements=64,
            )  # fmt: skip
        except sqlite3.Error:  # the caller has the error that matters: why the file cannot be written
            continue
        if _is_readable(db, schemas):
            return db
        db.close()
    return None


def _is_readable(db: sqlite3.Connection, schemas: range) -> bool:
    try:
        db.execute("PRAGMA query_only = ON")
        return db.execute("PRAGMA user_version").fetchone()[0] in schemas
    except sqlite3.Error:
        return False


def _connect(path: Path, migrations: Sequence[Migration], *, any_thread: bool) -> sqlite3.Connection:
    with store_errors(path):
        _create_private(path)
        db = sqlite3.connect(
            path.absolute(), timeout=0, isolation_level=None, check_same_thread=not any_thread, cached_statements=64,
            uri=True,
        )  # fmt: skip
        try:
            _wait_for_others(db, path)
            _prepare(db, migrations)
        except BaseException:
            db.close()
            raise
        return db


def _wait_for_others(db: sqlite3.Connection, path: Path) -> None:
    """Have a connection wait while another process has the file locked; raise StoreError if nothing can be locked."""
    try:
        db.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:  # it is raised again, unless it is over
        check_locks(path)
    db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")


def _prepare(db: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    if _schema_version(db, len(migrations)) < len(migrations):
        # The journal mode is stored in the file; setting it again would need a lock at every start.
        _enable_wal(db)
        _migrate(db, migrations)
    # A completion that was paid for must survive a power cut, so every commit is synced; commits are grouped.
    db.execute("PRAGMA synchronous = FULL")


def _enable_wal(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite's busy timeout does not cover that, so retry while it is locked."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _migrate(db: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Apply the missing migrations, all or none of them, even if two runs start at once."""
    with transaction(db):
        for migration in migrations[_schema_version(db, len(migrations)) :]:
            migration(db)
        db.execute(f"PRAGMA user_version = {len(migrations)}")


def _schema_version(db: sqlite3.Connection, newest: int) -> int:
    """Return the number of migrations applied; raise StoreError for more than `newest`."""
    (applied,) = db.execute("PRAGMA user_version").fetchone()
    if applied > newest:
        raise StoreError(
            "the store was made by a newer scrimp: upgrade scrimp, or set SCRIMP_HOME to another directory"
        )
    return int(applied)


def insert(db: sqlite3.Connection, head: str, rows: Sequence[tuple[object, ...]], tail: str = "") -> None:
    """Insert rows, many per statement: `executemany` releases and reacquires the interpreter lock for every row."""
    if not rows:
        return
    placeholders = f"({', '.join('?' * len(rows[0]))})"
    for chunk in _chunks(rows):
        db.execute(f"{head} {', '.join([placeholders] * len(chunk))}{tail}", [value for row in chunk for value in row])


def select(db: sqlite3.Connection, head: str, keys: Sequence[object]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of these keys, many keys per statement."""
    for chunk in _chunks(keys):
        yield from db.execute(f"{head} ({', '.join('?' * len(chunk))})", chunk)


def _chunks(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    """Yield chunks of a few sizes only: a statement is compiled, and cached, for each size."""
    start, size = 0, _MAX_ROWS_PER_STATEMENT
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock for the block; commit at its end, roll back if it fails."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


class _StoreErrors:
    """Turns the errors of SQLite, of the file system and of values that cannot be decoded into StoreError.

    A class, not a generator: there are several for each call.
    """

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin what may fail."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise StoreError in the place of such an error."""
        path = self._path
        if isinstance(error, sqlite3.OperationalError):
            raise operational_error(path, str(error)) from error
        if isinstance(error, (sqlite3.DatabaseError, msgspec.MsgspecError, UnicodeDecodeError)):
            raise StoreError(
                f"{path} is damaged or not a database ({error}): run `scrimp doctor --repair`, which saves what can be "
                "read and keeps the file"
            ) from error
        if isinstance(error, OSError):
            raise system_error(path, error) from error


store_errors = _StoreErrors


def make_private_folder(folder: Path) -> None:
    """Create the folder of a store, accessible only to its owner."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _create_private(path: Path) -> None:
    make_private_folder(path.parent)
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        # Created here and not by SQLite, which would apply the umask; WAL and SHM files get the mode of the database.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        return
    if kind not in (stat.S_IFREG, stat.S_IFDIR):  # SQLite would wait for the other end of a pipe
        raise StoreError(f"{path} cannot be used: it is a pipe or a device; remove it, or set SCRIMP_HOME elsewhere")
