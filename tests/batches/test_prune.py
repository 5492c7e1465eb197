"""`scrimp batch prune`: what is kept of jobs goes once nothing is to come of them, and never before."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from batch_servers import RUNNING, OpenAIBatches
from batches.test_queues import job_of, outputs, queue
from command import Scrimp

NOW = ("batch", "prune", "--older", "0s")


def kept(batched: Scrimp) -> dict[str, int]:
    """The rows of each table of the store of batches."""
    with closing(sqlite3.connect(batched.home / "batches.db")) as db:
        tables = ("jobs", "shards", "calls", "shard_jobs", "live_calls")
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_a_job_goes_with_its_replies_and_its_copy_of_stdin_once_its_rows_were_printed(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    words = ("run", "-", "--model", "fake/small", "--batch")
    ran = batched(*words, stdin="one\ntwo\n")
    assert ran.status == 0, ran.err
    (copy,) = (batched.home / "batches").glob("*.input")
    young = batched("batch", "prune")
    dry = batched(*NOW, "--dry-run")
    assert (young.out, dry.out.splitlines()[-1]) == (
        "removed 0 jobs with 0 requests\n", "would remove 1 job with 2 requests",
    )  # fmt: skip
    assert (copy.exists(), kept(batched)["calls"]) == (True, 2)

    assert batched(*NOW).out == "removed 1 job with 2 requests\n"
    assert (copy.exists(), set(kept(batched).values())) == (False, {0})
    again = batched(*words, stdin="one\ntwo\n")
    assert (outputs(again), len(server.batches)) == (outputs(ran), 1)  # from the cache


def test_a_job_that_waits_stays_and_so_do_those_whose_batches_it_waits_for(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    submitted = [queue(batched, f"{n}.txt", f"{n} a", "shared") for n in range(3)]
    batched("batch", "flush", "nightly")
    for ran in submitted[:2]:
        assert batched("batch", "fetch", job_of(ran), "--wait").status == 0
    calls = kept(batched)["calls"]  # all of them in a batch of the first job, which the third waits for
    early = batched(*NOW)
    listed = batched("batch", "list").out
    assert (early.out, kept(batched)["calls"]) == ("removed 1 job with 1 request\n", calls)
    assert [job_of(ran) in listed for ran in submitted] == [True, False, True]
    assert "1 job made before that has rows that were not printed yet" in early.err

    fetched = batched("batch", "fetch", job_of(submitted[2]))
    assert outputs(fetched) == [server.answer("small", text) for text in ("2 a", "shared")]
    assert batched(*NOW).out.startswith("removed 2 jobs")
    assert set(kept(batched).values()) == {0}


def test_a_job_that_was_cancelled_stays_until_what_was_answered_is_printed(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = [RUNNING] * 1000
    ran = queue(batched, "a.txt", "one", words=())
    batched("batch", "cancel")
    assert batched(*NOW).out == "removed 0 jobs with 0 requests\n"
    assert job_of(ran) in batched("batch", "list").out
