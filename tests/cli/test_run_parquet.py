"""`scrimp run` from Parquet to Parquet, written and read by DuckDB."""

from __future__ import annotations

import duckdb

from command import Scrimp
from fake_provider import FakeProvider, echo, error


def test_a_table_comes_back_with_its_completions_and_its_failed_rows_can_be_taken_up(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    provider.answer = lambda body: error(400) if "1" in body["messages"][-1]["content"] else echo(body)
    with duckdb.connect() as db:
        db.execute(f"COPY (SELECT range AS n, 'p' || range AS prompt FROM range(3)) TO '{scrimp.cwd}/in.parquet'")
        ran = scrimp("run", "in.parquet", "-o", "out.parquet")
        out = db.sql(f"SELECT n, prompt, output, error IS NULL FROM '{scrimp.cwd}/out.parquet' ORDER BY n").fetchall()

    assert (ran.status, ran.out) == (3, "")
    assert out == [(0, "p0", "echo: p0", True), (1, "p1", None, False), (2, "p2", "echo: p2", True)]
    provider.answer = echo
    again = scrimp("run", "in.parquet", "--only-failed", "out.parquet", "--out", "csv")
    assert (again.status, again.out) == (0, "n,prompt,output,error\n1,p1,echo: p1,\n")
