"""A private file beside the databases, replaced as a whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from scrimp.errors import ROOM, DiskFullError, StoreUnwritableError
from scrimp.store.database import make_private_folder
from scrimp.store.sqlite_errors import is_full


def replace_private_file(path: Path, data: bytes, *, synced: bool) -> None:
    """Write a file under a hidden name and rename it; only its owner can read it. Raises StoreUnwritableError.

    `synced` waits for the disk, so that it survives a power cut.
    """
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        make_private_folder(path.parent)
        descriptor = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if synced:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        full = is_full(error)
        raise (DiskFullError if full else StoreUnwritableError)(
            f"{path} cannot be written ({error.strerror}): {ROOM if full else 'correct its permissions'}"
        ) from error
