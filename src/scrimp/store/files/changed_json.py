"""A private file of JSON values by name, which processes change one after the other: a reader sees all of one state."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from scrimp.store.database import make_private_folder, store_errors
from scrimp.store.files.private_file import replace_private_file

Value = TypeVar("Value")


def read_json(path: Path, kind: type[Value]) -> Mapping[str, Value]:
    """Return the values of a file; one that is not there, or cannot be read as such, has none."""
    with store_errors(path):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return {}
    try:
        return msgspec.json.decode(data, type=dict[str, kind])  # type: ignore[valid-type]
    except msgspec.MsgspecError:
        return {}


def change_json(path: Path, kind: type[Value], change: Callable[[Mapping[str, Value]], Mapping[str, Value]]) -> None:
    """Replace the values of a file by what `change` makes of them, while no other process does the same.

    The file is replaced as a whole, so one that is killed meanwhile leaves the former values.
    """
    with store_errors(path):
        make_private_folder(path.parent)
        lock = path.with_name(f".{path.name}.lock")
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            before = read_json(path, kind)
            after = dict(change(before))
            if after != before:
                replace_private_file(path, msgspec.json.encode(after), synced=False)
        finally:
            os.close(descriptor)
