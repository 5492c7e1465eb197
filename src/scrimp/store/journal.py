"""What a process has not brought to the stores yet: requests in flight, and completions on their way to the disk.

A line is written before a request is sent, and another when all of a row is known. They must outlive the process, not
the power, so they go into a mapped file: no system call, and no wait for a disk or for another thread. A file is locked
by its process as long as that lives, and goes when all that is in it is in the stores.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.store.database import make_private_folder, store_errors
from scrimp.values import Answer, Entry

PREFIX = "in-flight-"
# Some two thousand lines: a long run leaves files behind, and only the last few are there at any time.
_SEGMENT_BYTES = 1 << 20


class BegunCall(Struct, frozen=True, tag="begun"):
    """A request that is about to be sent."""

    entry: Entry


class SettledRow(Struct, frozen=True, tag="settled"):
    """Calls that came to an end, and the completion they gave, if there is one to keep."""

    entries: tuple[Entry, ...]
    time: float = 0.0
    key: str = ""  # hex
    answer: Answer | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(BegunCall | SettledRow).decode


class _Segment:
    """One file: where the next line goes, and which calls in it are not in the stores."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self._at = path, 0
        self.open: set[str] = set()
        # Locked before it has its name: whoever finds an unlocked one may take it for abandoned.
        fresh = path.with_suffix(".new")
        self._fd = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            with fresh.open("r+b") as file:
                file.write(bytes(size))  # a hole could not be filled on a full disk, and writing to it would be fatal
            self._lines = mmap.mmap(self._fd, size)
            fresh.rename(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            os.close(self._fd)
            raise

    def write(self, line: bytes) -> bool:
        """Write a line; False if it does not fit any more."""
        end = self._at + len(line)
        if end > len(self._lines):
            return False
        self._lines[self._at : end] = line
        self._at = end
        return True

    def close(self) -> None:
        if not self.open:
            self.path.unlink(missing_ok=True)
        self._lines.close()
        os.close(self._fd)


class Journal:
    """The journal of one process."""

    def __init__(self, folder: Path, name: str) -> None:
        """`name` is unique to the run: it is part of the files' names."""
        self._folder, self._name = folder, name
        self._made = 0
        self._file: _Segment | None = None
        self._in: dict[str, list[_Segment]] = {}  # where each call is written

    def begin(self, entry: Entry) -> None:
        """Write down a request that is about to be sent."""
        self._write(BegunCall(entry), (entry,))

    def settle(self, entries: Sequence[Entry], *, time: float, kept: tuple[bytes, Answer] | None) -> None:
        """Write down what calls came to, and the completion to be kept."""
        if entries and kept is not None:
            self._write(SettledRow(tuple(entries), time, kept[0].hex(), kept[1]), entries)
        elif entries:
            self._write(SettledRow(tuple(entries)), entries)

    def end(self, calls: Iterable[str]) -> None:
        """Forget calls that are in the stores."""
        for call in calls:
            for file in self._in.pop(call, ()):
                file.open.discard(call)
                if not file.open and file is not self._file:
                    file.close()

    def close(self) -> None:
        """Leave nothing behind but what is not in the stores."""
        left = {id(file): file for files in self._in.values() for file in files}
        if self._file is not None:
            left[id(self._file)] = self._file
        for file in left.values():
            file.close()
        self._in.clear()
        self._file = None

    def _write(self, line: BegunCall | SettledRow, entries: Sequence[Entry]) -> None:
        data = _encode(line) + b"\n"
        with store_errors(self._folder):
            if self._file is None or not self._file.write(data):
                self._file = self._next(len(data))
                self._file.write(data)
        for entry in entries:
            if entry.call not in self._file.open:
                self._file.open.add(entry.call)
                self._in.setdefault(entry.call, []).append(self._file)

    def _next(self, least: int) -> _Segment:
        full, self._file = self._file, None
        if full is not None and not full.open:
            full.close()
        make_private_folder(self._folder)
        self._made += 1
        return _Segment(self._folder / f"{PREFIX}{self._name}-{self._made}.jsonl", max(_SEGMENT_BYTES, least))


@contextmanager
def recover_abandoned(folder: Path) -> Iterator[list[BegunCall | SettledRow]]:
    """Give all that processes which died have left; it is removed after the block, unless that fails."""
    with ExitStack() as held, store_errors(folder):
        files = [path for path in sorted(folder.glob(f"{PREFIX}*.jsonl")) if _try_lock(path, held)]
        yield [line for path in files for line in _decode_records(path.read_bytes())]
        for path in files:
            path.unlink()


def _try_lock(path: Path, held: ExitStack) -> bool:
    """Lock a file that no living process holds; say whether it is ours now."""
    with suppress(FileNotFoundError):
        fd = os.open(path, os.O_RDWR)
        held.callback(os.close, fd)
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.fstat(fd).st_nlink > 0  # else another process has just taken care of it
    return False


def _decode_records(data: bytes) -> Iterator[BegunCall | SettledRow]:
    """Yield what was written; a line that was cut short belongs to a request that was never sent."""
    for line in data.rstrip(b"\0").splitlines():
        with suppress(msgspec.MsgspecError):
            yield _decode(line)
