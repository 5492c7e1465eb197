"""CSV and TSV as rows: a header, then a row of text fields for each record, quoted as spreadsheets do."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator, Sequence

from scrimp.errors import InputError
from scrimp.read.columns import column_names
from scrimp.read.formats.csv_dialect import TableLines
from scrimp.read.formats.csv_records import CsvRecords
from scrimp.read.formats.unreadable_row import UnreadableRow, unreadable
from scrimp.read.formats.utf8_rows import Utf8Rows
from scrimp.read.inputs.streams import LONGEST_ROW, CutLine, InputStream
from scrimp.values import Json


def csv_rows(
    stream: InputStream, default: str, delimiter: str | None = None
) -> Iterator[tuple[Json | UnreadableRow, int]]:
    """Yield each row as an object keyed by the header, with the number of its first line.

    `delimiter` is that of --delimiter; without it, `default` is that of the format, and a comma gives way to what the
    first lines show.
    """
    csv.field_size_limit(2**31 - 1)  # a prompt may be longer than the 128 KiB Python allows
    decoded = _DecodedLines(stream)
    lines = TableLines(iter(decoded), delimiter, default)
    records = CsvRecords(lines, lines.delimiter, before=lines.skipped, longest=LONGEST_ROW)
    header: Sequence[str] | None = None
    while records.next():
        row, bad = records.cells, decoded.bad_line_until(records.last)
        if bad is not None or row is None:
            bad = bad or UnreadableRow(records.reason, "")
            if header is None:
                raise InputError(f"{stream.name}:{records.number}: {bad.reason}")
            yield unreadable(bad.reason, records.raw, whole=bad.whole, columns=header), records.number
        elif header is None:
            header = stream.header = _check_header(row, stream.name, records.number) if row else None
            records.columns = len(row)
        elif not any(cell.strip() for cell in row) and (len(row) > 1 or not row):
            continue  # a row of separators, as spreadsheets leave at the end
        elif len(row) == len(header):
            yield dict(zip(header, row, strict=True)), records.number
        elif "".join(row).strip() or len(row) > 1:
            reason = _ragged(row, header, lines.delimiter)
            yield unreadable(reason, records.raw, columns=header), records.number


class _DecodedLines:
    """The lines of a table as text; those that cannot be read are given as far as they can, and told of."""

    def __init__(self, stream: InputStream) -> None:
        self._lines, self._encoding = stream.lines(carriage_returns=True), Utf8Rows()
        self._bad: deque[tuple[int, UnreadableRow]] = deque()

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._lines, 1):
            if isinstance(line, CutLine):
                self._bad.append((number, unreadable(line.reason, line)))
                yield line.decode(errors="replace").replace('"', "") + "\n"
            elif isinstance(text := self._encoding.text(line), UnreadableRow):
                self._bad.append((number, text))
                yield line.decode(errors="replace")
            else:
                yield text

    def bad_line_until(self, last: int) -> UnreadableRow | None:
        """Return the first line up to this number that cannot be read and was not told of, None if there is none."""
        found = None
        while self._bad and self._bad[0][0] <= last:
            _, row = self._bad.popleft()
            found = found or row
        return found


def _ragged(row: Sequence[str], header: Sequence[str], delimiter: str) -> str:
    return (
        f"the row has {len(row)} fields, the header {len(header)}: quote fields that contain the delimiter or a line "
        f"end, or add the missing fields; the delimiter is {delimiter!r} (--delimiter names another)"
    )


def _check_header(header: Sequence[str], name: str, number: int) -> Sequence[str]:
    repeated = next((column for column, times in Counter(header).items() if times > 1), None)
    if repeated is not None:
        raise InputError(
            f"{name}:{number}: the header has '{repeated}' twice (its columns are {column_names(header)}): rename "
            "one, or add a header line if the file has none"
        )
    return header
