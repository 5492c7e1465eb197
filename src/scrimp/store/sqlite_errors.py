"""What an error of SQLite or of the file system means for a store, in a sentence with the next move."""

from __future__ import annotations

import errno
from pathlib import Path

from scrimp.errors import (
    LOCKABLE_HOME,
    ROOM,
    TEMPORARY_ROOM,
    WRITABLE_HOME,
    DiskFullError,
    StoreError,
    StoreUnwritableError,
)

RUN_FOLDER = "scrimp-run-"  # how the names of runs' temporary folders begin
# What the system says of a disk without room, or one that fails; a limit on the size of files is one, too.
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO))
# What it says of a lock where there are none, as on a share of a network without a lock manager.
_NO_LOCKS = frozenset((errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS))


def system_error(path: Path, error: OSError) -> StoreError:
    """Return the StoreError for an error of the file system."""
    if is_full(error):
        return DiskFullError(f"{path} cannot be used: {error.strerror}; {_room(path)}")
    hint = LOCKABLE_HOME if error.errno in _NO_LOCKS else WRITABLE_HOME
    return StoreUnwritableError(f"{path} cannot be used: {error.strerror}; {hint}")


def check_locks(path: Path) -> None:
    """Raise StoreError if the file system of a store has no locks: SQLite takes each for one that is held and waits."""
    import fcntl  # stores are seldom locked by others
    from tempfile import TemporaryFile

    try:
        with TemporaryFile(dir=path.parent) as file:  # on the store itself it would release what SQLite has locked
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # one that cannot be written may be read
        if error.errno in _NO_LOCKS:
            raise StoreError(f"{path} cannot be used: {error.strerror}; {LOCKABLE_HOME}") from error


def is_full(error: OSError) -> bool:
    """Return whether an error says that a disk has no room, or fails."""
    return error.errno in _FULL


def operational_error(path: Path, reason: str) -> StoreError:
    """Return the StoreError for SQLite's error about the file or its disk, by its message."""
    for beside in (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal")):
        if beside.exists() and not beside.is_file():
            return StoreUnwritableError(
                f"{path} cannot be used: {beside.name} beside it is not a file, and SQLite needs that name; remove it, "
                "or set SCRIMP_HOME to another directory"
            )
    return _kind(reason)(f"{path} cannot be used: {reason}; {_hint(path, reason)}")


def _kind(reason: str) -> type[StoreError]:
    if "full" in reason or "I/O" in reason:
        return DiskFullError
    unwritable = any(word in reason for word in ("readonly", "read-only", "unable to open"))
    return StoreUnwritableError if unwritable else StoreError


def _hint(path: Path, reason: str) -> str:
    if "full" in reason or "I/O" in reason:
        return _room(path)
    if "locked" in reason:
        return "another process has locked it: wait for that to end, or set SCRIMP_HOME to another directory"
    return WRITABLE_HOME


def _room(path: Path) -> str:
    """Return the next move where a file finds no room: the temporary folder of a run is elsewhere than the home."""
    return TEMPORARY_ROOM if path.parent.name.startswith(RUN_FOLDER) else ROOM
