"""The space that is left where the stores are, and from when on it is short."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

StatVfs = Callable[[Path], os.statvfs_result]

# The logs of both stores and a segment of the journal take 10 MB where nothing keeps them small.
_SHORT_BYTES = 32_000_000
# File systems that write a change of a file to another place, where there may be none.
_COPYING = ("btrfs", "zfs", "bcachefs", "nilfs2")
# Those that change what has its space where it is, full or not, as was tried. Of others (overlay, network) nothing is
# known.
_OVERWRITING = ("ext4", "xfs", "tmpfs")
# What must be free on one before a call and before a commit: SQLite maps its index of the log, and on a full disk btrfs
# kills a process that writes to a map. While a commit waits for such a disk, another process writes some 20 MB.
LEAST_FREE_BYTES = 64_000_000


def free_bytes(folder: Path, statvfs: StatVfs = os.statvfs) -> int | None:
    """Return the bytes that this user can still write in a folder; None if the system does not say."""
    try:
        found = statvfs(folder)
    except OSError:  # it does not exist yet, or no longer: writing will report that
        return None
    return found.f_bavail * found.f_frsize if found.f_blocks else None


def is_short(folder: Path, statvfs: StatVfs = os.statvfs) -> bool:
    """Return whether so little space is left that files are to be kept small, at the price of speed."""
    free = free_bytes(folder, statvfs)
    return free is not None and free < _SHORT_BYTES


def read_mounts() -> str:
    """Return the mounts of this process, as Linux lists them; an empty text elsewhere."""
    try:
        return Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def copies_on_write(folder: Path, mounts: Callable[[], str] = read_mounts) -> bool:
    """Return whether the file system of a folder is known to copy on write."""
    return _file_system(folder, mounts) in _COPYING


def overwrites_in_place(folder: Path, mounts: Callable[[], str] = read_mounts) -> bool:
    """Return whether the file system of a folder is known to need no new space for a change of what has its space."""
    return _file_system(folder, mounts) in _OVERWRITING


def _file_system(folder: Path, mounts: Callable[[], str]) -> str:
    """Return the type of the file system of a folder; an empty text if it is not known."""
    where, found = os.path.realpath(folder), ("", "")
    for line in mounts().splitlines():
        mount, _, source = line.partition(" - ")  # proc(5): the type comes first after the dash
        point, kind = _unescaped(mount.split(" ")[4]), source.split(" ")[0]
        if len(point) >= len(found[0]) and f"{where}/".startswith(f"{point.rstrip('/')}/"):
            found = point, kind  # a later one lies over an earlier one
    return found[1]


def _unescaped(point: str) -> str:
    r"""Return the path of a mount, where blanks and backslashes are octal: \040."""
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point)
