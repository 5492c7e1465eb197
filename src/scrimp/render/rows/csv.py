"""Outcomes written as CSV or TSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence

from scrimp.render.rows.byte_sink import ByteSink
from scrimp.render.rows.cells import cell_text
from scrimp.render.rows.fields import field_getter, missing_column_check
from scrimp.render.rows.output_row import OutputRow, RowError, output_row
from scrimp.render.terminal import escape_controls
from scrimp.values import Outcome

# The columns a spreadsheet needs; the columns of the first row's input follow.
DEFAULT_FIELDS = ("index", "id", "status", "output", "model", "tier", "cost_usd", "error")
# With labels or a schema the parsed value stands beside the text it was read from.
PARSED_FIELDS = ("index", "id", "status", "output", "parsed", "model", "tier", "cost_usd", "error")


class CsvRowWriter:
    """A header, then a line for each row; lists and objects are cells of JSON, an error is its sentence."""

    def __init__(
        self,
        sink: ByteSink,
        fields: Sequence[str] | None,
        *,
        separator: str,
        terminal: bool,
        warn: Callable[[str], None],
        parsed: bool = False,
    ) -> None:
        """`parsed` says that completions are labels or JSON, which then have a column."""
        self._sink, self._terminal, self._warn, self._fields = sink, terminal, warn, fields
        self._default_fields = PARSED_FIELDS if parsed else DEFAULT_FIELDS
        # csv quotes the characters of its line end, and readers end a line at a lone \r too: so name both.
        self._csv = csv.writer(_Lines(sink), delimiter=separator, lineterminator="\r\n")
        self._getters = [field_getter(field) for field in fields or ()]
        self._check_columns = missing_column_check(fields or (), warn)
        self._columns: frozenset[str] | None = None
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one line."""
        row = output_row(outcome)
        if self._columns is None:
            self._write_header(row)
        if self._fields is None:
            self._warn_of_new_columns(row)
        else:
            self._check_columns(row)
        self._csv.writerow([self._cell(fetch(row)) for fetch in self._getters])

    def close(self) -> None:
        """Write the header if there was no row, and flush."""
        if self._columns is None:
            self._write_header(None)
        self._sink.close()

    def _write_header(self, row: OutputRow | None) -> None:
        """Write the header; without --fields it includes the first row's input columns."""
        self._columns = frozenset(row.input or () if row else ())
        fields = self._fields
        if fields is None:
            fields = (*self._default_fields, *(f"input.{name}" for name in (row.input or () if row else ())))
            self._getters = [field_getter(field) for field in fields]
        self._csv.writerow([self._cell(field) for field in fields])

    def _warn_of_new_columns(self, row: OutputRow) -> None:
        if row.input and self._columns is not None and (new := row.input.keys() - self._columns):
            self._columns |= new
            names = ", ".join(f"input.{name}" for name in sorted(new))
            self._warn(f"row {row.index} has columns that the header lacks: name {names} in --fields to keep them")

    def _cell(self, value: object) -> str:
        text = value.message if isinstance(value, RowError) else cell_text(value)
        return escape_controls(text) if self._terminal else text


class _Lines:
    """Receives lines from the csv module and writes them with a Unix line end."""

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink

    def write(self, line: str) -> object:
        return self._sink.write(line.removesuffix("\r\n").encode() + b"\n")
