"""Claims of the runs on this machine: a key that one process is calling for is left alone by the others.

A claim is a record lock of the kernel, on the byte of a file that the key names: it costs two microseconds, and is gone
at the instant its process is, however that ended, in whatever container. The files stay empty.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from scrimp.store.database import make_private_folder
from scrimp.store.files.this_boot import this_boot

# The kernel searches the locks of a file one by one, and a run may hold some four thousand.
_FILES = 16


class Claims:
    """The claims of this process. A process has at most one such object: closing a file drops all locks on it."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        """Take the folder of the lock files, created when the first claim is made; without it nothing is claimed."""
        self._folder, self._warn = folder, warn
        self._files: Sequence[int] | None = None

    @property
    def place(self) -> str | None:
        """What names these lock files among all machines that run; None if that is not known, or nothing is locked.

        The number of an inode is one of its kernel's, whose boot has a name.
        """
        if self._files is None:
            self._files = self._open()
        if not self._files or not (boot := this_boot()):
            return None
        status = os.fstat(self._files[0])
        return f"{boot}-{status.st_dev:x}-{status.st_ino:x}"

    def claim(self, keys: Iterable[bytes]) -> set[bytes]:
        """Claim keys; return those that another process has claimed."""
        return {key for key in keys if not self._lock(key)}

    def doubts(self, key: bytes) -> bool:
        """Return False: the kernel forgets no claim."""
        del key
        return False

    def release(self, keys: Iterable[bytes]) -> None:
        """Release keys, claimed or not."""
        files = self._files or ()
        for key in keys if files else ():
            file, byte = _place(key, files)
            fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)

    def close(self) -> None:
        """Release all."""
        for file in self._files or ():
            os.close(file)
        self._files = []

    def _lock(self, key: bytes) -> bool:
        if self._files is None:
            self._files = self._open()
        if not self._files:
            return True
        file, byte = _place(key, self._files)
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except (BlockingIOError, PermissionError):  # the two that POSIX allows for a lock that is held
            return False
        except OSError as error:
            self._give_up(error)
        return True

    def _open(self) -> Sequence[int]:
        try:
            make_private_folder(self._folder)
            return [os.open(self._folder / f"{number:02}", os.O_CREAT | os.O_RDWR, 0o600) for number in range(_FILES)]
        except OSError as error:
            self._give_up(error)
            return []

    def _give_up(self, error: OSError) -> None:
        self.close()
        self._warn(f"two runs at once may pay for the same row: {self._folder} cannot be locked ({error.strerror})")


def _place(key: bytes, files: Sequence[int]) -> tuple[int, int]:
    """Return the file and the byte of a key; keys are hashes, so no two of a run share one."""
    return files[key[-1] % _FILES], int.from_bytes(key[:8]) >> 2


class NoClaims:
    """Stands in where no run may take over what another one answers: every key is free."""

    def claim(self, keys: Iterable[bytes]) -> set[bytes]:
        """Find no key claimed."""
        del keys
        return set()

    def doubts(self, key: bytes) -> bool:
        """Doubt nothing."""
        del key
        return False

    def release(self, keys: Iterable[bytes]) -> None:
        """Release nothing."""

    def close(self) -> None:
        """Close nothing."""
