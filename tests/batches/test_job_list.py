"""`scrimp batch list` and `status`: each request is counted for one job, and what needs looking after is told."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from msgspec.structs import replace

from batch_servers import RUNNING, VALIDATING, OpenAIBatches
from batches.test_queues import job_of, queue
from command import Scrimp
from scrimp.flows.batch.upkeep.overdue import warnings
from scrimp.store.batches.records import ShardRecord
from scrimp.store.batches.store import BatchStore
from terminal import at_terminal, without_styles

HOUR, DAY = 3600.0, 86_400.0


def test_a_request_that_several_jobs_wait_for_is_counted_for_the_one_that_sent_it(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = [VALIDATING, *[RUNNING] * 1000]
    for n in range(3):
        queue(batched, f"{n}.txt", f"{n} a", "shared", f"{n} b", words=())
    server.advance()  # so that files are looked at
    listed = json.loads(batched("batch", "list", "--json").out)
    assert [(job["requests"], job["shared"]) for job in listed] == [(3, 0), (2, 1), (2, 1)]
    assert sum(job["requests"] for job in listed) == sum(len(batch.items) for batch in server.batches.values())
    header, *rows = batched("batch", "list").out.splitlines()
    assert header.split()[3:7] == ["batches", "requests", "shared", "answered"]
    assert [row.split()[3:6] for row in rows] == [["1", "3", "0"], ["1", "2", "1"], ["1", "2", "1"]]


def test_a_batch_of_several_jobs_is_counted_for_each_by_its_part(batched: Scrimp, server: OpenAIBatches) -> None:
    ran = [queue(batched, f"{n}.txt", f"{n} a", "shared", f"{n} b") for n in range(3)]
    batched("batch", "flush", "nightly")
    (batch,) = server.batches.values()
    watched = batched("batch", "watch", job_of(ran[1]), "--json")
    assert watched.rows[-1]["requests"] == watched.rows[-1]["answered"] == 3
    assert watched.rows[-1]["each"][0]["requests"] == len(batch.items) == 7
    listed = json.loads(batched("batch", "list", "--json").out)
    assert [(job["requests"], job["answered"], job["shared"]) for job in listed] == [(3, 3, 0), (2, 2, 1), (2, 2, 1)]


def test_a_job_alone_has_no_column_for_what_is_shared(batched: Scrimp) -> None:
    queue(batched, "a.txt", "one", words=())
    assert "shared" not in batched("batch", "list").out


@pytest.mark.parametrize("columns", [50, 70, 80])
@pytest.mark.parametrize("command", ["list", "status"])
def test_names_and_numbers_of_jobs_are_whole_in_a_narrow_terminal(
    batched: Scrimp, server: OpenAIBatches, columns: int, command: str
) -> None:
    batched.file("a.jsonl", '{"text": "one"}\n{"text": "two"}\n')
    job = job_of(batched("batch", "submit", "a.jsonl", "--max-output", "20"))
    lines = without_styles(at_terminal(batched, "batch", command, columns=columns)).splitlines()

    assert max(map(len, lines)) <= columns
    assert any(line.startswith(job) and (columns < 70 or " 2 " in f"{line} ") for line in lines)
    assert any("answered" in line for line in lines)


def shard(name: str, *, submitted: float, took: float | None = None, provider: str = "openai") -> ShardRecord:
    return ShardRecord(
        shard=name, job="b1", provider=provider, model="luna", path="/v1", requests=2, size=10, created=submitted,
        state="submitted" if took is None else "fetched", submitted=submitted,
        ended=None if took is None else submitted + took,
    )  # fmt: skip


ENDED = [shard(f"b0-00{n}", submitted=0.0, took=hours * HOUR) for n, hours in enumerate((1, 2, 3))]


@pytest.mark.parametrize(
    ("hours", "kept", "said"),
    [
        (9, 30 * DAY, ""), (11, 30 * DAY, "half of 3 batches of openai took 2:00:00 or less"),
        (27 * 24, 30 * DAY, "half of"), (28 * 24 + 1, 30 * DAY, "expire in 47 hours"),
        (30 * 24 + 1, 30 * DAY, "may be gone"),
        (9, 2 * DAY, ""), (37, 2 * DAY, "expire in 11 hours"), (9, None, ""), (800, None, "half of"),
    ],
)  # fmt: skip
def test_a_batch_is_warned_of_when_it_is_late_or_its_results_are_about_to_expire(
    hours: float, kept: float | None, said: str
) -> None:
    found = list(warnings([*ENDED, shard("b1-001", submitted=0.0)], hours * HOUR, lambda _: kept))
    assert [name.shard for name, _ in found] == ["b1-001"] * bool(said)
    assert all(said in sentence for _, sentence in found)


@pytest.mark.parametrize("known", [ENDED[:2], [replace(each, provider="gemini") for each in ENDED]])
def test_nothing_is_late_where_too_few_of_its_provider_are_known(known: list[ShardRecord]) -> None:
    assert not list(warnings([*known, shard("b1-001", submitted=0.0)], 500 * HOUR, lambda _: None))


def test_a_batch_is_not_late_within_minutes_though_others_took_seconds() -> None:
    quick = [shard(f"b0-00{n}", submitted=0.0, took=2.0) for n in range(5)]
    assert not list(warnings([*quick, shard("b1-001", submitted=0.0)], 500.0, lambda _: None))
    assert list(warnings([*quick, shard("b1-001", submitted=0.0)], 700.0, lambda _: None))


def test_list_and_status_warn_and_tell_programs(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, *[RUNNING] * 1000]
    job = job_of(queue(batched, "a.txt", "one", words=()))
    with closing(BatchStore(batched.home / "batches.db")) as store:
        (found,) = store.shards(job)
        store.save_shard(replace(found, submitted=(found.submitted or 0.0) - 29 * DAY))
    for words in (("list",), ("status", job)):
        ran = batched("batch", *words)
        assert "expire in 24 hours" in ran.err
        assert f"scrimp batch fetch {job}" in ran.err
    (row,) = json.loads(batched("batch", "list", "--json").out)
    assert "expire in 24 hours" in row["shards"][0]["warnings"][0]


def test_what_was_not_answered_before_a_job_was_cancelled_is_not_counted_as_answered(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = [VALIDATING, RUNNING, RUNNING, RUNNING]
    job = job_of(queue(batched, "a.txt", *(f"row {n}" for n in range(8)), words=()))
    batched("batch", "fetch")
    batched("batch", "cancel")
    watched = batched("batch", "watch", "--json").rows[-1]
    fetched = batched("batch", "fetch")
    answered = sum(row["status"] == "ok" for row in fetched.rows)
    assert 0 < answered < 8
    assert (watched["ended"], watched["answered"]) == (1, answered)
    assert json.loads(batched("batch", "list", "--json").out)[0]["answered"] == answered
    assert f" {answered} " in next(line for line in batched("batch", "list").out.splitlines() if job in line)
