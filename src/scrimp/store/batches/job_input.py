"""A copy of the stdin of a job, which its passes read again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from scrimp.store.database import make_private_folder, store_errors


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
