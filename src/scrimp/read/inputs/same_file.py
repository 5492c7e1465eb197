"""Whether two names mean one file: by links and mounts, and where a file system takes letters for the same.

A number of a file tells all of that but for some file systems in user space, which give each name another one. There
the listing of the directory tells: a name that is found and not listed is another form of one that is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def is_same_file(one: str | Path, other: str | Path) -> bool:
    """Return whether two names mean one file, whether it exists already or not."""
    try:
        first, second = os.path.realpath(one), os.path.realpath(other)
        if first == second or _have_same_number(first, second):
            return True
    except (OSError, ValueError):
        return False
    return folded(first) == folded(second) and means_one(Path(first), Path(second))


def folded(path: str) -> str:
    """Return a key that is equal for paths a system may treat as one: by case or Unicode form."""
    if path.isascii():
        return path.lower()
    import unicodedata  # few names need it

    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _have_same_number(first: str, second: str) -> bool:
    try:
        return Path(first).samefile(second)
    except OSError:  # one of them is not there
        return False


def means_one(
    first: Path,
    second: Path,
    *,
    listed: Callable[[Path], list[str]] = os.listdir,
    exists: Callable[[Path], bool] = os.path.lexists,
) -> bool:
    """Return whether two paths that differ in form are one to the system; True if neither exists to tell."""
    folder = Path(first.anchor)
    for one, other in zip(first.parts[1:], second.parts[1:], strict=True):
        try:
            names = {one, other}.intersection(listed(folder))
        except OSError:
            return False
        there = [exists(folder / name) for name in (one, other)]
        if len(names) == 2 or there[0] is not there[1]:
            return False
        if not any(there):
            return True
        folder /= next(iter(names), one)
    return True
