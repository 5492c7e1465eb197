"""Rows as Parquet, which DuckDB reads."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from msgspec import Raw
from msgspec.structs import replace

from outcomes import answered, failed
from scrimp.render.rows import parquet
from scrimp.render.rows.writers import open_row_writer
from scrimp.values import Outcome


def written(folder: Path, outcomes: Sequence[Outcome], fields: Sequence[str] | None = None) -> dict[str, list[Any]]:
    """Return the columns of the file: the type of each, then its values."""
    with (folder / "out.parquet").open("w+b") as file:
        writer = open_row_writer(file, "parquet", fields, terminal=False, warn=print)
        for outcome in outcomes:
            writer.write(outcome)
            writer.flush()
        writer.close()
    with duckdb.connect() as db:
        table = db.sql(f"SELECT * FROM '{folder}/out.parquet'")
        values = zip(*table.fetchall(), strict=True) if outcomes else [()] * len(table.columns)
        return {name: [str(kind), *cells] for name, kind, cells in zip(table.columns, table.types, values, strict=True)}


def table_row(outcome: Outcome, **row: Any) -> Outcome:
    return replace(outcome, prompt=replace(outcome.prompt, row=row, tabular=True))


def test_the_columns_of_a_table_are_kept_with_what_is_new(tmp_path: Path) -> None:
    outcomes = [table_row(answered(), n=1, output="theirs"), table_row(answered(), n=2, output=None)]

    assert written(tmp_path, outcomes) == {
        "n": ["BIGINT", 1, 2], "output": ["VARCHAR", "theirs", None], "output_2": ["VARCHAR", "billing", "billing"],
    }  # fmt: skip
    columns = written(tmp_path, [outcomes[0], table_row(failed(), n=2, output=None)])
    assert columns["output_2"] == ["VARCHAR", "billing", None]
    assert columns["error"] == ["VARCHAR", None, "openai had an error"]


def test_of_other_rows_the_columns_are_those_of_csv(tmp_path: Path) -> None:
    columns = written(tmp_path, [answered(index=0, row={"a": 1}), failed(index=1)])

    assert list(columns) == ["index", "id", "status", "output", "model", "tier", "cost_usd", "error", "input.a"]
    assert columns["cost_usd"] == ["DECIMAL(38,12)", Decimal("0.0000118"), Decimal(0)]
    assert columns["status"] == ["VARCHAR", "ok", "error"]
    assert columns["input.a"] == ["BIGINT", 1, None]


@pytest.mark.parametrize("group", [1, 4096])
@pytest.mark.parametrize(
    ("values", "read"),
    [
        ([1, None, 2], ["BIGINT", 1, None, 2]),
        ([None, None], ["VARCHAR", None, None]),
        ([1, Raw("0.5")], ["DOUBLE", 1.0, 0.5]),
        ([True, "yes", 3, [1], {}], ["VARCHAR", "true", "yes", "3", "[1]", "{}"]),
        ([{"a": 1}, {"b": "x"}], ["STRUCT(a BIGINT, b VARCHAR)", {"a": 1, "b": None}, {"a": None, "b": "x"}]),
        ([[], [1, 2]], ["BIGINT[]", [], [1, 2]]),
        ([2**70, 1], ["VARCHAR", str(2**70), "1"]),
        ([2**60 + 1, Raw("0.5")], ["VARCHAR", str(2**60 + 1), "0.5"]),  # no double is that number
        ([Raw("0.12345678901234567891"), 1], ["VARCHAR", "0.12345678901234567891", "1"]),
    ],
)
def test_a_column_has_the_type_of_all_its_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int, values: list[Any], read: list[Any]
) -> None:
    monkeypatch.setattr(parquet, "_GROUP", group)

    assert written(tmp_path, [table_row(answered(), x=value) for value in values])["x"] == read


def test_no_rows_are_a_table_too(tmp_path: Path) -> None:
    assert written(tmp_path, [], ["id", "output"]) == {"id": ["VARCHAR"], "output": ["VARCHAR"]}
