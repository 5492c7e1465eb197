"""Rows of Parquet, which DuckDB has written."""

from __future__ import annotations

import json
import sys
import tracemalloc
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pytest
from pyarrow import parquet

from scrimp.errors import InputError
from scrimp.read.inputs.input_meter import InputMeter
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import JsonObject


def rows(file: Path) -> list[JsonObject | None]:
    return [prompt.row for prompt in prompts([str(file)], ReadOptions(), warn=print)]


def write(folder: Path, select: str, more: str = "") -> Path:
    file = folder / "in.parquet"
    with duckdb.connect() as db:
        db.execute(f"COPY ({select}) TO '{file}' (FORMAT parquet{more})")
    return file


def test_values_are_those_of_json(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """SELECT 'hello' AS prompt, 7 AS n, true AS flag, NULL AS nothing, 1.5::double AS double, 'NaN'::double AS nan,
        1.50::decimal(9, 2) AS price, DATE '2026-01-02' AS day, TIME '01:02:03' AS clock,
        TIMESTAMP '2026-01-02 03:04:05.5' AS moment, TIMESTAMP_NS '2026-01-02 03:04:05.000000001' AS exact,
        'text'::blob AS bytes, '\\xFF\\x00'::blob AS raw, [1, 2] AS list, {'a': DATE '2026-01-02'} AS object,
        MAP {'k': 1} AS map""",
    )
    (row,) = rows(file)

    assert json.loads(msgspec.json.encode(row)) == {
        "prompt": "hello", "n": 7, "flag": True, "nothing": None, "double": 1.5, "nan": None, "price": 1.5,
        "day": "2026-01-02", "clock": "01:02:03", "moment": "2026-01-02T03:04:05.500000",
        "exact": "2026-01-02T03:04:05.000000001", "bytes": "text", "raw": "/wA=", "list": [1, 2],
        "object": {"a": "2026-01-02"}, "map": {"k": 1},
    }  # fmt: skip
    assert b'"price":1.50,' in msgspec.json.encode(row)  # as it was written


def test_floats_of_single_precision_are_as_they_are_printed_wherever_they_stand(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """SELECT 'hello' AS prompt, 0.1::float AS f, [0.1::float, 0.25, NULL] AS list,
        {'a': 0.7::float, 'b': '0.10'} AS o, MAP {'k': 0.3::float} AS map, [{'a': [16777216::float]}] AS deep,
        'inf'::float AS inf, 0.1::double AS double, 1e-45::float AS least""",
    )
    (row,) = rows(file)

    assert msgspec.json.encode(row) == (
        b'{"prompt":"hello","f":0.1,"list":[0.1,0.25,null],"o":{"a":0.7,"b":"0.10"},"map":{"k":0.3},'
        b'"deep":[{"a":[16777216.0]}],"inf":null,"double":0.1,"least":1e-45}'
    )


def test_what_python_has_no_time_for_is_text(tmp_path: Path) -> None:
    last = 253_402_300_799_000_000  # the last second of 9999, in UTC: a usual word for "never"
    file, uuid = tmp_path / "in.parquet", "00112233-4455-6677-8899-aabbccddeeff"
    columns = {
        "prompt": pa.array(["a", "b"]),
        "never": pa.array([last, 0], pa.timestamp("us", tz="Asia/Tokyo")),
        "clock": pa.array([1, None], pa.time64("ns")),
        "exact": pa.array([1, 10**9], pa.duration("ns")),
        "long": pa.array([2**62, 1], pa.duration("s")),
        "id": pa.array([bytes.fromhex(uuid.replace("-", "")), None], pa.binary(16)).cast(pa.uuid()),
    }
    parquet.write_table(pa.table(columns), file)

    assert rows(file) == [
        {
            "prompt": "a", "never": "10000-01-01T08:59:59.000000+0900", "clock": "00:00:00.000000001",
            "exact": "0.000000001 s", "long": "4611686018427387904 s", "id": uuid,
        },
        {"prompt": "b", "never": "1970-01-01T09:00:00+09:00", "clock": None, "exact": "1 s", "long": "1 s", "id": None},
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us")], ids=str)
def test_a_time_beyond_every_calendar_is_named(tmp_path: Path, kind: pa.DataType) -> None:
    file = tmp_path / "in.parquet"
    storage = pa.array([0, 2**30], pa.int32()) if kind == pa.date32() else pa.array([0, 2**62])
    parquet.write_table(pa.table({"prompt": ["a", "b"], "day": storage.cast(kind)}), file)
    with pytest.raises(InputError, match=r"in.parquet:2: 'day' cannot be read \(.*\): fix or remove that row"):
        rows(file)


def test_rows_have_their_numbers_and_are_a_table(tmp_path: Path) -> None:
    file = write(tmp_path, "SELECT 'p' || range AS prompt FROM range(3000)", ", ROW_GROUP_SIZE 2048")
    read = list(prompts([str(file)], ReadOptions(skip=2999), warn=print))

    assert [(prompt.text, prompt.source, prompt.tabular) for prompt in read] == [("p2999", f"{file}:3000", True)]


def test_memory_is_that_of_a_few_rows_and_their_number_is_known_on_the_way(tmp_path: Path) -> None:
    file = tmp_path / "in.parquet"
    texts = [f"{n} {'x' * 4000}" for n in range(15_000)]
    parquet.write_table(pa.table({"prompt": texts}), file, row_group_size=len(texts))
    meter = InputMeter([str(file)])
    allocated = pa.total_allocated_bytes()
    read = prompts([str(file)], ReadOptions(), warn=print, meter=meter)
    tracemalloc.start()
    try:
        for _ in range(5000):
            next(read)
        (total, _), (_, peak) = meter.total(), tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert total is not None
    assert abs(total - len(texts)) < 1000
    assert peak + pa.total_allocated_bytes() - allocated < 20_000_000  # of 60


def test_what_is_not_parquet_or_damaged_is_named(tmp_path: Path) -> None:
    whole = write(tmp_path, "SELECT 'a' AS prompt")
    damaged = tmp_path / "half.parquet"
    damaged.write_bytes(whole.read_bytes()[:40])
    with pytest.raises(InputError, match=r"half.parquet cannot be read as Parquet \(.*\): check it"):
        rows(damaged)
    (tmp_path / "no.parquet.gz").write_bytes(__import__("gzip").compress(whole.read_bytes()))
    with pytest.raises(InputError, match=r"no.parquet.gz is Parquet, which is read from its end: save it"):
        rows(tmp_path / "no.parquet.gz")


def test_a_text_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "in.parquet"
    cells = pa.array([b"a", b"\xff"]).view(pa.string())
    parquet.write_table(pa.table({"prompt": ["a", "b"], "other": cells}), file)
    with pytest.raises(InputError, match=r"in.parquet:2: 'other' is not UTF-8"):
        rows(file)


def test_without_pyarrow_the_way_to_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "SELECT 'a' AS prompt")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"pip install 'scrimp\[parquet\]'"):
        rows(file)
