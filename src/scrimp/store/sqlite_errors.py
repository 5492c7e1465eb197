"""What an error of SQLite or of the file system means for a store, in a sentence with the next move."""

from __future__ import annotations

import errno
from pathlib import Path

from scrimp.errors import (
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


def system_error(path: Path, error: OSError) -> StoreError:
    """Return the StoreError for an error of the file system."""
    if is_full(error):
        return DiskFullError(f"{path} cannot be used: {error.strerror}; {_room(path)}")
    return StoreUnwritableError(f"{path} cannot be used: {error.strerror}; {WRITABLE_HOME}")


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
