"""`--shard i/n`: jobs that share an input make between them what one run would."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from command import Scrimp
from fake_provider import FakeProvider


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", "".join(json.dumps({"id": f"r{n}", "text": f"row {n % 30}"}) + "\n" for n in range(40)))
    return scrimp


def test_the_outputs_of_all_shards_are_that_of_one_run_and_equal_rows_are_paid_once(
    ready: Scrimp, provider: FakeProvider
) -> None:
    rows = [
        row
        for shard in range(1, 5)
        for row in ready("run", "rows.jsonl", "--shard", f"{shard}/4", "--cache", "off").rows
    ]
    assert sorted(provider.prompts) == sorted(f"row {n}" for n in range(30))
    whole = ready("run", "rows.jsonl", "--cache", "off").rows

    asked = ("index", "id", "output", "input")
    assert sorted([row[name] for name in asked] for row in rows) == [[row[name] for name in asked] for row in whole]


def test_stdin_has_the_shards_of_a_file(ready: Scrimp) -> None:
    text = (ready.cwd / "rows.jsonl").read_text()
    found = [
        [row["index"] for row in ready("run", *words, "--shard", "2/3", stdin=text).rows]
        for words in ((), ("rows.jsonl",))
    ]

    assert found[0] == found[1] != []


def test_shards_share_out_what_the_other_flags_take(ready: Scrimp) -> None:
    flags = ("--skip", "3", "--sample", "20", "--limit", "15")
    whole = [row["index"] for row in ready("run", "rows.jsonl", *flags).rows]
    shares = [[row["index"] for row in ready("run", "rows.jsonl", *flags, "--shard", f"{n}/3").rows] for n in (1, 2, 3)]

    assert len(whole) == 15
    assert sorted(index for share in shares for index in share) == whole


def test_a_shard_without_rows_is_not_an_error(ready: Scrimp) -> None:
    ready.file("one.jsonl", '{"text": "x"}\n')
    ran = [ready("run", "one.jsonl", "--shard", f"{n}/5") for n in range(1, 6)]

    assert [each.status for each in ran] == [0] * 5
    assert sum(len(each.rows) for each in ran) == 1


def test_a_shard_takes_up_its_own_former_output(ready: Scrimp, provider: FakeProvider) -> None:
    first = ready("run", "rows.jsonl", "--shard", "1/3", "-o", "out-1.jsonl")
    again = ready("run", "rows.jsonl", "--shard", "1/3", "--only-failed", "out-1.jsonl", "--cache", "off")

    assert (first.status, again.status, again.rows) == (0, 0, [])
    assert "not ok" not in again.err


def test_a_run_has_its_shard_in_its_name_and_every_command_that_reads_rows_takes_shards(ready: Scrimp) -> None:
    rows = len(ready("run", "rows.jsonl", "--shard", "2/3").rows)
    estimate = json.loads(ready("estimate", "rows.jsonl", "--shard", "2/3", "--json").out)
    routed = ready("route", "rows.jsonl", "--shard", "2/3", "--json")
    with closing(sqlite3.connect(ready.home / "ledger.db")) as db:
        ((name,),) = db.execute("SELECT DISTINCT run FROM entries").fetchall()

    assert name.endswith("-2of3")
    assert estimate["work"]["rows"] == estimate["work"]["hits"] + estimate["work"]["duplicates"] == rows
    assert len(routed.rows) == rows


def test_a_shard_that_is_none_stops_before_anything_is_read_or_sent(ready: Scrimp, provider: FakeProvider) -> None:
    for shard in ("0/4", "5/4", "x"):
        ran = ready("run", "rows.jsonl", "--shard", shard)
        assert (ran.status, ran.out, "--shard" in ran.err) == (2, "", True)
    assert provider.bodies == []
