"""The folder that damaged files are kept in: nothing that was paid for is deleted because it cannot be read."""

from __future__ import annotations

import time
from pathlib import Path

from scrimp.store.database import make_private_folder

FOLDER = "damaged"


def put_aside(path: Path) -> Path:
    """Move a file, with the log of a database, into the folder beside it; return its new path. Raise OSError."""
    folder = path.parent / FOLDER
    make_private_folder(folder)
    name = f"{path.name}.{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    number, target = 1, folder / name
    while target.exists():
        number += 1
        target = folder / f"{name}-{number}"
    for suffix in ("-wal", "-shm"):
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.rename(target.with_name(target.name + suffix))
    path.rename(target)
    return target
