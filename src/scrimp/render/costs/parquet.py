"""Entries of the ledger as a Parquet file, with the types that other programs can reckon with (extra `parquet`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from scrimp.errors import UsageError
from scrimp.render.parquet_sink import ParquetSink
from scrimp.values import Entry

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
        import pyarrow  # noqa: ICN001 - an extra, and 0.1 s
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(_MISSING) from error
    schema = pyarrow.schema([(name, _type(pyarrow, name)) for name in names])
    return _parts(pyarrow, parquet, schema, iter(entries))


def _parts(pyarrow: Any, parquet: Any, schema: Any, entries: Iterator[Entry]) -> Iterator[bytes]:  # noqa: ANN401 - has no types
    written: list[bytes] = []
    file = pyarrow.PythonFile(ParquetSink(written.append), mode="w")
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(entries, _GROUP)):
            columns = [[_cell(name, entry) for entry in group] for name in schema.names]
            arrays = [pyarrow.array(cells, each.type) for cells, each in zip(columns, schema, strict=True)]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))
            yield b"".join(written)
            written.clear()
    yield b"".join(written)


def _type(pyarrow: Any, name: str) -> Any:  # noqa: ANN401 - has no types
    if name in _FLAGS:
        return pyarrow.bool_()
    if name in _SMALL:
        return pyarrow.int32()
    if name in _LARGE:
        return pyarrow.int64()
    others = {
        "time": lambda: pyarrow.timestamp("us", tz="UTC"),
        "seconds": pyarrow.float64,
        "cost_usd": lambda: pyarrow.decimal128(28, 12),
        "tags": lambda: pyarrow.map_(pyarrow.string(), pyarrow.string()),
    }
    return others.get(name, pyarrow.string)()


def _cell(name: str, entry: Entry) -> Any:  # noqa: ANN401 - of any type
    """Return the value of a column; None where it is unknown."""
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
