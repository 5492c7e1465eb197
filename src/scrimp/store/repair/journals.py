"""Records in damaged journals that no whole line has: looked for by how each begins."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import msgspec

from scrimp.store.database import store_errors
from scrimp.store.encoding.journal_records import BegunCall, SettledRow, decode_record, decode_records, has_checksums
from scrimp.store.files.damaged_files import FOLDER
from scrimp.store.journal import PREFIX

_BEGINNING = re.compile(rb'(?=\{"type":"(?:begun|settled)")')
_END = re.compile(rb"[\n\0]")
# The ending of the name of a journal that was looked through.
_DONE = ".searched"


def damaged_journals(home: Path) -> list[Path]:
    """Return the journals that were put aside and not yet looked through."""
    return [path for path in sorted((home / FOLDER).glob(f"{PREFIX}*")) if not path.name.endswith(_DONE)]


def fragments(path: Path) -> list[BegunCall | SettledRow]:
    """Return all records of a damaged journal that can be read, whole lines and what is between damaged bytes.

    Where records have checksums, only those with the right one: a completion may parse, and be another one.
    """
    with store_errors(path):
        data = path.read_bytes()
    if has_checksums(data):
        return decode_records(data)[0]
    records = []
    for piece in _BEGINNING.split(data):
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            records.append(decode_record(_END.split(piece, 1)[0]))
    return records


def set_searched(path: Path) -> Path:
    """Mark a journal as looked through; it stays where it is."""
    with store_errors(path):
        return path.rename(path.with_name(path.name + _DONE))
