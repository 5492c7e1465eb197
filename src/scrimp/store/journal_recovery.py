"""The journals of other processes: recovered where these are dead, and looked into where they may be about to die."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from scrimp.store.database import store_errors
from scrimp.store.encoding.journal_records import BegunCall, SettledRow, decode_records
from scrimp.store.files.damaged_files import put_aside
from scrimp.store.files.process_lock import try_lock
from scrimp.store.journal import PREFIX

# A segment gets its name within milliseconds; one without was left by a process that was killed just then.
_UNFINISHED_SECONDS = 3600.0
# The longest wait for another process that recovers, and the pause between two looks.
_RECOVERY_SECONDS, _LOOK_SECONDS = 60.0, 0.002
_KEY = re.compile(rb'"key":"([0-9a-f]{64})"')


@contextmanager
def recover_abandoned(
    folder: Path,
    damaged: Callable[[Path, int], None] = lambda _path, _records: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[list[BegunCall | SettledRow]]:
    """Yield all records that dead processes have left; their segments are deleted after the block, unless it fails.

    A process that recovers at the same time waits: what the first one is bringing in would be paid for again.

    A segment with records that cannot be read is put aside instead; `damaged` is called with its path and their number.
    """
    with ExitStack() as locks, store_errors(folder):
        _remove_unfinished(folder)
        if any(folder.glob(f"{PREFIX}*.jsonl")):
            _wait_for_others(folder, locks, sleep)
        files = _lock_abandoned(folder, locks)
        found = [decode_records(path.read_bytes()) for path in files]
        yield [record for records, _ in found for record in records]
        for path, (_, unreadable) in zip(files, found, strict=True):
            if unreadable:
                damaged(put_aside(path), unreadable)
            else:
                path.unlink()


def _remove_unfinished(folder: Path) -> None:
    """Remove the segments whose process was killed before they had their names; no call was recorded in them."""
    for path in folder.glob(f"{PREFIX}*.new"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _UNFINISHED_SECONDS:
                path.unlink()


class _Scanned:
    """What was read of a segment of a living process: the keys in it, and where reading goes on."""

    def __init__(self) -> None:
        self._keys: set[bytes] = set()  # in hex
        self._from = 0

    def keys(self, path: Path) -> AbstractSet[bytes]:
        """Return the keys of all records so far, in hex."""
        with path.open("rb") as file:
            file.seek(self._from)
            data, _, _ = file.read().partition(b"\0")  # what is reserved and not written yet
        self._keys.update(_KEY.findall(data))
        # The last record is read again: it may be one that was being written.
        self._from += data.rfind(b"\n", 0, max(0, data.rfind(b"\n"))) + 1
        return self._keys


class LivingJournals:
    """The journals of other processes: of those that live, or are about to end. What they gain is read once.

    A process that is killed lets go of its claims a moment before it lets go of its journal: one that claims a key just
    then finds its completion neither in the cache nor in a journal that may be recovered.
    """

    def __init__(self, folder: Path, run: str) -> None:
        """`run` is the name of this process's own."""
        self._folder, self._own = folder, f"{PREFIX}{run}-"
        self._scanned: dict[str, _Scanned] = {}  # by the name of a segment, which no other one ever has

    def settled(self, keys: AbstractSet[bytes]) -> list[SettledRow]:
        """Return the completions they have under these keys."""
        wanted = {key.hex().encode() for key in keys}
        found: list[SettledRow] = []
        before, self._scanned = self._scanned, {}  # without those that are gone
        for path in self._folder.glob(f"{PREFIX}*.jsonl"):
            if path.name.startswith(self._own):
                continue
            with suppress(FileNotFoundError):  # recovered since: what it had is in the cache
                self._scanned[path.name] = scanned = before.get(path.name) or _Scanned()
                if wanted.isdisjoint(scanned.keys(path)):
                    continue
                records, _ = decode_records(path.read_bytes())
                found += [each for each in records if isinstance(each, SettledRow) and each.key.encode() in wanted]
        return found


def _wait_for_others(folder: Path, locks: ExitStack, sleep: Callable[[float], None]) -> None:
    """Lock the folder against others that recover; go on without the lock where one seems to be suspended."""
    fd = os.open(folder, os.O_RDONLY)
    locks.callback(os.close, fd)
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while time.monotonic() < deadline:
        if try_lock(fd):
            return
        sleep(_LOOK_SECONDS)


def _lock_abandoned(folder: Path, locks: ExitStack) -> list[Path]:
    """Lock the segments of dead processes and return them.

    A process that ends lets go of one after the other: of a call that began in the first, the second tells the end.
    """
    journals: dict[str, list[Path]] = {}  # by process
    for path in sorted(folder.glob(f"{PREFIX}*.jsonl")):
        journals.setdefault(path.name.rpartition("-")[0], []).append(path)
    return [path for paths in journals.values() if all(_try_lock(path, locks) for path in paths) for path in paths]


def _try_lock(path: Path, locks: ExitStack) -> bool:
    """Lock a segment unless a living process has locked it; return whether it is locked now."""
    with suppress(FileNotFoundError):
        fd = os.open(path, os.O_RDWR)
        locks.callback(os.close, fd)
        return try_lock(fd) and os.fstat(fd).st_nlink > 0  # otherwise another process has just recovered it
    return False
