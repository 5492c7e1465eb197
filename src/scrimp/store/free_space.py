"""The space that is left where the stores are, and from when on it is short."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

StatVfs = Callable[[Path], os.statvfs_result]

# The logs of both stores and a segment of the journal take 10 MB where nothing keeps them small.
_SHORT_BYTES = 32 << 20


def free_bytes(folder: Path, statvfs: StatVfs = os.statvfs) -> int | None:
    """Return the bytes that this user can still write in a folder; None where the system does not tell."""
    try:
        found = statvfs(folder)
    except OSError:  # it is not there yet, or no longer: whatever is written will tell
        return None
    return found.f_bavail * found.f_frsize if found.f_blocks else None


def is_short(folder: Path, statvfs: StatVfs = os.statvfs) -> bool:
    """Return whether so little space is left that files are to be kept small, at the price of speed."""
    free = free_bytes(folder, statvfs)
    return free is not None and free < _SHORT_BYTES
