"""The user's files of prices: a table newer than the shipped one with the one before it, and prices set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from scrimp.errors import StoreUnwritableError, UsageError
from scrimp.prices.own_prices import OwnPrice
from scrimp.store.files.private_file import replace_private_file


def replace_table(path: Path, last: Path, data: bytes) -> None:
    """Write a table whole; the one that it replaces is kept as `last`, or no table where there was none."""
    replace_private_file(last, _bytes_of(path), synced=True)
    replace_private_file(path, data, synced=True)


def restore_table(path: Path, last: Path) -> bool:
    """Put the last table back, and keep the present one in its place; return whether there is a table now.

    UsageError if none was replaced.
    """
    if not last.exists():
        raise UsageError("no table was replaced yet, so there is none to put back: see `scrimp prices update --help`")
    present, earlier = _bytes_of(path), _bytes_of(last)
    replace_private_file(last, present, synced=True)
    if earlier:
        replace_private_file(path, earlier, synced=True)
        return True
    with suppress(FileNotFoundError):
        path.unlink()
    return False


def write_own_prices(path: Path, prices: Mapping[str, OwnPrice]) -> None:
    """Replace the prices set by hand."""
    replace_private_file(path, msgspec.json.format(msgspec.json.encode(prices, order="sorted")) + b"\n", synced=True)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreUnwritableError(f"{path} cannot be read ({error.strerror}), so it cannot be kept") from error
