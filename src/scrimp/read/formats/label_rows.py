"""A file of labels: right answers of rows by their ids, in CSV, TSV, JSON or JSON lines. A bad row is only named."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from scrimp.errors import InputError
from scrimp.read.columns import as_text, column_names
from scrimp.read.formats.csv_dialect import TableLines
from scrimp.read.formats.decoding import JSON_ERRORS, decode_json, decode_utf8, json_error
from scrimp.read.formats.row_formats import read_rows, sniff_format
from scrimp.read.formats.unreadable_row import UnreadableRow
from scrimp.read.inputs.sources import find_sources
from scrimp.read.inputs.streams import InputStream, open_source, read_errors
from scrimp.values import Json, JsonObject

ID, LABEL = "id", "label"
_SHORTENED = 60  # characters of a value in a message


class FoundLabel(Struct, frozen=True):
    """The right answer of a row, and where it was read: "labels.csv:3"."""

    where: str
    id: str
    label: str


class BadRow(Struct, frozen=True):
    """What is wrong with a row of the file, in a sentence that names its line and field."""

    message: str


def label_rows(file: str, encoding: str | None = None) -> Iterator[FoundLabel | BadRow]:
    """Yield each row of a file, usable or not; InputError if the file has no such columns, or is not such a file."""
    if Path(file).is_dir():
        raise InputError(f"{file} is a directory: name the file of labels")
    source = next(find_sources([file]))
    with open_source(source, None, encoding) as stream:
        format_name = source.format
        if format_name is None or format_name in ("text", "lines"):
            format_name = sniff_format(stream.peek_line(), (ID, LABEL))
        with read_errors(stream.name):
            for number, row in _rows(stream, format_name):
                where = f"{stream.name}:{number}"
                yield BadRow(row.message) if isinstance(row, BadRow) else _label(row, where)


def _rows(stream: InputStream, format_name: str) -> Iterator[tuple[int, Json | BadRow]]:
    if format_name == "jsonl":
        yield from _json_lines(stream)
    elif format_name == "json":
        for row, number in read_rows(stream, format_name):
            yield number, BadRow(f"{stream.name}:{number}: {row.reason}") if isinstance(row, UnreadableRow) else row
    elif format_name in ("csv", "tsv"):
        yield from _table(stream, "\t" if format_name == "tsv" else ",")
    else:
        raise InputError(
            f"{stream.name} is not a file of labels: write CSV or JSON lines with the fields {ID} and {LABEL}"
        )


def _json_lines(stream: InputStream) -> Iterator[tuple[int, Json | BadRow]]:
    for number, line in enumerate(stream.lines(), 1):
        if line.strip():
            yield number, _json_line(line, stream.name, number)


def _json_line(line: bytes, name: str, number: int) -> Json | BadRow:
    try:
        decode_utf8(line, name, number)
        return decode_json(line)
    except JSON_ERRORS as error:
        return BadRow(str(json_error(line, name, number, error, "fix that line")))
    except InputError as error:
        return BadRow(str(error))


def _table(stream: InputStream, default: str) -> Iterator[tuple[int, Json | BadRow]]:
    """Yield the rows of a table; after a quote that is never closed there are no rows to tell apart."""
    csv.field_size_limit(2**31 - 1)
    decoded = (
        decode_utf8(line, stream.name, number) for number, line in enumerate(stream.lines(carriage_returns=True), 1)
    )
    lines = TableLines(decoded, None, default)
    reader = csv.reader(lines, delimiter=lines.delimiter, strict=True)
    header: Sequence[str] | None = None
    last_line = lines.skipped
    try:
        for row in reader:
            number, last_line = last_line + 1, lines.skipped + reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if header is None:
                header = _checked_header(row, stream.name)
            elif len(row) == len(header):
                yield number, dict(zip(header, row, strict=True))
            else:
                fields = f"the row has {len(row)} fields, the header {len(header)}"
                hint = f"quote fields that contain the delimiter, which is {lines.delimiter!r}"
                yield number, BadRow(f"{stream.name}:{number}: {fields}: {hint}")
    except csv.Error as error:
        yield last_line + 1, BadRow(f"{stream.name}:{last_line + 1}: not valid CSV ({error}), nor is what follows")


def _checked_header(header: Sequence[str], name: str) -> Sequence[str]:
    names = [column.strip() for column in header]
    for wanted in (ID, LABEL):
        if names.count(wanted) != 1:
            raise InputError(
                f"{name}: the header must have the column {wanted} once: its columns are {column_names(header)}"
            )
    return names


def _label(row: Json, where: str) -> FoundLabel | BadRow:
    if not isinstance(row, dict):
        return BadRow(f"{where}: a row must be an object with the fields {ID} and {LABEL}")
    for field in (ID, LABEL):
        problem = _problem(row, field)
        if problem:
            return BadRow(f"{where}: {field}: {problem}")
    return FoundLabel(where, as_text(row[ID]).strip(), as_text(row[LABEL]).strip())


def _problem(row: JsonObject, field: str) -> str:
    if field not in row:
        return f"there is no such field: the fields are {column_names(row)}"
    value = row[field]
    if value is None or (isinstance(value, str) and not value.strip()):
        return "it is empty"
    if field == ID and isinstance(value, (dict, list, bool)):
        return f"{as_text(value)[:_SHORTENED]} is not an id: write a text or a number"
    return ""
