"""CSV and TSV as rows: a header, then a row of text fields for each record, quoted as spreadsheets do."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence

from scrimp.errors import InputError
from scrimp.read.columns import column_names
from scrimp.read.formats.csv_dialect import TableLines
from scrimp.read.formats.decoding import decode_utf8
from scrimp.read.inputs.streams import InputStream
from scrimp.values import Json

# What the csv module says, as a reason and the next move.
_REASONS = {
    "unexpected end of data": ("a quote that opens in this row is never closed", "fix the quotes in that row"),
    "new-line character seen in unquoted field": (
        "a carriage return in a field without quotes", "put quotes around that field, or remove the carriage return",
    ),
}  # fmt: skip


def csv_rows(stream: InputStream, default: str, delimiter: str | None = None) -> Iterator[tuple[Json, int]]:
    """Yield each row as an object keyed by the header, with the number of its first line.

    `delimiter` is that of --delimiter; without it, `default` is that of the format, and a comma gives way to what the
    first lines show.
    """
    csv.field_size_limit(2**31 - 1)  # a prompt may be longer than the 128 KiB Python allows
    name = stream.name
    decoded = (decode_utf8(line, name, number) for number, line in enumerate(stream.lines(carriage_returns=True), 1))
    lines = TableLines(decoded, delimiter, default)
    reader = csv.reader(lines, delimiter=lines.delimiter, strict=True)
    header: Sequence[str] | None = None
    last_line = lines.skipped  # last line of the rows so far
    try:
        for row in reader:
            number, last_line = last_line + 1, lines.skipped + reader.line_num
            if header is None:
                header = stream.header = _check_header(row, name, number) if row else None
            elif not any(cell.strip() for cell in row) and (len(row) > 1 or not row):
                continue  # a row of separators, as spreadsheets leave at the end
            elif len(row) == len(header):
                yield dict(zip(header, row, strict=True)), number
            elif "".join(row).strip() or len(row) > 1:
                raise InputError(
                    f"{name}:{number}: the row has {len(row)} fields, the header {len(header)}: quote fields that "
                    "contain the delimiter or a line end, or add the missing fields; the delimiter is "
                    f"{lines.delimiter!r} (--delimiter names another)"
                )
    except csv.Error as error:
        known = (str(error), "fix the quotes in that row")
        reason, move = _REASONS.get(str(error).partition(" - ")[0], known)
        raise InputError(f"{name}:{last_line + 1}: not valid CSV ({reason}): {move}") from error


def _check_header(header: Sequence[str], name: str, number: int) -> Sequence[str]:
    repeated = next((column for column, times in Counter(header).items() if times > 1), None)
    if repeated is not None:
        raise InputError(
            f"{name}:{number}: the header has '{repeated}' twice (its columns are {column_names(header)}): rename "
            "one, or add a header line if the file has none"
        )
    return header
