"""Outcomes written as rows: JSON lines, CSV, TSV, text or one JSON array.

A closed pipe is the caller's to handle: BrokenPipeError passes through. Rows are not flushed one by one either: whoever
writes a group of them says when.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol, TextIO

import msgspec

from scrimp.errors import UsageError
from scrimp.render.rows.byte_sink import ByteSink
from scrimp.render.rows.cells import as_text
from scrimp.render.rows.fields import getter, watch_columns
from scrimp.render.rows.output_row import OutputRow, row_of
from scrimp.render.terminal import safe_json, safe_text
from scrimp.values import Answered, Outcome

__all__ = ["OutputRow", "RowWriter", "open_rows", "row_of"]

# Failed rows that --out text speaks of one by one.
_TOLD = 20

_encode = msgspec.json.Encoder().encode


class RowWriter(Protocol):
    """Takes outcomes one by one."""

    def write(self, outcome: Outcome) -> None:
        """Write an outcome's row."""

    def flush(self) -> None:
        """Hand on what was written."""

    def close(self) -> None:
        """Write what ends the output, and hand it on; the stream stays open."""


def open_rows(
    stream: BinaryIO | TextIO, out: str, fields: Sequence[str] | None, *, terminal: bool, warn: Callable[[str], None]
) -> RowWriter:
    """Return what writes rows as jsonl, csv, tsv, text or json; `warn` hears what the format has no place for."""
    sink = ByteSink(stream)
    if out == "text":
        return TextRows(sink, fields, terminal=terminal, warn=warn)
    if out in ("csv", "tsv"):
        from scrimp.render.rows.csv import CsvRows  # noqa: PLC0415 - csv is loaded where it is wanted

        return CsvRows(sink, fields, separator="\t" if out == "tsv" else ",", terminal=terminal, warn=warn)
    return JsonRows(sink, fields, array=out == "json", terminal=terminal, warn=warn)


class JsonRows:
    """An object for each row: a line each, or the elements of one array."""

    def __init__(
        self, sink: ByteSink, fields: Sequence[str] | None, *, array: bool, terminal: bool, warn: Callable[[str], None]
    ) -> None:
        self._sink, self._array, self._terminal = sink, array, terminal
        self._pick = _row if fields is None else _picked(fields, warn)
        self._before = b"[\n"
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one object."""
        line = _encode(self._pick(row_of(outcome)))
        if self._terminal:
            line = safe_json(line.decode()).encode()
        if self._array:
            self._sink.write(self._before + line)
            self._before = b",\n"
        else:
            self._sink.write(line + b"\n")

    def close(self) -> None:
        """End the array."""
        if self._array:
            self._sink.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")
        self._sink.close()


def _row(row: OutputRow) -> object:
    return row


def _picked(fields: Sequence[str], warn: Callable[[str], None]) -> Callable[[OutputRow], object]:
    getters = [(field, getter(field)) for field in fields]
    watch = watch_columns(fields, warn)

    def picked(row: OutputRow) -> object:
        watch(row)
        return {field: fetch(row) for field, fetch in getters}

    return picked


class TextRows:
    """The completion alone, or another single field, ending in a newline.

    A row without a completion that may be given out writes nothing, for an empty or broken-off line would pass for one;
    it is told to the person instead.
    """

    def __init__(
        self, sink: ByteSink, fields: Sequence[str] | None, *, terminal: bool, warn: Callable[[str], None]
    ) -> None:
        if fields is not None and len(fields) != 1:
            raise UsageError("--out text prints one field for each row: use --out tsv for several")
        self._sink, self._terminal, self._warn = sink, terminal, warn
        self._fetch = None if fields in (None, ["output"], ("output",)) else getter(fields[0]) if fields else None
        self._watch = watch_columns(fields or (), warn)
        self._failed = 0
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one text."""
        if self._fetch is not None:
            row = row_of(outcome)
            self._watch(row)
            self._put(as_text(self._fetch(row)))
        elif isinstance(outcome, Answered):
            self._put(outcome.answer.output)
        else:
            self._tell(outcome.prompt.source or f"row {outcome.prompt.index}", outcome.failure.message)

    def _put(self, text: str) -> None:
        shown = safe_text(text) if self._terminal else text
        self._sink.write((shown if shown.endswith("\n") else f"{shown}\n").encode())

    def _tell(self, where: str, why: str) -> None:
        self._failed += 1
        if self._failed <= _TOLD:
            self._warn(f"{where} has no completion: {why}")
        elif self._failed == _TOLD + 1:
            self._warn("more rows have no completion: --out jsonl says of each row what became of it")

    def close(self) -> None:
        """Hand on what was written."""
        self._sink.close()
