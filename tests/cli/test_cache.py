"""`scrimp cache`: what is exported comes back, and says which model was called."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from command import Scrimp
from fake_provider import FakeProvider, completion, fake_provider
from scrimp.values import Answer


def test_an_answer_keeps_the_name_its_model_was_called_by(scrimp: Scrimp) -> None:
    with fake_provider(lambda _: completion("yes", model="test-model-2026-10-01")) as provider:
        scrimp.provider(provider.url)
        assert scrimp("run", stdin="a\n").status == 0
    (line,) = scrimp("cache", "export").rows

    assert (line["answer"]["model"], line["answer"]["called_as"]) == ("test-model-2026-10-01", "test-model")


def test_an_export_can_be_imported_elsewhere(scrimp: Scrimp) -> None:
    with fake_provider() as provider:
        scrimp.provider(provider.url)
        ran = scrimp("run", stdin="a\nb\n")
        exported = scrimp("cache", "export").out
        path = scrimp.file("cache.jsonl", exported)
        (scrimp.home / "cache.db").unlink()

        assert scrimp("cache", "import", str(path)).out == "imported 2\n"
        assert scrimp("cache", "import", str(path)).out == "imported 0\n"
        again = scrimp("run", "--cache", "only", stdin="a\nb\n")

    assert [row["output"] for row in again.rows] == [row["output"] for row in ran.rows]
    assert {row["cache"] for row in again.rows} == {"hit"}


def test_a_completion_with_a_number_that_no_call_has_is_refused_by_its_line(scrimp: Scrimp) -> None:
    answer = {"output": "yes", "model": "m", "provider": "p", "finish_reason": "stop", "cost": "1e20"}
    line = json.dumps({"key": "00" * 32, "created": 1.0, "run": "r", "answer": answer})
    refused = scrimp("cache", "import", str(scrimp.file("cache.jsonl", line + "\n")))

    assert refused.status == 2
    assert "cache.jsonl:1 is not a line of a cache export (no completion has such a value of cost)" in refused.err
    assert scrimp("cache", "stats").out.startswith("0 completions")


def test_an_export_has_all_fields_of_an_answer(scrimp: Scrimp) -> None:
    with fake_provider() as provider:
        scrimp.provider(provider.url)
        scrimp("run", stdin="a\n")
        (line,) = scrimp("cache", "export").rows

    assert tuple(line["answer"]) == Answer.__struct_fields__


def test_an_answer_of_an_older_export_is_taken(scrimp: Scrimp) -> None:
    answer = {"output": "yes", "model": "m", "provider": "p", "finish_reason": "stop"}
    old = {"key": "00" * 32, "created": 1.0, "run": "r", "answer": answer}
    path = scrimp.file("cache.jsonl", json.dumps(old) + "\n")

    assert scrimp("cache", "import", str(path)).out == "imported 1\n"
    (line,) = scrimp("cache", "get", "00").rows
    assert {name: line["answer"][name] for name in answer} == answer


@pytest.mark.parametrize("moment", [1e18, float("inf")])
def test_a_time_beyond_every_calendar_is_shown_as_unknown(
    scrimp: Scrimp, provider: FakeProvider, moment: float
) -> None:
    scrimp.provider(provider.url)
    scrimp("run", stdin="a\n")
    for name, table, column in (("cache.db", "cache", "created"), ("ledger.db", "runs", "started")):
        with closing(sqlite3.connect(scrimp.home / name)) as db, db:
            db.execute(f"UPDATE {table} SET {column} = ?", (moment,))

    assert "oldest unknown, newest unknown" in scrimp("cache", "stats").out
    assert " unknown " in scrimp("runs", "list").out
    assert "unknown" in scrimp("runs", "show", "last").out
