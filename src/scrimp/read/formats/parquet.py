"""Parquet as rows: an object for each record, read a few hundred at a time however large its row groups are.

What JSON has no word for becomes text: times as ISO 8601, bytes as UTF-8 or else as base64. Decimals keep all their
digits. A number that is none (NaN), or infinite, is null. Times that Python has no value for are text as well.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from msgspec import Raw

from scrimp.errors import InputError
from scrimp.read.inputs.streams import InputStream
from scrimp.values import Json

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 256  # rows in memory at once
_BUFFER_SIZE = 1 << 18  # of a column; without one, a column of a row group is read whole
_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}  # of a second
_UNREADABLE = (ValueError, OverflowError, KeyError)  # raised by pyarrow for values that Python has no type for


def parquet_rows(stream: InputStream) -> Iterator[tuple[Json, int]]:
    """Yield each row as an object, with its number."""
    try:
        import pyarrow as pa  # an extra, and 0.1 s
        from pyarrow import parquet
    except ImportError as error:
        raise InputError(
            f"{stream.name} is Parquet, which needs pyarrow: `pip install 'scrimp[parquet]'` brings it"
        ) from error
    binary, name = stream.seekable(), stream.name
    number = 0
    with _parquet_errors(pa, name):
        file = parquet.ParquetFile(binary, buffer_size=_BUFFER_SIZE)
        size, total = binary.seek(0, 2), file.metadata.num_rows
        _check_names(file.schema_arrow.names, name)
        stream.header = file.schema_arrow.names
        for batch in file.iter_batches(_BATCH, use_threads=False):
            binary.seek(size * number // total)  # progress is measured by this position; the library moves it
            columns = [_values(pa, batch, each, name, number) for each in range(batch.num_columns)]
            for row in zip(*columns, strict=True):
                number += 1
                yield dict(zip(batch.schema.names, row, strict=True)), number


@contextmanager
def _parquet_errors(arrow: ModuleType, name: str) -> Iterator[None]:
    try:
        yield
    except (arrow.ArrowException, OSError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise InputError(f"{name} cannot be read as Parquet ({reason}): check it, or fetch it again") from error


def _check_names(names: list[str], name: str) -> None:
    repeated = next((column for column, times in Counter(names).items() if times > 1), None)
    if repeated is not None:
        raise InputError(f"{name} has the column '{repeated}' twice: rename one")


def _values(arrow: ModuleType, batch: pa.RecordBatch, index: int, name: str, before: int) -> list[Json]:
    """Return a column's values; `before` is how many rows come before the batch."""
    column, kind = batch.column(index), batch.schema.types[index]
    if (texts := _with_single_floats(arrow, kind, arrow.string())) != kind:
        # Written shortest, as everything prints them: 0.1, and not 0.10000000149011612, which is the same as a double.
        column = column.cast(texts).cast(_with_single_floats(arrow, kind, arrow.float64()))
    if _has_nanoseconds(arrow, kind):
        try:
            column = column.cast(arrow.timestamp("us", kind.tz))
        except arrow.ArrowInvalid:  # with nanoseconds that are not zero
            return [None if cell is None else cell.replace(" ", "T") for cell in column.cast("string").to_pylist()]
    try:
        values: list[Any] = column.to_pylist(maps_as_pydicts="strict")
    except _UNREADABLE as error:
        if (texts := _temporal_texts(arrow, column)) is not None:
            return texts
        number = before + next((row for row in range(len(column)) if not _can_be_read(column[row])), 0) + 1
        reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error})"
        raise InputError(f"{name}:{number}: '{batch.schema.names[index]}' {reason}: fix or remove that row") from error
    return values if _is_plain(arrow.types, kind) else [_as_json(value) for value in values]


def _with_single_floats(arrow: ModuleType, kind: pa.DataType, replaced: pa.DataType) -> pa.DataType:
    """Return a type in which floats of single precision, also those in lists and objects, are replaced."""
    types: Any = arrow.types
    if types.is_float32(kind):
        return replaced
    if types.is_struct(kind):
        return arrow.struct([each.with_type(_with_single_floats(arrow, each.type, replaced)) for each in kind])
    if types.is_map(kind):
        return arrow.map_(kind.key_type, _with_single_floats(arrow, kind.item_type, replaced))
    for is_list, of in (
        (types.is_list, arrow.list_), (types.is_large_list, arrow.large_list),
        (types.is_fixed_size_list, lambda field: arrow.list_(field, kind.list_size)),
    ):  # fmt: skip
        if is_list(kind):
            return of(kind.value_field.with_type(_with_single_floats(arrow, kind.value_type, replaced)))
    return kind


def _has_nanoseconds(arrow: ModuleType, kind: pa.DataType) -> bool:
    return bool(arrow.types.is_timestamp(kind)) and kind.unit == "ns"


def _temporal_texts(arrow: ModuleType, column: pa.Array) -> list[Json] | None:
    """Return times, also those after the year 9999 or of nanoseconds, as text; None for what are none, or beyond all.

    Durations are in seconds.
    """
    kind = column.type
    if not arrow.types.is_temporal(kind) or arrow.types.is_interval(kind):
        return None
    texts: list[Json] = []
    for cell, text in zip(column, column.cast("string").to_pylist(), strict=True):
        if _can_be_read(cell):
            texts.append(_as_json(cell.as_py()))
        elif arrow.types.is_duration(kind):
            texts.append(f"{Decimal(text).scaleb(-_DIGITS[kind.unit]):f} s")
        elif text.startswith("<"):  # "value out of range": Arrow has no calendar for it
            return None
        else:
            texts.append(text.replace(" ", "T"))
    return texts


def _can_be_read(cell: pa.Scalar) -> bool:
    try:
        cell.as_py(maps_as_pydicts="strict")
    except _UNREADABLE:
        return False
    return True


def _is_plain(types: ModuleType, kind: pa.DataType) -> bool:
    """Return whether all values of a type are those of JSON."""
    tests: tuple[Callable[[Any], bool], ...] = (
        types.is_string, types.is_large_string, types.is_integer, types.is_boolean, types.is_null,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _as_json(value: object) -> Json:
    if isinstance(value, dict):
        return {str(_as_json(key)): _as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    convert = _CONVERSIONS.get(type(value))
    if convert is None:
        return cast("Json", value)  # what has no conversion is a value of JSON
    converted: Json = convert(value)
    return converted


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return b64encode(data).decode()


def _seconds(duration: timedelta) -> str:
    return f"{Decimal(duration // timedelta(microseconds=1)).scaleb(-6).normalize():f} s"


_CONVERSIONS: dict[type, Callable[[Any], Any]] = {
    float: lambda number: number if math.isfinite(number) else None,
    Decimal: lambda number: Raw(f"{number:f}"),
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _seconds,
    bytes: _text,
    UUID: str,
}
