"""The input rows that failed in a run, a file for each run, so that they can be sent again.

The file exists, and is locked, while its run lives: that tells a running run from one that was killed. Only its owner
can read it. It stays only if a row failed, for a month.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from scrimp.store.database import make_private_folder, store_errors

KEPT_DAYS = 30
_encode = msgspec.json.Encoder().encode


class InputState(Struct, frozen=True):
    """The size and time of change of a file, which tell later whether it has changed."""

    size: int
    changed: int  # nanoseconds since the epoch


class FailedRow(Struct, frozen=True, kw_only=True):
    """A row as JSON, text or object; `file` (absolute) and `number` say where, `state` if the file is unchanged.

    One that could not be read is the text that stood there.
    """

    index: int
    value: Raw
    file: str | None = None
    number: int = 0
    state: InputState | None = None
    unread: bool = False


class FailedRows:
    """The file of a running run."""

    def __init__(self, folder: Path, run: str) -> None:
        """Create the file, empty and locked; raise StoreError if that cannot be."""
        self._path = _path(folder, run)
        self._is_empty = True
        with store_errors(folder):
            make_private_folder(folder)
            self._file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def add(self, rows: Sequence[FailedRow]) -> None:
        """Append rows, in one write: they outlive this process, whatever ends it."""
        with store_errors(self._path):
            if self._is_empty:
                _prune(self._path.parent)
            self._is_empty = False
            data = b"".join(_encode(row) + b"\n" for row in rows)
            while data:
                data = data[os.write(self._file, data) :]

    def close(self) -> None:
        """Release the file, which is removed if no row failed."""
        if self._is_empty:
            with suppress(OSError):
                self._path.unlink()
        os.close(self._file)


def is_running(folder: Path, run: str) -> bool:
    """Return whether the process of a run is alive."""
    try:
        file = os.open(_path(folder, run), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def has_failed_rows(folder: Path, run: str) -> bool:
    """Return whether there is a file of a run: it has failed rows, goes on, or was killed."""
    return _path(folder, run).exists()


def failed_rows(folder: Path, run: str) -> Iterator[FailedRow] | None:
    """Return the failed rows of a run, in the order in which they failed; None if none are kept."""
    return _read(_path(folder, run)) if has_failed_rows(folder, run) else None


def _read(path: Path) -> Iterator[FailedRow]:
    decode = msgspec.json.Decoder(FailedRow).decode
    with store_errors(path), path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):  # the last one of a full disk may be cut short
                yield decode(line)


def _path(folder: Path, run: str) -> Path:
    return folder / f"{run}.jsonl"


def _prune(folder: Path) -> None:
    """Remove the files that nothing was written to for a month."""
    oldest = time.time() - KEPT_DAYS * 86_400
    for path in folder.glob("*.jsonl"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest and not is_running(folder, path.stem):
                path.unlink()
