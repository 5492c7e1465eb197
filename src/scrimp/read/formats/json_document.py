"""A JSON document as rows: the elements of an array, of an object's only array, or the object itself.

Unlike the other formats it is read whole, since only its end shows whether it is valid. Rows are decoded one at a time,
so memory use is little more than the size of the file. Convert larger files to JSONL with `jq -c '.[]'`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import Raw

from scrimp.errors import InputError
from scrimp.read.conversations import BODY_FIELDS
from scrimp.read.formats.decoding import (
    JSON_ERRORS,
    ONE_A_LINE,
    decode_json,
    has_several_values,
    json_error,
    not_json,
)
from scrimp.read.formats.unreadable_row import UnreadableRow, unreadable
from scrimp.read.formats.utf8_rows import Utf8Rows
from scrimp.read.inputs.streams import InputStream
from scrimp.read.prompt_column import PROMPT_FIELDS
from scrimp.values import Json

_WHITESPACE = re.compile(rb"\s*")
# An object with one of these fields is a row, whatever arrays it holds; otherwise its only array holds the rows.
_ROW_FIELDS = frozenset((*PROMPT_FIELDS, *BODY_FIELDS, "messages", "custom_id"))


def json_rows(stream: InputStream) -> Iterator[tuple[Json | UnreadableRow, int]]:
    """Yield the rows of a document."""
    data = stream.read_all()
    try:
        elements = _array_elements(data)
    except JSON_ERRORS as error:
        raise json_error(data, stream.name, 0, error, _hint(data, error)) from error
    if elements is None:
        raise InputError(f"{stream.name}: a JSON input must be an array of rows or an object: put the rows in [ ]")
    encoding = Utf8Rows()
    for number, element in enumerate(elements, 1):
        yield _row(bytes(element), encoding), number


def _row(element: bytes, encoding: Utf8Rows) -> Json | UnreadableRow:
    try:
        row = decode_json(element)
        encoding.count(element)
    except JSON_ERRORS as error:
        text = encoding.text(element)
        if isinstance(text, UnreadableRow):
            return text
        return unreadable(not_json(element, error, "fix or remove that row"), element)
    return row


def _hint(data: bytes, error: Exception) -> str:
    """Return what to do about a document that is not one: several on end are rows once each is on a line."""
    if has_several_values(error):
        try:
            msgspec.json.decode(data.strip().partition(b"\n")[0])
        except JSON_ERRORS:
            return f"if it has a row in each of several values, {ONE_A_LINE}, and use --format jsonl; otherwise fix it"
    return "if each line is a row, use --format jsonl (plain lines: --format lines); otherwise fix it"


def _array_elements(data: bytes) -> list[Raw] | None:
    start = _first_byte(data)
    if start == b"[":
        return msgspec.json.decode(data, type=list[Raw])
    if start == b"{":
        columns = msgspec.json.decode(data, type=dict[str, Raw])
        arrays = [value for value in columns.values() if _first_byte(value) == b"["]
        if len(arrays) == 1 and _ROW_FIELDS.isdisjoint(columns):
            return msgspec.json.decode(arrays[0], type=list[Raw])
        return [Raw(data)]
    return None if data.strip() else []


def _first_byte(data: bytes | Raw) -> bytes:
    whitespace = _WHITESPACE.match(memoryview(data))
    start = whitespace.end() if whitespace else 0
    return bytes(memoryview(data)[start : start + 1])
