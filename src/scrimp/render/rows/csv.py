"""Outcomes written as CSV or TSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence

from scrimp.render.rows.byte_sink import ByteSink
from scrimp.render.rows.cells import cell_text
from scrimp.render.rows.csv_columns import FieldColumns, RowColumns, TableColumns, row_columns
from scrimp.render.rows.output_row import RowError
from scrimp.render.rows.text_encoding import Encode
from scrimp.render.terminal import escape_controls
from scrimp.values import Failed, Outcome


class CsvRowWriter:
    """A header, then a line for each row; lists and objects are cells of JSON, an error is its sentence.

    Where the first row is one of a table, the columns are those of that table and what is new; otherwise those that a
    spreadsheet needs. `fields` are columns to write instead of either.
    """

    def __init__(
        self,
        sink: ByteSink,
        fields: Sequence[str] | None,
        *,
        separator: str,
        encode: Encode,
        encoding: str | None,
        terminal: bool,
        warn: Callable[[str], None],
        parsed: bool = False,
        table: Callable[[], Sequence[str] | None] = lambda: None,
    ) -> None:
        """`parsed` says that completions are labels or JSON, which then have a column.

        `table` returns the header of the table that was read, at the end: for an output without rows.
        """
        self._sink, self._terminal, self._warn, self._fields = sink, terminal, warn, fields
        self._separator, self._encoding, self._parsed = separator, encoding or "utf-8", parsed
        self._table = table
        # csv quotes the characters of its line end, and readers end a line at a lone \r too: so name both.
        self._csv = csv.writer(_Lines(sink, encode), delimiter=separator, lineterminator="\r\n")
        self._columns: RowColumns | None = None
        if fields is not None:
            FieldColumns(fields, None, warn)  # an unknown field is an error now
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one line."""
        columns = self._columns or self._begin(outcome)
        if isinstance(columns, TableColumns) and not columns.has_errors and isinstance(outcome, Failed):
            self._add_errors(columns)
        self._csv.writerow([self._cell(value) for value in columns.cells(outcome)])

    def close(self) -> None:
        """Write the header if there was no row, and flush."""
        if self._columns is None:
            self._begin(None)
        self._sink.close()

    def _begin(self, outcome: Outcome | None) -> RowColumns:
        # A stream cannot be changed once its header is written, so there it always has the column.
        with_errors = not self._sink.is_rewritable
        columns = row_columns(
            self._fields, outcome, self._warn, parsed=self._parsed, with_errors=with_errors, table=self._table()
        )  # fmt: skip
        self._csv.writerow([self._cell(name) for name in columns.names])
        self._columns = columns
        return columns

    def _add_errors(self, columns: TableColumns) -> None:
        """Give the header and every row that is written a column for the reason why a row has no completion."""
        from scrimp.render.rows.last_column import add_last_column  # only where a row failed

        columns.has_errors = True
        self._sink.rewrite(lambda stream: add_last_column(stream, columns.names[-1], self._separator, self._encoding))

    def _cell(self, value: object) -> str:
        text = value.message if isinstance(value, RowError) else cell_text(value)
        return escape_controls(text) if self._terminal else text


class _Lines:
    """Receives lines from the csv module and writes them with a Unix line end."""

    def __init__(self, sink: ByteSink, encode: Encode) -> None:
        self._sink, self._encode = sink, encode

    def write(self, line: str) -> object:
        return self._sink.write(self._encode(line.removesuffix("\r\n") + "\n"))
