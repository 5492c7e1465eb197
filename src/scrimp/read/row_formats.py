"""From bytes to rows: each format yields rows with their numbers, one at a time; errors name the row."""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.read.decoding import JSON_ERRORS, decode_json, decode_utf8, json_error
from scrimp.read.streams import InputStream, read_errors
from scrimp.values import Json

# A row and its number from 1 (of its line, record or element); 0 if the whole input is one row.
Row = tuple[Json, int]

_JSON_OPENINGS = (b"{", b"[")


def sniff_format(first_line: bytes) -> str:
    """Return the format of a stream by its first line that is not blank: JSON objects, a JSON array, or plain lines."""
    start = first_line.strip()
    opening, after = start[:1], start[1:].lstrip()[:1]
    if opening == b"{" and after in (b'"', b"}", b""):
        return "jsonl"
    array = opening == b"[" and (after in (b'"', b"{", b"") or start == b"[]")
    return "json" if array else "lines"


def read_rows(stream: InputStream, format_name: str | None, *, nul: bool) -> Iterator[Row]:
    """Yield the rows of a stream; format None is detected from its first line."""
    with read_errors(stream.name):
        if nul:
            yield from _records(stream)
            return
        detected = format_name or sniff_format(stream.peek_line())
        if detected == "jsonl":
            yield from _jsonl(stream)
        elif detected == "lines":
            yield from _lines(stream)
        elif detected == "text":
            yield from _text(stream)
        elif detected == "json":
            from scrimp.read.json_document import json_rows  # noqa: PLC0415 - one format of six

            yield from json_rows(stream)
        else:
            from scrimp.read.csv import csv_rows  # noqa: PLC0415 - only a table needs csv

            yield from csv_rows(stream, "\t" if detected == "tsv" else ",")


def _jsonl(stream: InputStream) -> Iterator[Row]:
    for number, line in enumerate(stream.lines(), 1):
        try:
            row = decode_json(line)
        except JSON_ERRORS as error:
            if not line.strip():
                continue
            hint = "fix or remove that line"
            if line.strip() in _JSON_OPENINGS:
                hint = "write each row on one line, as `jq -c` does, or use --format json"
            raise json_error(line, stream.name, number, error, hint) from error
        yield row, number


def _lines(stream: InputStream) -> Iterator[Row]:
    for number, line in enumerate(stream.lines(), 1):
        text = decode_utf8(line, stream.name, number).removesuffix("\n").removesuffix("\r")
        if text.strip():
            yield text, number


def _records(stream: InputStream) -> Iterator[Row]:
    for number, record in enumerate(stream.records(), 1):
        text = decode_utf8(record, stream.name, number)
        if text.strip():
            yield text, number


def _text(stream: InputStream) -> Iterator[Row]:
    text = decode_utf8(stream.read_all(), stream.name, 0)
    if text.strip():
        yield text, 0
