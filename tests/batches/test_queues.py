"""Queues of batches: collected from many commands, sent together, fetched by each."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import threading
from contextlib import closing

import pytest

from batch_servers import RUNNING, VALIDATING, OpenAIBatches, OpenRouterBatches
from command import Ran, Scrimp


def queue(batched: Scrimp, name: str, *prompts: str, words: tuple[str, ...] = ("--queue", "nightly")) -> Ran:
    batched.file(name, "\n".join(prompts) + "\n")
    return batched("batch", "submit", name, "--model", "fake/small", *words)


def job_of(ran: Ran) -> str:
    return ran.err.split("job ")[1].split()[0].rstrip(":")


def outputs(ran: Ran) -> list[str]:
    return [row["output"] for row in ran.rows]


def test_the_work_of_many_commands_is_sent_in_one_batch_and_fetched_by_each(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    submitted = [queue(batched, f"{n}.txt", f"{n} a", "shared", f"{n} b") for n in range(3)]
    assert [ran.status for ran in submitted] == [0] * 3
    assert not server.seen
    listed = batched("batch", "list")
    assert listed.out.count("in queue nightly") == 3
    assert "queue nightly: 7 requests wait" in listed.err
    flushed = batched("batch", "flush", "nightly")
    assert flushed.status == 0, flushed.err
    assert "7 requests of 3 jobs in 1 batch" in flushed.err
    for n, ran in enumerate(submitted):
        fetched = batched("batch", "fetch", job_of(ran), "--wait")
        assert fetched.status == 0, fetched.err
        assert outputs(fetched) == [server.answer("small", text) for text in (f"{n} a", "shared", f"{n} b")]
    assert [len(batch.items) for batch in server.batches.values()] == [7]
    assert server.paid_twice == []
    assert not server.live_prompts
    assert batched("batch", "list").out.count(" done ") == 3


def test_what_waits_in_a_queue_is_pending_and_nothing_waits_for_it(batched: Scrimp, server: OpenAIBatches) -> None:
    queue(batched, "a.txt", "one")
    for command in (("watch",), ("fetch",), ("fetch", "--wait")):
        ran = batched("batch", *command)
        assert ran.status == 6, ran.err
        assert "scrimp batch flush nightly" in ran.err
    assert ran.rows[0]["error"]["message"].endswith("waits in queue nightly: scrimp batch flush nightly")
    assert not server.seen


def test_a_run_that_shares_rows_with_a_queue_has_them_sent_at_once(batched: Scrimp, server: OpenAIBatches) -> None:
    queued = queue(batched, "a.txt", "one", "two")
    batched.file("b.txt", "two\nthree\n")
    ran = batched("run", "b.txt", "--model", "fake/small", "--batch")
    assert ran.status == 0, ran.err
    assert [row["status"] for row in ran.rows] == ["ok", "ok"]
    fetched = batched("batch", "fetch", job_of(queued))
    assert [row["status"] for row in fetched.rows] == ["ok", "ok"], fetched.err
    assert sorted(run.prompt for run in server.runs) == ["one", "three", "two"]


def test_a_live_run_does_not_wait_for_a_queue(batched: Scrimp, server: OpenAIBatches) -> None:
    queue(batched, "a.txt", "one")
    ran = batched("run", "a.txt", "--model", "fake/small")
    assert ran.status == 0
    assert server.live_prompts == ["one"]


def test_a_rule_sends_a_route_or_a_tag_to_a_queue_and_leaves_runs_alone(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.config(
        (batched.home / "config.toml").read_text()
        + '[[rules]]\nroute = "reports"\nqueue = "nightly"\ntier = "simple"\n'
        + '[[rules]]\ntag = "team=search"\nqueue = "weekly"\ntier = "simple"\n'
    )
    assert queue(batched, "a.txt", "one", words=("--route", "reports")).status == 0
    assert queue(batched, "b.txt", "two", words=("--tag", "team=search")).status == 0
    assert not server.seen
    batched.file("c.txt", "three\n")
    ran = batched("run", "c.txt", "--batch", "--route", "reports")
    assert ran.status == 0, ran.err
    assert queue(batched, "d.txt", "four", words=()).status == 0
    assert len(server.batches) == 2
    several = batched("batch", "flush")
    assert several.status == 2
    assert "nightly, weekly" in several.err
    assert batched("batch", "flush", "weekly").status == 0
    assert batched("batch", "flush").status == 0
    assert len(server.batches) == 4
    assert batched("batch", "flush", "nightly").status == 0
    assert len(server.batches) == 4


def test_a_job_that_is_cancelled_takes_nothing_from_another(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING, RUNNING, RUNNING, RUNNING]
    first, second = queue(batched, "a.txt", "one", "both"), queue(batched, "b.txt", "both", "two")
    assert batched("batch", "flush").status == 0
    cancelled = batched("batch", "cancel", job_of(first))
    assert cancelled.status == 0
    assert server.count("cancel") == 0
    assert "another job" in cancelled.err
    assert batched("batch", "cancel", job_of(second)).status == 0
    assert server.count("cancel") == 1


def test_a_queue_that_is_not_sent_yet_may_be_cancelled_in_part(batched: Scrimp, server: OpenAIBatches) -> None:
    first, second = queue(batched, "a.txt", "one", "both"), queue(batched, "b.txt", "both", "two")
    assert batched("batch", "cancel", job_of(first)).status == 0
    assert batched("batch", "flush", "nightly").status == 0
    fetched = batched("batch", "fetch", job_of(second), "--wait")
    assert [row["status"] for row in fetched.rows] == ["ok", "ok"], fetched.err
    assert server.paid_twice == []


def test_a_flush_that_is_refused_or_loses_its_reply_goes_on_with_the_next(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    ran = [queue(batched, f"{n}.txt", f"row {n}") for n in range(2)]
    server.refuse("upload", 401)
    refused = batched("batch", "flush", "nightly")
    assert refused.status == 4, refused.err
    server.lose("create")
    flushed = batched("batch", "flush", "nightly")
    assert flushed.status in (0, 6), flushed.err
    for each in ran:
        fetched = batched("batch", "fetch", job_of(each), "--wait")
        assert [row["status"] for row in fetched.rows] == ["ok"], fetched.err
    assert len(server.batches) == 1


def test_what_a_provider_had_no_room_for_is_sent_by_a_later_flush(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.config((batched.home / "config.toml").read_text().replace('poll = "0.01s"', 'poll = "60s"'))
    queue(batched, "a.txt", "one")
    server.refuse("create", 429, code="batch_queue_full")
    refused = batched("batch", "flush", "nightly")
    assert refused.status == 6
    assert "1 batch not taken yet" in refused.err
    assert batched("batch", "flush", "nightly").status == 6
    assert not server.batches
    with closing(sqlite3.connect(batched.home / "batches.db")) as db, db:
        db.execute("UPDATE shards SET held_until = 0")
    flushed = batched("batch", "flush", "nightly")
    assert flushed.status == 0, flushed.err
    assert len(server.batches) == 1


def test_equal_rows_of_which_both_commands_want_fresh_completions_are_not_joined(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    fresh = ("--queue", "nightly", "--cache", "refresh")
    ran = [queue(batched, f"{n}.txt", "equal", f"own {n}", words=fresh) for n in range(2)]
    assert batched("batch", "flush", "nightly").status == 0
    for each in ran:
        fetched = batched("batch", "fetch", job_of(each), "--wait")
        assert [row["status"] for row in fetched.rows] == ["ok", "ok"], fetched.err
    assert sorted(len(batch.items) for batch in server.batches.values()) == [2, 2]


@pytest.mark.parametrize("words", [("run", "a.txt", "--queue", "x"), ("run", "a.txt", "--batch", "--queue", "x")])
def test_only_what_is_left_waits_in_a_queue(batched: Scrimp, words: tuple[str, ...]) -> None:
    batched.file("a.txt", "one\n")
    ran = batched(*words)
    assert ran.status == 2
    assert "scrimp batch submit --queue" in ran.err


def test_a_queue_has_a_plain_name(batched: Scrimp) -> None:
    assert queue(batched, "a.txt", "one", words=("--queue", "a b")).status == 2
    empty = batched("batch", "flush")
    assert (empty.status, "no queue has requests" in empty.err) == (0, True)
    assert json.loads(batched("batch", "list", "--json").out) == []


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("step", ["upload", "create"])
def test_a_flush_that_is_killed_is_gone_on_with_by_the_next(
    batched: Scrimp, server: OpenAIBatches, step: str, place: str
) -> None:
    ran = [queue(batched, f"{n}.txt", f"row {n}", "shared") for n in range(2)]
    started, killed = threading.Event(), threading.Event()

    def kill() -> None:
        if not killed.is_set():
            killed.set()
            assert started.wait(100)
            process.kill()
            process.wait()

    getattr(server, place)[step] = kill
    process = batched.start("batch", "flush", "nightly", stdin=subprocess.DEVNULL)
    started.set()
    process.wait(100)
    assert killed.is_set()
    batched("batch", "flush", "nightly")
    for each in ran:
        fetched = batched("batch", "fetch", job_of(each), "--wait")
        assert [row["status"] for row in fetched.rows] == ["ok", "ok"], fetched.err
    assert len(server.batches) == 1
    assert sorted(server.billed.values()) == [1, 1, 1]


def test_a_provider_that_is_no_longer_configured_is_named(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING]
    queue(batched, "a.txt", "one")
    assert queue(batched, "b.txt", "two", words=()).status == 0
    config = (batched.home / "config.toml").read_text()
    batched.config('[tiers]\nsimple = ["openai/gpt-6-luna"]\n')
    flushed = batched("batch", "flush", "nightly")
    assert flushed.status == 6
    assert "1 request of queue nightly cannot be sent: fake is not configured" in flushed.err
    cancelled = batched("batch", "cancel")
    assert cancelled.status == 2
    assert "put [providers.fake] back" in cancelled.err
    batched.config(config)
    assert batched("batch", "flush", "nightly").status == 0


def test_a_batch_gets_no_more_than_its_provider_takes(scrimp: Scrimp) -> None:
    with OpenRouterBatches() as server:
        model = "openrouter/openai/gpt-6-luna"
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        scrimp.config(
            f'[providers.openrouter]\nbase_url = "{server.url}"\nkey_env = "FAKE_KEY"\n'
            f'[models."{model}"]\nprice = {{ input = 1.0, output = 10.0 }}\n'
        )
        for part, rows in (("a", 2500), ("b", 2501), ("c", 2499)):
            scrimp.file(f"{part}.txt", "".join(f"{part} {row}\n" for row in range(rows)))
            assert scrimp("batch", "submit", f"{part}.txt", "--model", model, "--queue", "q").status == 0
        assert "7,500 requests of 3 jobs in 2 batches" in scrimp("batch", "flush").err
        assert sorted(len(batch.items) for batch in server.batches.values()) == [2501, 4999]


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_requests_whose_file_is_damaged_are_sent_again_and_do_not_hold_up_others(
    batched: Scrimp, server: OpenAIBatches, damage: str
) -> None:
    first, second = queue(batched, "a.txt", "one", "two"), queue(batched, "b.txt", "three")
    file = batched.home / "batches" / f"{job_of(first)}-001.jsonl"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-20])
    else:
        file.unlink()
    flushed = batched("batch", "flush", "nightly")
    assert flushed.status == 0, flushed.err
    assert f"scrimp batch fetch {job_of(first)} sends them again" in flushed.err
    for ran, rows in ((first, 2), (second, 1)):
        fetched = batched("batch", "fetch", job_of(ran), "--wait")
        assert [row["status"] for row in fetched.rows] == ["ok"] * rows, fetched.err
    assert sorted(server.billed.values()) == [1, 1, 1]
