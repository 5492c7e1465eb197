"""CSV and TSV as rows: a header, then a row of text for each record; quotes as spreadsheets write them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain

from scrimp.errors import InputError
from scrimp.read.columns import listed
from scrimp.read.decoding import as_utf8
from scrimp.read.streams import InputStream
from scrimp.values import Json

_REASONS = {
    "unexpected end of data": "a quote that begins in this row is never closed",
    "new-line character seen in unquoted field": "a carriage return in a field without quotes",
}


def table_rows(stream: InputStream, separator: str) -> Iterator[tuple[Json, int]]:
    """Yield each row under the names of the header, with the number of its first line."""
    csv.field_size_limit(2**31 - 1)  # a prompt may be longer than the 128 KiB Python allows
    name = stream.name
    lines = (as_utf8(line, name, number) for number, line in enumerate(stream.lines(), 1))
    first = next(lines, "")
    separator = _separator(first, separator)
    reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    header: Sequence[str] | None = None
    before = 0  # lines of the rows so far
    try:
        for row in reader:
            number, before = before + 1, reader.line_num
            if header is None:
                header = _checked(row, name, number) if row else None
            elif len(row) == len(header):
                yield dict(zip(header, row, strict=True)), number
            elif "".join(row).strip() or len(row) > 1:
                raise InputError(
                    f"{name}:{number}: the row has {len(row)} fields, the header {len(header)}: put a field that "
                    "contains the separator or a line end in quotes, or add what is missing"
                )
    except csv.Error as error:
        reason = _REASONS.get(str(error).partition(" - ")[0], str(error))
        raise InputError(f"{name}:{before + 1}: not a table ({reason}): fix the quotes of that row") from error


def _separator(header: str, usual: str) -> str:
    """A spreadsheet that writes decimal commas parts the columns of its CSV with semicolons, others with tabs."""
    if usual == "," and "," not in header:
        return next((other for other in (";", "\t") if other in header), usual)
    return usual


def _checked(header: Sequence[str], name: str, number: int) -> Sequence[str]:
    twice = [column for place, column in enumerate(header) if column in header[:place]]
    if twice:
        raise InputError(
            f"{name}:{number}: the header has '{twice[0]}' twice (it names {listed(header)}): rename one, or put a "
            "header first if the file has none"
        )
    return header
