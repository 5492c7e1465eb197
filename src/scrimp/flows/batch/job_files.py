"""What a job has on this machine besides the store: its lock, and a copy of stdin."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scrimp.store.database import make_private_folder, store_errors

# Held by one pass over the rows of a job at a time: two jobs with the same rows would both find them in no batch.
COLLECT_LOCK = "collect"


@contextmanager
def locked(folder: Path, name: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a lock that one process has at a time; `waiting` is called where another one has it, which is waited for."""
    descriptor = _lock_file(folder, name)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def held(folder: Path, name: str) -> Iterator[bool]:
    """Hold such a lock, unless another process has it; say whether it is held."""
    descriptor = _lock_file(folder, name)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _lock_file(folder: Path, name: str) -> int:
    path = folder / f"{name}.lock"
    with store_errors(path):
        make_private_folder(folder)
        return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)


def keep_input(source: BinaryIO, folder: Path, job: str) -> Path:
    """Copy stdin to a file of the job, which reads it again in every pass; return the file."""
    path = _input(folder, job)
    with store_errors(path):
        make_private_folder(folder)
        descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
    return path


def remove_input(folder: Path, job: str, *, dry_run: bool = False) -> int:
    """Remove the copy of stdin of a job, if it has one; return its bytes."""
    path = _input(folder, job)
    with store_errors(path):
        if not path.exists():
            return 0
        size = path.stat().st_size
        if not dry_run:
            path.unlink()
        return size


def _input(folder: Path, job: str) -> Path:
    return folder / f"{job}.input"
