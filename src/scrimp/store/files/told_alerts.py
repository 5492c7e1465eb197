"""Which alerts were told and when: a file beside the databases, locked while a process decides what is news."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.store.database import make_private_folder, store_errors


class Told(Struct, frozen=True):
    """An alert that was told: when (seconds since the epoch), and how bad it was then."""

    time: float
    severity: float


def update_told(path: Path, change: Callable[[Mapping[str, Told]], Mapping[str, Told]]) -> None:
    """Replace what is recorded by what `change` makes of it, while no other process does the same.

    A file that cannot be read as such counts as empty: the worst that follows is an alert that is told again.
    """
    with store_errors(path):
        make_private_folder(path.parent)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = _read(file.read())
            after = dict(change(before))
            if after != before:
                file.seek(0)
                file.truncate()
                file.write(msgspec.json.encode(after))


def _read(data: bytes) -> dict[str, Told]:
    try:
        return msgspec.json.decode(data, type=dict[str, Told])
    except msgspec.MsgspecError:
        return {}
