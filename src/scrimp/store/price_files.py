"""The user's files of prices: a table newer than the shipped one with the one before it, and prices set by hand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from scrimp.errors import StoreUnwritableError, UsageError
from scrimp.prices.own_prices import OwnPrice
from scrimp.store.database import make_private_folder


def replace_table(path: Path, last: Path, data: bytes) -> None:
    """Write a table whole; the one that it replaces is kept as `last`, or no table where there was none."""
    _replace(last, _bytes_of(path))
    _replace(path, data)


def restore_table(path: Path, last: Path) -> bool:
    """Put the last table back, and keep the present one in its place; return whether there is a table now.

    UsageError where none was replaced.
    """
    if not last.exists():
        raise UsageError("no table was replaced yet, so there is none to put back: see `scrimp prices update --help`")
    present, earlier = _bytes_of(path), _bytes_of(last)
    _replace(last, present)
    if earlier:
        _replace(path, earlier)
        return True
    with suppress(FileNotFoundError):
        path.unlink()
    return False


def write_own_prices(path: Path, prices: Mapping[str, OwnPrice]) -> None:
    """Replace the prices set by hand."""
    _replace(path, msgspec.json.format(msgspec.json.encode(prices, order="sorted")) + b"\n")


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreUnwritableError(f"{path} cannot be read ({error.strerror}), so it cannot be kept") from error


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; only its owner can read it."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        make_private_folder(path.parent)
        descriptor = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise StoreUnwritableError(f"{path} cannot be written ({error.strerror}): correct its permissions") from error
