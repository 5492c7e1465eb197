"""Which processes of this home have a part of a shared budget: a file for each, locked while its process lives.

A file without a lock is that of a process that died. The ledger of its run is in this home, and says what was spent.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scrimp.store.database import make_private_folder, store_errors
from scrimp.store.files.process_lock import try_lock

_SUFFIX = ".share"


class Sharer(Struct, frozen=True):
    """A process that has a part: its name, the run it works on, alone or with others, and the budget."""

    process: str
    run: str
    budget: str  # server and name of the budget
    boot: str = ""  # of its machine; a power cut may take the last records of a journal, and so the proof


def with_own_name(folder: Path, sharer: Sharer) -> Sharer:
    """Return it with another name where one of this process has left without being settled: that keeps the name."""
    name, number = sharer.process, 1
    while (folder / f"{name}{_SUFFIX}").exists():
        number += 1
        name = f"{sharer.process}-{number}"
    return replace(sharer, process=name)


class BudgetShare:
    """The file of a process that lives."""

    def __init__(self, folder: Path, sharer: Sharer) -> None:
        """Make the file, which says whose it is."""
        self._path = folder / f"{sharer.process}{_SUFFIX}"
        with store_errors(self._path):
            make_private_folder(folder)
            # Locked before it has its final name: another process would take an unlocked file for that of a dead run.
            temporary = self._path.with_suffix(".new")
            self._descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            os.write(self._descriptor, msgspec.json.encode(sharer))
            temporary.rename(self._path)

    def close(self, *, settled: bool) -> None:
        """Release the file; one that is not settled with the server stays, like that of one that died."""
        if settled:
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def settle_dead_shares(folder: Path, budget: str, settle: Callable[[Sharer], bool]) -> None:
    """Settle the shares of dead processes in a budget with `settle`, which returns whether it succeeded.

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


def _settle_one(descriptor: int, path: Path, budget: str, settle: Callable[[Sharer], bool]) -> None:
    if not try_lock(descriptor):
        return
    if not os.fstat(descriptor).st_nlink:  # another process has just settled it
        return
    try:
        sharer = msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Sharer)
    except msgspec.MsgspecError:  # from an earlier version, or damaged: its budget is unknown
        return
    if sharer.budget == budget and settle(sharer):
        path.unlink(missing_ok=True)
