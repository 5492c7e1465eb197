"""From bytes to rows: each format yields rows with their numbers, one at a time, those that cannot be read as such."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from scrimp.read.formats.decoding import (
    JSON_ERRORS,
    ONE_A_LINE,
    decode_json,
    has_several_values,
    not_json,
    not_utf8,
)
from scrimp.read.formats.unreadable_row import UnreadableRow, unreadable
from scrimp.read.formats.utf8_rows import Utf8Rows
from scrimp.read.inputs.streams import CutLine, InputStream, read_errors
from scrimp.read.prompt_column import PROMPT_FIELDS
from scrimp.values import Json

# A row and its number from 1 (of its line, record or element); 0 if the whole input is one row.
Row = tuple[Json | UnreadableRow, int]

_JSON_OPENINGS = (b"{", b"[")
_RECORD_SEPARATOR = b"\x1e"  # before each text of a JSON text sequence (RFC 7464), as `jq --seq` writes them
_LONGEST_HEADER = 4000
_NAME = re.compile(r"\w[\w .:/()#%&+-]{0,39}(?<![\s.:])")  # of a column; a sentence is longer, or ends otherwise
_DELIMITER_LINE = re.compile(r'("?)sep=[^\r\n"]\1', re.IGNORECASE)


def sniff_format(first_line: bytes, columns: Collection[str] = (), delimiter: str | None = None) -> str:
    """Return the format of a stream by its first line that is not blank: JSON, a table, or plain lines.

    A table is what has the delimiter of --delimiter, or a header with one of the `columns` that the options name or
    with a usual name of a prompt.
    """
    start = first_line.strip()
    if start.startswith(_RECORD_SEPARATOR):
        return "jsonl"
    opening, after = start[:1], start[1:].lstrip()[:1]
    if opening == b"{" and after in (b'"', b"}", b""):
        return "jsonl"
    if opening == b"[" and (after in (b'"', b"{", b"") or start == b"[]"):
        return "json"
    header = _decoded(first_line)
    if _DELIMITER_LINE.fullmatch(header) or (delimiter is not None and delimiter in header):
        return "csv"
    if header.strip('"') in columns:
        return "csv"
    return "lines" if _header_cells(header).isdisjoint((*PROMPT_FIELDS, *columns)) else "csv"


def looks_like_header(first_line: bytes, delimiter: str | None = None) -> bool:
    """Return whether a line may be the header of a table: two names or more, and nothing else; or has --delimiter."""
    header = _decoded(first_line)
    return (delimiter is not None and delimiter in header) or bool(_header_cells(header))


def _decoded(first_line: bytes) -> str:
    """Return the text of a line; a table of an old Mac ends its lines with a carriage return alone."""
    return first_line.decode(errors="replace").lstrip("\r\n").partition("\n")[0].partition("\r")[0]


def _header_cells(line: str) -> frozenset[str]:
    """Return the names in a line that could be a header: all different, and none of them a sentence.

    Spreadsheets, pandas and R leave the first name out, that of their row numbers, or end a line with a delimiter.
    """
    delimiter = next((each for each in ",;\t|" if each in line), None)
    if delimiter is None or len(line) > _LONGEST_HEADER:
        return frozenset()
    cells = [cell.removeprefix('"').removesuffix('"') for cell in line.split(delimiter)]
    numbered = not cells[0]
    cells = cells[numbered : len(cells) - (not cells[-1])]
    names = frozenset(cells)
    return names if len(names) == len(cells) > (not numbered) and all(map(_NAME.fullmatch, cells)) else frozenset()


def read_rows(
    stream: InputStream, format_name: str, *, nul: bool = False, delimiter: str | None = None
) -> Iterator[Row]:
    """Yield the rows of a stream."""
    with read_errors(stream.name):
        if nul:
            yield from _records(stream)
        elif format_name == "jsonl":
            yield from _jsonl(stream)
        elif format_name == "lines":
            yield from _lines(stream)
        elif format_name == "text":
            yield from _text(stream)
        elif format_name == "json":
            from scrimp.read.formats.json_document import json_rows  # one format of seven

            yield from json_rows(stream)
        elif format_name == "parquet":
            from scrimp.read.formats.parquet import parquet_rows  # needs an extra

            yield from parquet_rows(stream)
        else:
            from scrimp.read.formats.csv import csv_rows  # only a table needs csv

            yield from csv_rows(stream, "\t" if format_name == "tsv" else ",", delimiter)


def _jsonl(stream: InputStream) -> Iterator[Row]:
    if stream.peek_line().lstrip().startswith(_RECORD_SEPARATOR):
        texts = enumerate(stream.records(_RECORD_SEPARATOR))  # nothing comes before the first one
    else:
        texts = enumerate(stream.lines(), 1)
    encoding, none_before = Utf8Rows(), True
    for number, line in texts:
        try:
            row: Json | UnreadableRow = decode_json(line)
            encoding.count(line)
        except JSON_ERRORS as error:
            if not line.strip():
                continue
            row = _not_json(line, error, encoding, first=none_before)
        none_before = False
        yield row, number


def _not_json(line: bytes, error: Exception, encoding: Utf8Rows, *, first: bool) -> UnreadableRow:
    """Return the row of a line that is not JSON; the `first` one may show that the input is one document."""
    if isinstance(line, CutLine):
        return unreadable(line.reason, line)
    if isinstance(text := encoding.text(line), UnreadableRow):
        return text
    if line.strip() in _JSON_OPENINGS or (first and line.lstrip().startswith(b"[")):
        return unreadable(not_json(line, error, f"{ONE_A_LINE}, or use --format json"), line, whole=first)
    hint = "fix or remove that line"
    return unreadable(
        not_json(line, error, f"{ONE_A_LINE}; otherwise {hint}" if has_several_values(error) else hint), line
    )


def _lines(stream: InputStream) -> Iterator[Row]:
    encoding = Utf8Rows()
    for number, line in enumerate(stream.lines(carriage_returns=True), 1):
        if isinstance(line, CutLine):
            yield unreadable(line.reason, line), number
            continue
        text = encoding.text(line)
        if isinstance(text, UnreadableRow):
            yield text, number
        elif text.strip():
            yield text.removesuffix("\n").removesuffix("\r"), number


def _records(stream: InputStream) -> Iterator[Row]:
    encoding = Utf8Rows()
    for number, record in enumerate(stream.records(), 1):
        text = encoding.text(record)
        if isinstance(text, UnreadableRow) or text.strip():
            yield text, number


def _text(stream: InputStream) -> Iterator[Row]:
    data = stream.read_row()
    try:
        text: str | UnreadableRow = data.decode()
    except UnicodeDecodeError as error:
        text = unreadable(not_utf8(data, error), data)
    if isinstance(text, UnreadableRow) or text.strip():
        yield text, 0
