"""From bytes to rows: each format yields a row and its number, one at a time; what is wrong says where."""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.read.decoding import NOT_JSON, as_utf8, bad_json, decode_json
from scrimp.read.streams import InputStream, reading
from scrimp.values import Json

# A row and its number from 1 (of its line, record or element), 0 where a whole input is one row.
Row = tuple[Json, int]

_OPENING = (b"{", b"[")


def sniff(first_line: bytes) -> str:
    """Return the format of a stream by its first line that is not blank: JSON objects, a JSON array, or plain lines."""
    start = first_line.strip()
    opening, after = start[:1], start[1:].lstrip()[:1]
    if opening == b"{" and after in (b'"', b"}", b""):
        return "jsonl"
    array = opening == b"[" and (after in (b'"', b"{", b"") or start == b"[]")
    return "json" if array else "lines"


def rows(stream: InputStream, format_name: str | None, *, nul: bool) -> Iterator[Row]:
    """Yield the rows of a stream; format None is found out from its first line."""
    with reading(stream.name):
        if nul:
            yield from _records(stream)
            return
        kind = format_name or sniff(stream.beginning())
        if kind == "jsonl":
            yield from _jsonl(stream)
        elif kind == "lines":
            yield from _lines(stream)
        elif kind == "text":
            yield from _text(stream)
        elif kind == "json":
            from scrimp.read.documents import document_rows  # noqa: PLC0415 - one format of six

            yield from document_rows(stream)
        else:
            from scrimp.read.csv import table_rows  # noqa: PLC0415 - only a table needs csv

            yield from table_rows(stream, "\t" if kind == "tsv" else ",")


def _jsonl(stream: InputStream) -> Iterator[Row]:
    for number, line in enumerate(stream.lines(), 1):
        try:
            row = decode_json(line)
        except NOT_JSON as error:
            if not line.strip():
                continue
            next_move = "fix or remove that line"
            if line.strip() in _OPENING:
                next_move = "write each row on one line, as `jq -c` does, or say --format json"
            raise bad_json(line, stream.name, number, error, next_move) from error
        yield row, number


def _lines(stream: InputStream) -> Iterator[Row]:
    for number, line in enumerate(stream.lines(), 1):
        text = as_utf8(line, stream.name, number).removesuffix("\n").removesuffix("\r")
        if text.strip():
            yield text, number


def _records(stream: InputStream) -> Iterator[Row]:
    for number, record in enumerate(stream.records(), 1):
        text = as_utf8(record, stream.name, number)
        if text.strip():
            yield text, number


def _text(stream: InputStream) -> Iterator[Row]:
    text = as_utf8(stream.whole(), stream.name, 0)
    if text.strip():
        yield text, 0
