"""Which runs of this home have a part of a shared budget: a file for each, locked while its run lives.

A file without a lock is that of a run that died. Its ledger is in this home, and says what it has spent.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scrimp.store.database import make_private_folder, store_errors

_SUFFIX = ".share"


class BudgetShare:
    """The file of a run that lives."""

    def __init__(self, folder: Path, run: str, budget: str) -> None:
        """Make the file, which says which budget it is of: its server and name."""
        self._path = folder / f"{run}{_SUFFIX}"
        with store_errors(self._path):
            make_private_folder(folder)
            # Locked before it has its final name: another process would take an unlocked file for that of a dead run.
            temporary = self._path.with_suffix(".new")
            self._descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            os.write(self._descriptor, budget.encode())
            temporary.rename(self._path)

    def close(self, *, settled: bool) -> None:
        """Let go of the file; one that is not settled with the server stays, like that of a run that died."""
        if settled:
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def settle_dead_shares(folder: Path, budget: str, settle: Callable[[str], bool]) -> None:
    """Have the shares of dead runs in a budget settled: `settle` takes the run, and returns whether that is done.

    Each is locked meanwhile, and removed once it is done.
    """
    with store_errors(folder):
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            with suppress(FileNotFoundError):
                descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
                try:
                    _settle_one(descriptor, path, budget, settle)
                finally:
                    os.close(descriptor)


def _settle_one(descriptor: int, path: Path, budget: str, settle: Callable[[str], bool]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    is_there = os.fstat(descriptor).st_nlink > 0  # otherwise another process has just settled it
    if is_there and os.pread(descriptor, 4096, 0) == budget.encode() and settle(path.stem):
        path.unlink(missing_ok=True)
