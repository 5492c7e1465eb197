"""Locks between processes of this machine: of the kernel, on a file or a folder, and gone when their process is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scrimp.store.database import make_private_folder, store_errors


def try_lock(descriptor: int) -> bool:
    """Lock an open file or folder unless another process has; return whether it is locked now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share_lock(descriptor: int) -> None:
    """Lock an open file or folder together with others that share it; wait for one that has it alone."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


@contextmanager
def locked(folder: Path, name: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a lock by its name; `waiting` is called where another process has it, which is waited for."""
    with _lock_file(folder, name) as descriptor:
        if not try_lock(descriptor):
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def held(folder: Path, name: str) -> Iterator[bool]:
    """Hold a lock by its name unless another process has it; yield whether it is held."""
    with _lock_file(folder, name) as descriptor:
        yield try_lock(descriptor)


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Lock a folder itself; yield False if another process has, or if it cannot be locked."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        try:
            is_alone = try_lock(descriptor)
        except OSError:  # a file system without locks
            is_alone = False
        yield is_alone
    finally:
        os.close(descriptor)


@contextmanager
def _lock_file(folder: Path, name: str) -> Iterator[int]:
    path = folder / f"{name}.lock"
    with store_errors(path):
        make_private_folder(folder)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
