"""Entries of the ledger as a Parquet file, with the types that other programs can reckon with (extra `parquet`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING

from scrimp.errors import UsageError
from scrimp.render.parquet_sink import ParquetSink
from scrimp.values import Entry

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP = 16_384  # rows in memory at once, and in a row group of the file
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MISSING = (
    "--format parquet needs pyarrow: `pip install 'scrimp[parquet]'` brings it; `--format jsonl` needs nothing, and "
    "DuckDB makes Parquet of it"
)
_COUNTS = ("input", "output", "cache_read", "cache_write", "cache_write_long", "reasoning")
_FLAGS = frozenset(("estimated", "escalated", "unread", "retry"))
_SMALL = frozenset(("http", "step", "attempt"))
_LARGE = frozenset((*_COUNTS, "most_input", "most_output"))


def parquet_parts(entries: Iterable[Entry], names: Sequence[str]) -> Iterator[bytes]:
    """Yield a Parquet file in parts, its columns in an order; raise UsageError at once where pyarrow is missing.

    Dollars are decimals of twelve places, which hold them exactly, and times are microseconds of UTC.
    """
    try:
        import pyarrow as pa  # an extra, and 0.1 s
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(_MISSING) from error
    schema = pa.schema([(name, _type(pa, name)) for name in names])
    return _parts(pa, parquet, schema, iter(entries))


def _parts(arrow: ModuleType, parquet: ModuleType, schema: pa.Schema, entries: Iterator[Entry]) -> Iterator[bytes]:
    written: list[bytes] = []
    file = arrow.PythonFile(ParquetSink(written.append), mode="w")
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(entries, _GROUP)):
            columns = [[_cell(name, entry) for entry in group] for name in schema.names]
            arrays = [arrow.array(cells, each.type) for cells, each in zip(columns, schema, strict=True)]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            yield b"".join(written)
            written.clear()
    yield b"".join(written)


def _type(arrow: ModuleType, name: str) -> pa.DataType:
    if name in _FLAGS:
        return arrow.bool_()
    if name in _SMALL:
        return arrow.int32()
    if name in _LARGE:
        return arrow.int64()
    others = {
        "time": lambda: arrow.timestamp("us", tz="UTC"),
        "seconds": arrow.float64,
        "cost_usd": lambda: arrow.decimal128(28, 12),
        "tags": lambda: arrow.map_(arrow.string(), arrow.string()),
    }
    return others.get(name, arrow.string)()


def _cell(name: str, entry: Entry) -> object:
    """Return the value of a column; None if it is unknown."""
    if name in _COUNTS:
        return getattr(entry.usage, name, None)
    if name in _OWN:
        return _OWN[name](entry)
    return getattr(entry, name)


_OWN: Mapping[str, Callable[[Entry], object]] = {
    "time": lambda entry: _EPOCH + timedelta(microseconds=round(entry.time * 1_000_000)),
    "cost_usd": lambda entry: entry.cost,
    "tags": lambda entry: list(entry.tags.items()),
}
