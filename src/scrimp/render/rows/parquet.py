"""Outcomes written as Parquet: the columns of CSV, each with the type that all of its values have.

What type that is, only the last row shows. Until then rows wait in a temporary file, and nothing is written to the
output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

from scrimp.errors import UsageError
from scrimp.render.parquet_sink import ParquetSink
from scrimp.render.rows.byte_sink import ByteSink
from scrimp.render.rows.cells import cell_text
from scrimp.render.rows.csv_columns import FieldColumns, RowColumns, TableColumns, row_columns
from scrimp.render.rows.output_row import RowError
from scrimp.values import Failed, Outcome

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP = 4096  # rows in memory at once, and in a row group of the file
_IN_MEMORY = 1 << 24  # bytes of rows that wait, before they go to the disk
_COST = "cost_usd"
_MISSING = "--out parquet needs pyarrow: `pip install 'scrimp[parquet]'` brings it; --out jsonl needs nothing"

_encode = msgspec.json.Encoder().encode


class ParquetRowWriter:
    """A table; where values of a column have different types it is text, in which lists and objects are JSON."""

    def __init__(
        self, sink: ByteSink, fields: Sequence[str] | None, *, warn: Callable[[str], None], parsed: bool = False,
        table: Callable[[], Sequence[str] | None] = lambda: None,
    ) -> None:  # fmt: skip
        """`parsed` says that completions are labels or JSON, which then have a column; `table` is as of CSV."""
        try:
            import pyarrow as pa  # an extra, and 0.1 s
            from pyarrow import parquet
        except ImportError as error:
            raise UsageError(_MISSING) from error
        self._arrow, self._parquet = pa, parquet
        self._sink, self._fields, self._warn, self._parsed = sink, fields, warn, parsed
        self._table = table
        self._columns: RowColumns | None = None
        self._has_errors = False
        self._types: list[pa.DataType | None] = []  # of each column so far; None is text, for want of a common one
        self._group: list[list[object]] = []
        self._spool = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by `close`
        if fields is not None:
            FieldColumns(fields, None, warn)  # an unknown field is an error now

    def write(self, outcome: Outcome) -> None:
        """Keep one row."""
        columns = self._columns or self._begin(outcome)
        self._has_errors = self._has_errors or isinstance(outcome, Failed)
        self._group.append([_cell(value) for value in columns.cells(outcome)])
        if len(self._group) == _GROUP:
            self._keep_group()

    def flush(self) -> None:
        """Do nothing: a Parquet file is complete only at its end."""

    def close(self) -> None:
        """Write the file."""
        columns = self._columns or self._begin(None)
        self._keep_group()
        names = list(columns.names)
        if isinstance(columns, TableColumns) and not self._has_errors and self._sink.is_rewritable:
            names.pop()  # the last column, of errors; streams always have it, as in CSV
        while not self._all_fit():  # seldom more than once: whole numbers that are not doubles, beside fractions
            pass
        schema = self._arrow.schema(list(zip(names, map(self._final, self._types), strict=False)))
        with self._parquet.ParquetWriter(
            self._arrow.PythonFile(ParquetSink(self._sink.write), mode="w"), schema
        ) as writer:
            for group in self._kept_groups():
                arrays = [
                    self._array(cells, each.type) for cells, each in zip(zip(*group, strict=True), schema, strict=False)
                ]
                writer.write_batch(self._arrow.record_batch(arrays, schema=schema))
        self._spool.close()
        self._sink.close()

    def _begin(self, outcome: Outcome | None) -> RowColumns:
        self._columns = columns = row_columns(
            self._fields, outcome, self._warn, parsed=self._parsed, with_errors=True, table=self._table()
        )  # fmt: skip
        exact = self._arrow.decimal128(38, 12)
        of_rows = not isinstance(columns, TableColumns)
        self._types = [exact if of_rows and name == _COST else self._arrow.null() for name in columns.names]
        return columns

    def _keep_group(self) -> None:
        if not self._group:
            return
        data = _encode(self._group)
        self._spool.write(len(data).to_bytes(8) + data)
        for index, cells in enumerate(zip(*_decode(data), strict=True)):
            self._types[index] = self._widened(self._types[index], cells)
        self._group = []

    def _kept_groups(self) -> Iterator[list[list[object]]]:
        self._spool.seek(0)
        while size := self._spool.read(8):
            yield _decode(self._spool.read(int.from_bytes(size)))

    def _widened(self, former: pa.DataType | None, cells: Sequence[object]) -> pa.DataType | None:
        """Return the type of values so far and of these; None if there is none."""
        arrow = self._arrow
        if former is None or arrow.types.is_decimal(former):
            return former
        try:
            each = [arrow.schema([("", former)]), arrow.schema([("", arrow.array(cells).type)])]
            widened = arrow.unify_schemas(each, promote_options="permissive").field(0).type
        except (arrow.ArrowException, OverflowError, TypeError):
            return None
        return widened if _has_no_empty_struct(arrow.types, widened) else None

    def _all_fit(self) -> bool:
        """Return whether all values fit the types of their columns; a column with one that does not becomes text."""
        for group in self._kept_groups():
            for index, cells in enumerate(zip(*group, strict=True)):
                if self._types[index] is not None:
                    try:
                        self._array(cells, self._final(self._types[index]))
                    except (self._arrow.ArrowException, OverflowError, TypeError):
                        self._types[index] = None
                        return False
        return True

    def _final(self, kind: pa.DataType | None) -> pa.DataType:
        """Return the type to write: nothing but null, and what has no type in common, is text."""
        return self._arrow.string() if kind is None or self._arrow.types.is_null(kind) else kind

    def _array(self, cells: Sequence[object], kind: pa.DataType) -> pa.Array:
        if self._arrow.types.is_string(kind):
            cells = [None if cell is None else cell_text(cell) for cell in cells]
        elif self._arrow.types.is_decimal(kind):
            cells = [None if cell is None else Decimal(str(cell)) for cell in cells]
        return self._arrow.array(cells, kind)


def _cell(value: object) -> object:
    return value.message if isinstance(value, RowError) else value


def _number(text: str) -> float | str:
    """Return a number as a double where that is the number itself, else as it was written."""
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else text


_decode = msgspec.json.Decoder(list[list[object]], float_hook=_number).decode


def _has_no_empty_struct(types: ModuleType, kind: pa.DataType) -> bool:
    """Return whether a type can be written: Parquet has no objects without members."""
    if types.is_struct(kind) and not kind.num_fields:
        return False
    inner = [kind.field(index).type for index in range(kind.num_fields)]
    return all(_has_no_empty_struct(types, each) for each in inner)
