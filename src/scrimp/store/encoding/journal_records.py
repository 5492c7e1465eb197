"""The records of a journal as bytes: each is a line of JSON that begins with its checksum and its length.

A record is found by its length and believed by its checksum, so that damage costs the records it touches and no other,
whatever becomes of the ends of lines. Journals of older versions have neither: there a line that is a record counts.
"""

from __future__ import annotations

import re
from contextlib import suppress
from zlib import crc32

import msgspec
from msgspec import Struct

from scrimp.values import Answer, Entry


class BegunCall(Struct, frozen=True, tag="begun"):
    """A request that is about to be sent."""

    entry: Entry


class SettledRow(Struct, frozen=True, tag="settled"):
    """Calls that ended, and their completion, if there is one to cache."""

    entries: tuple[Entry, ...]
    time: float = 0.0
    key: str = ""  # hex
    answer: Answer | None = None


# Both are of all that follows in the braces. Older versions pass over fields that they do not know.
_HEAD = re.compile(rb'\{"crc32":"([0-9a-f]{8})","bytes":"([0-9a-f]{8})",')
_OLDER_HEAD = b'{"type":'
_encode = msgspec.json.Encoder().encode
decode_record = msgspec.json.Decoder(BegunCall | SettledRow).decode


def encode_record(record: BegunCall | SettledRow) -> bytes:
    """Return the line of a record."""
    body = _encode(record)[1:]
    return b'{"crc32":"%08x","bytes":"%08x",%b\n' % (crc32(body), len(body), body)


def has_checksums(data: bytes) -> bool:
    """Return whether a journal was written with checksums; then nothing in it counts without one."""
    return _HEAD.search(data) is not None


def decode_records(data: bytes) -> tuple[list[BegunCall | SettledRow], int]:
    """Return the records of a journal, and how many others it had that cannot be read.

    A last one that was cut short is not counted: it belongs to a request that was never sent.
    """
    data = data.rstrip(b"\0")
    return _by_length(data) if has_checksums(data) else _by_line(data)


def _by_length(data: bytes) -> tuple[list[BegunCall | SettledRow], int]:
    records, unreadable, end = [], 0, 0  # the end of the last record
    head = _HEAD.search(data)
    while head is not None:
        if (record := _verified(data, head)) is None:
            head = _HEAD.search(data, head.start() + 1)
            continue
        records.append(record)
        unreadable += _lines_between(data[end : head.start()])
        end = head.end() + int(head[2], 16)
        head = _HEAD.search(data, end)
    *lines, _cut_short = data[end:].split(b"\n")
    return records, unreadable + sum(1 for line in lines if line)


def _verified(data: bytes, head: re.Match[bytes]) -> BegunCall | SettledRow | None:
    """Return the record that begins here, unless a byte of it has changed."""
    body = data[head.end() : head.end() + int(head[2], 16)]
    if crc32(body) != int(head[1], 16):
        return None
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):  # a newer version may record what this one cannot read
        record: BegunCall | SettledRow = decode_record(b"{" + body)
        return record
    return None


def _lines_between(damaged: bytes) -> int:
    """Return how many records were in these bytes; what stands in the place of one end of a line is none."""
    return sum(1 for line in damaged.split(b"\n") if len(line) > 1)


def _by_line(data: bytes) -> tuple[list[BegunCall | SettledRow], int]:
    *lines, _cut_short = data.split(b"\n")
    records, unreadable = [], 0
    for line in lines:
        try:
            records.append(record := _older_record(line))
            if isinstance(record, SettledRow):
                bytes.fromhex(record.key)  # without it the completion is lost, and the calls are not
        except (msgspec.MsgspecError, ValueError):
            unreadable += 1
    return records, unreadable


def _older_record(line: bytes) -> BegunCall | SettledRow:
    if not line.startswith(_OLDER_HEAD):
        raise ValueError("a record begins with its type, or with a checksum")
    record: BegunCall | SettledRow = decode_record(line)
    return record
