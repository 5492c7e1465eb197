"""What reads the pipe that stdout is, and whether it may write to a terminal, where it would write into a bar."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")


def may_reach_terminal(stdout: int, terminal: int, processes: Path = _PROCESSES) -> bool:
    """Return whether what is written to a pipe may come out at a terminal, as by `| cut -c1-40`.

    It may where a filter, or the last one of several, has that terminal for its own stdout, and where nothing tells who
    reads. A program that reads it otherwise than as its stdin, as a shell does for `$(...)`, keeps what it gets.
    """
    try:
        screen, pipe = os.fstat(terminal), os.fstat(stdout)
    except OSError:
        return False
    return stat.S_ISFIFO(pipe.st_mode) and _leads_to(screen, pipe, processes, set())


def _leads_to(screen: os.stat_result, pipe: os.stat_result, processes: Path, seen: set[int]) -> bool:
    seen.add(pipe.st_ino)
    readers = list(_readers(pipe, processes))
    filters = [process for process, descriptor in readers if descriptor == "0"]
    if not filters:
        return not readers
    for process in filters:
        with suppress(OSError):  # it has ended
            out = (process / "fd" / "1").stat()
            if out.st_rdev == screen.st_rdev and stat.S_ISCHR(out.st_mode):
                return True
            if stat.S_ISFIFO(out.st_mode) and out.st_ino not in seen and _leads_to(screen, out, processes, seen):
                return True
    return False


def _readers(pipe: os.stat_result, processes: Path) -> Iterator[tuple[Path, str]]:
    """Yield the processes of this user that have the reading end of a pipe, and its number there."""
    for process in processes.glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's
            for descriptor in (process / "fd").iterdir():
                with suppress(OSError):  # it was closed
                    found = descriptor.stat()
                    same = (found.st_dev, found.st_ino) == (pipe.st_dev, pipe.st_ino)
                    if same and descriptor.lstat().st_mode & stat.S_IRUSR:
                        yield process, descriptor.name
