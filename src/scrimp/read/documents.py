"""A JSON document as rows: the elements of an array, of the one array an object holds, or the object itself.

Unlike the other formats it is read whole, since its end decides whether it is JSON; but only as bytes: its rows become
objects one at a time, so memory is little more than the file. For more than that, `jq -c '.[]'` makes JSONL of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import Raw

from scrimp.errors import InputError
from scrimp.read.conversations import BODIES
from scrimp.read.decoding import NOT_JSON, bad_json, json_row
from scrimp.read.prompt_column import FIELDS
from scrimp.read.streams import InputStream
from scrimp.values import Json

_SPACE = re.compile(rb"\s*")
# An object with one of these is a row, whatever arrays it holds; else its only array is taken for the rows.
_OF_A_ROW = frozenset((*FIELDS, *BODIES, "messages", "custom_id"))


def document_rows(stream: InputStream) -> Iterator[tuple[Json, int]]:
    """Yield the rows of a document."""
    data = stream.whole()
    try:
        found = _elements(data)
    except NOT_JSON as error:
        lines = "if each line is a row, say --format jsonl (plain lines: --format lines), else fix it"
        raise bad_json(data, stream.name, 0, error, lines) from error
    if found is None:
        raise InputError(f"{stream.name}: a JSON input is an array of rows or an object: wrap what it holds in [ ]")
    for number, element in enumerate(found, 1):
        yield json_row(element, stream.name, number), number


def _elements(data: bytes) -> list[Raw] | None:
    start = _starts(data)
    if start == b"[":
        return msgspec.json.decode(data, type=list[Raw])
    if start == b"{":
        columns = msgspec.json.decode(data, type=dict[str, Raw])
        arrays = [value for value in columns.values() if _starts(value) == b"["]
        if len(arrays) == 1 and _OF_A_ROW.isdisjoint(columns):
            return msgspec.json.decode(arrays[0], type=list[Raw])
        return [Raw(data)]
    return None if data.strip() else []


def _starts(data: bytes | Raw) -> bytes:
    space = _SPACE.match(memoryview(data))
    at = space.end() if space else 0
    return bytes(memoryview(data)[at : at + 1])
