"""The temporary folder of a run; what is left of those of killed runs is removed by the next run that has one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scrimp.store.files.process_lock import share_lock, try_lock
from scrimp.store.sqlite_errors import RUN_FOLDER


@contextmanager
def run_folder(parent: Path | None = None) -> Iterator[Path]:
    """Yield a `RunFolder`, removed after the block."""
    folder = RunFolder(parent)
    try:
        yield folder.path
    finally:
        folder.remove()


class RunFolder:
    """A temporary folder that is removed with the run, or by another run where this one is killed."""

    def __init__(self, parent: Path | None = None) -> None:
        """Make the folder in the system's one for such, unless another is given. OSError if there can be none."""
        parent = parent or Path(tempfile.gettempdir())
        remove_left_over(parent)
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=RUN_FOLDER, dir=parent))
            try:
                self._descriptor = keep_folder(self.path)
            except FileNotFoundError:  # another run took it for left over before it was locked
                continue
            if os.fstat(self._descriptor).st_nlink:
                return
            os.close(self._descriptor)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._descriptor)


def keep_folder(folder: Path) -> int:
    """Lock a folder, as several processes may, so that no run removes it; return the descriptor that has the lock."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with suppress(OSError):  # a file system without locks, where what is left over stays
        share_lock(descriptor)
    return descriptor


def remove_left_over(parent: Path) -> None:
    """Remove the folders of runs of this user that no process has locked."""
    for name in os.listdir(parent):  # noqa: PTH208 - of many files few are such folders
        if name.startswith(RUN_FOLDER):
            with suppress(OSError):  # it is another user's, or no folder, or was removed meanwhile
                _remove_unless_kept(parent / name)


def _remove_unless_kept(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid == os.geteuid() and try_lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
