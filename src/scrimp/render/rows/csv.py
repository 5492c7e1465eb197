"""Outcomes written as CSV or TSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence

from scrimp.render.rows.byte_sink import ByteSink
from scrimp.render.rows.cells import as_text
from scrimp.render.rows.fields import getter, watch_columns
from scrimp.render.rows.output_row import OutputRow, RowError, row_of
from scrimp.render.terminal import safe_text
from scrimp.values import Outcome

# What a spreadsheet wants to see; the columns of the first row's input follow.
DEFAULT_FIELDS = ("index", "id", "status", "output", "model", "tier", "cost_usd", "error")


class CsvRows:
    """A header, then a line for each row; lists and objects are cells of JSON, an error is its sentence."""

    def __init__(
        self,
        sink: ByteSink,
        fields: Sequence[str] | None,
        *,
        separator: str,
        terminal: bool,
        warn: Callable[[str], None],
    ) -> None:
        self._sink, self._terminal, self._warn, self._asked = sink, terminal, warn, fields
        # csv quotes what its line end is made of, and readers end a line at a lone \r too: so it must know of both.
        self._csv = csv.writer(_Lines(sink), delimiter=separator, lineterminator="\r\n")
        self._getters = [getter(field) for field in fields or ()]
        self._watch = watch_columns(fields or (), warn)
        self._columns: frozenset[str] | None = None
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one line."""
        row = row_of(outcome)
        if self._columns is None:
            self._begin(row)
        if self._asked is None:
            self._look_for_new_columns(row)
        else:
            self._watch(row)
        self._csv.writerow([self._cell(fetch(row)) for fetch in self._getters])

    def close(self) -> None:
        """Leave a header at least."""
        if self._columns is None:
            self._begin(None)
        self._sink.close()

    def _begin(self, row: OutputRow | None) -> None:
        """Write the header; without --fields it names the first row's input columns."""
        self._columns = frozenset(row.input or () if row else ())
        fields = self._asked
        if fields is None:
            fields = (*DEFAULT_FIELDS, *(f"input.{name}" for name in (row.input or () if row else ())))
            self._getters = [getter(field) for field in fields]
        self._csv.writerow([self._cell(field) for field in fields])

    def _look_for_new_columns(self, row: OutputRow) -> None:
        if row.input and self._columns is not None and (new := row.input.keys() - self._columns):
            self._columns |= new
            names = ", ".join(f"input.{name}" for name in sorted(new))
            self._warn(f"row {row.index} has columns that the header lacks: name {names} in --fields to keep them")

    def _cell(self, value: object) -> str:
        text = value.message if isinstance(value, RowError) else as_text(value)
        return safe_text(text) if self._terminal else text


class _Lines:
    """What the csv module writes to: lines go on with a Unix line end."""

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink

    def write(self, line: str) -> object:
        return self._sink.write(line.removesuffix("\r\n").encode() + b"\n")
