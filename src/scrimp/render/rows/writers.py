"""Outcomes written as rows: JSON lines, CSV, TSV, text, one JSON array or Parquet.

A closed pipe is the caller's to handle: BrokenPipeError passes through. So is flushing, once for a group of rows.
Rows never pass through rich: it takes 20 ms to import and 1 ms a row, where a row from the cache takes 0.05 ms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, Protocol, TextIO

import msgspec

from scrimp.errors import UsageError
from scrimp.render.rows.byte_sink import ByteSink
from scrimp.render.rows.cells import cell_text
from scrimp.render.rows.fields import EVERY_INPUT, expanded_fields, field_getter, missing_column_check
from scrimp.render.rows.output_row import OutputRow, output_row
from scrimp.render.rows.text_encoding import Encode, text_encoder
from scrimp.render.streams import StreamStyle
from scrimp.render.terminal import escape_controls, escape_controls_in_json
from scrimp.values import Answered, Outcome

__all__ = ["OutputRow", "RowWriter", "open_row_writer", "output_row"]

# Failed rows that --out text reports one by one, in all and of one reason.
_MAX_REPORTED, _MAX_OF_A_REASON = 20, 3

_encode = msgspec.json.Encoder().encode


class RowWriter(Protocol):
    """Writes outcomes one by one."""

    def write(self, outcome: Outcome) -> None:
        """Write an outcome's row."""

    def flush(self) -> None:
        """Flush what was written."""

    def close(self) -> None:
        """Write the end of the output and flush it; the stream stays open."""


def open_row_writer(
    stream: BinaryIO | TextIO,
    out: str | None,
    fields: Sequence[str] | None,
    *,
    terminal: bool,
    warn: Callable[[str], None],
    style: StreamStyle | None = None,
    parsed: bool = False,
    delimiter: str | None = None,
    encoding: str | None = None,
    table: Callable[[], Sequence[str] | None] = lambda: None,
    rewriting: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> RowWriter:
    """Return the writer of a format; `warn` is called with what the format cannot hold.

    Where no format is named, whole rows are written for a person at the terminal of that `style`, else as jsonl.
    `parsed` says that completions are labels or JSON. `delimiter` and `encoding` are those of CSV, TSV and text; text
    at a terminal is UTF-8. `table` returns, at the end, the header of what was read, whose columns an output has that
    has no rows. Where a file gets a column late, its rows are rewritten within the context of `rewriting`.
    """
    sink = ByteSink(stream, rewriting)
    if out is None and fields is None and terminal and style is not None:
        from scrimp.render.rows.terminal import TerminalRowWriter  # only at a terminal

        return TerminalRowWriter(sink, style)
    if out == "parquet":
        from scrimp.render.rows.parquet import ParquetRowWriter  # needs an extra

        if terminal:
            raise UsageError("--out parquet is not for a terminal: name a file, such as -o rows.parquet")
        return ParquetRowWriter(sink, fields, warn=warn, parsed=parsed, table=table)
    encoding = None if terminal else encoding
    encode = text_encoder(encoding, warn)
    if out == "text":
        return TextRowWriter(sink, fields, encode=encode, terminal=terminal, warn=warn)
    if out in ("csv", "tsv"):
        from scrimp.render.rows.csv import CsvRowWriter  # csv is loaded where it is used

        return CsvRowWriter(
            sink, fields, separator=delimiter or ("\t" if out == "tsv" else ","), encode=encode, encoding=encoding,
            terminal=terminal, warn=warn, parsed=parsed, table=table,
        )  # fmt: skip
    return JsonRowWriter(sink, fields, array=out == "json", terminal=terminal, warn=warn)


class JsonRowWriter:
    """An object for each row: a line each, or the elements of one array."""

    def __init__(
        self, sink: ByteSink, fields: Sequence[str] | None, *, array: bool, terminal: bool, warn: Callable[[str], None]
    ) -> None:
        self._sink, self._array, self._terminal = sink, array, terminal
        self._select = _whole_row if fields is None else _selected_fields(fields, warn)
        self._separator = b"[\n"
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one object."""
        line = _encode(self._select(output_row(outcome)))
        if self._terminal:
            line = escape_controls_in_json(line.decode()).encode()
        if self._array:
            self._sink.write(self._separator + line)
            self._separator = b",\n"
        else:
            self._sink.write(line + b"\n")

    def close(self) -> None:
        """End the array."""
        if self._array:
            self._sink.write(b"[]\n" if self._separator == b"[\n" else b"\n]\n")
        self._sink.close()


def _whole_row(row: OutputRow) -> object:
    return row


def _selected_fields(fields: Sequence[str], warn: Callable[[str], None]) -> Callable[[OutputRow], object]:
    check_columns = missing_column_check(fields, warn)
    getters = [(field, field_getter(field)) for field in fields]
    if EVERY_INPUT not in fields:

        def selected(row: OutputRow) -> object:
            check_columns(row)
            return {field: fetch(row) for field, fetch in getters}

        return selected

    columns: tuple[str, ...] | None = None  # columns of the previous row

    def selected_with_columns(row: OutputRow) -> object:
        nonlocal columns, getters
        check_columns(row)
        if columns != (present := tuple(row.input or ())):
            columns = present
            getters = [(field, field_getter(field)) for field in expanded_fields(fields, present)]
        return {field: fetch(row) for field, fetch in getters}

    return selected_with_columns


class TextRowWriter:
    """The completion alone, or another single field, ending in a newline.

    A row without a valid completion writes nothing, since an empty or truncated line would pass for one; a warning
    reports it instead.
    """

    def __init__(
        self,
        sink: ByteSink,
        fields: Sequence[str] | None,
        *,
        encode: Encode,
        terminal: bool,
        warn: Callable[[str], None],
    ) -> None:
        if fields is not None and (len(fields) != 1 or EVERY_INPUT in fields):
            raise UsageError("--out text prints one field for each row: use --out tsv for several")
        self._sink, self._encode, self._terminal, self._warn = sink, encode, terminal, warn
        self._fetch = None if fields in (None, ["output"], ("output",)) else field_getter(fields[0]) if fields else None
        self._check_columns = missing_column_check(fields or (), warn)
        self._reported, self._reasons = 0, Counter[str]()
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one text."""
        if self._fetch is not None:
            row = output_row(outcome)
            self._check_columns(row)
            self._write_text(cell_text(self._fetch(row)))
        elif isinstance(outcome, Answered):
            self._write_text(outcome.answer.output)
        else:
            self._report_failure(outcome.prompt.source or f"row {outcome.prompt.index}", outcome.failure.message)

    def _write_text(self, text: str) -> None:
        shown = escape_controls(text) if self._terminal else text
        self._sink.write(self._encode(shown if shown.endswith("\n") else f"{shown}\n"))

    def _report_failure(self, source: str, reason: str) -> None:
        if self._reported > _MAX_REPORTED or self._reasons[reason] > _MAX_OF_A_REASON:
            return
        self._reported += 1
        self._reasons[reason] += 1
        if self._reported <= _MAX_REPORTED:
            which = f"{source} and more rows have" if self._reasons[reason] > _MAX_OF_A_REASON else f"{source} has"
            self._warn(f"{which} no completion: {reason}")
        else:
            self._warn("more rows have no completion: --out jsonl shows the status of every row")

    def close(self) -> None:
        """Flush what was written."""
        self._sink.close()
