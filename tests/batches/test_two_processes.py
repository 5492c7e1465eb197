"""Commands that work with the same rows at the same time: each waits for, or shares, what another one sent."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from batch_servers import COMPLETED, RUNNING, VALIDATING, OpenAIBatches
from batch_servers.answers import chat_completion, echo
from batches.test_queues import job_of
from command import Ran, Scrimp, wait_until
from scrimp.store.batches.records import Result
from scrimp.store.batches.store import BatchStore

SMALL = ("--model", "fake/small")
SLOW = [VALIDATING, *[RUNNING] * 20, COMPLETED]


def stored_calls(scrimp: Scrimp) -> int:
    """Return how many calls are in batches, or about to be sent in one."""
    with closing(BatchStore(scrimp.home / "batches.db")) as store:
        return sum(shard.requests for shard in store.shards())


def submit_three_rows(scrimp: Scrimp, *words: str) -> Ran:
    """Leave the rows of a.txt in a batch."""
    scrimp.file("a.txt", "row 1\nrow 2\nrow 3\n")
    return scrimp("batch", "submit", "a.txt", *SMALL, *words)


def at_once(scrimp: Scrimp, *commands: tuple[str, ...]) -> list[tuple[int, list[str], str]]:
    """Run commands at the same time; return the exit status, the statuses of rows and stderr of each."""

    def run(words: tuple[str, ...]) -> tuple[int, list[str], str]:
        process = scrimp.start(*words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=100)
        return process.returncode, [json.loads(line)["status"] for line in out.splitlines()], err.decode()

    with ThreadPoolExecutor(len(commands)) as pool:
        return [*pool.map(run, commands)]


def test_the_same_command_twice_at_once_is_one_batch(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = SLOW
    batched.file("a.txt", "\n".join(f"row {n}" for n in range(5)))
    words = ("run", "a.txt", *SMALL, "--batch")
    for status, rows, err in at_once(batched, words, words):
        assert (status, rows) == (0, ["ok"] * 5), err
    assert len(server.batches) == 1
    assert sorted(server.billed.values()) == [1] * 5
    assert batched.paid_calls()[0] == 5


def test_inputs_that_overlap_share_what_is_in_batches(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = SLOW
    batched.file("a.txt", "\n".join(f"row {n}" for n in range(5)))
    batched.file("b.txt", "\n".join(f"row {n}" for n in range(3, 8)))
    for status, rows, err in at_once(batched, *(("run", name, *SMALL, "--batch") for name in ("a.txt", "b.txt"))):
        assert (status, rows) == (0, ["ok"] * 5), err
    assert sorted(server.billed.values()) == [1] * 8
    assert batched.paid_calls()[0] == 8


def test_two_that_fetch_a_job_at_once_print_its_rows_and_enter_its_calls_once(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    batched.file("a.txt", "\n".join(f"row {n}" for n in range(5)))
    batched("batch", "submit", "a.txt", *SMALL)
    for status, rows, err in at_once(batched, *[("batch", "fetch", "--wait")] * 2):
        assert (status, rows) == (0, ["ok"] * 5), err
    assert sorted(server.billed.values()) == [1] * 5
    assert batched.paid_calls()[0] == 5


def test_a_live_run_of_what_is_in_batches_says_that_it_pays_again(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.file("a.txt", "row 1\nrow 2\n")
    batched("batch", "submit", "a.txt", *SMALL)
    live = batched("run", "a.txt", *SMALL)
    assert live.status == 0
    assert "2 of the first 2 rows are in batches of job b" in live.err
    assert batched("batch", "fetch", "--wait").status == 0
    assert "paid again" not in batched("run", "a.txt", *SMALL, "--cache", "refresh").err


def test_workers_say_that_they_do_not_look_at_batches(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = SLOW
    batched.file("a.txt", "row 1\n")
    job = job_of(batched("batch", "submit", "a.txt", *SMALL))
    live = batched.process("run", "a.txt", *SMALL, "--engine", "processes", "--workers", "1")

    assert (live.status, server.live_prompts) == (0, ["row 1"]), live.err
    assert f"rows that are in those of job {job} are paid again" in live.err


def test_a_damaged_store_of_batches_stops_no_live_run(batched: Scrimp) -> None:
    batched.file("a.txt", "row 1\n")
    (batched.home / "batches.db").write_bytes(b"not a database" * 100)
    live = batched("run", "a.txt", *SMALL)
    assert (live.status, live.rows[0]["status"]) == (0, "ok"), live.err
    assert "cannot tell whether rows are in batches" in live.err


def test_a_store_of_batches_that_cannot_be_read_any_more_stops_no_live_run(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = SLOW
    submit_three_rows(batched)

    def answer(model: str, prompt: str) -> str:
        if prompt == "row 1":  # the only call in flight
            with closing(sqlite3.connect(batched.home / "batches.db")) as db:
                db.execute("DROP TABLE calls")
        return prompt

    server.answer = answer
    live = batched("run", "a.txt", *SMALL, "-j", "1")
    assert (live.status, [row["output"] for row in live.rows]) == (0, ["row 1", "row 2", "row 3"]), live.err
    assert live.err.count("cannot tell whether rows are in batches") == 1


def test_rows_of_another_command_that_are_in_batches_are_counted_before_they_are_paid_again(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = SLOW
    job = job_of(submit_three_rows(batched))
    batched.file("b.jsonl", '{"q": "row 2"}\n{"q": "row 9"}\n{"q": "row 3"}\n')
    live = batched("run", "b.jsonl", "-t", "{q}", *SMALL)
    assert f"2 of the first 3 rows are in batches of job {job}, and paid again" in live.err
    assert f"scrimp batch fetch {job}" in live.err
    assert sorted(server.live_prompts) == ["row 2", "row 3", "row 9"]
    alone = batched("run", "-", *SMALL, stdin='{"text": "row 9"}\n{"text": "row 8"}\n')
    assert "in batches" not in alone.err


def test_both_payments_for_a_row_that_was_called_live_and_in_a_batch_are_in_the_ledger(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = SLOW
    submit_three_rows(batched)
    batched.file("b.txt", "row 2\nrow 3\n")
    batched("run", "b.txt", *SMALL)
    fetched = batched("batch", "fetch", "--wait")
    assert [row["status"] for row in fetched.rows] == ["ok"] * 3
    assert "2 completions came back for rows that had been answered otherwise: $0.0" in fetched.err
    assert len(server.live_prompts) == 2
    assert batched.paid_calls()[0] == sum(server.billed.values()) == 5
    again = batched("batch", "fetch")
    assert "answered otherwise" not in again.err
    assert batched.paid_calls()[0] == 5


@pytest.mark.parametrize("later", ["row 2\nrow 3\n", "row 1\nrow 2\nrow 3, corrected\n", ""])
def test_what_was_paid_for_rows_that_left_the_input_meanwhile_is_in_the_ledger(
    batched: Scrimp, server: OpenAIBatches, later: str
) -> None:
    submit_three_rows(batched, "--route", "triage")
    batched.file("a.txt", later)
    fetched = batched("batch", "fetch", "--wait")

    assert (fetched.status, len(fetched.rows)) == (0, len(later.splitlines())), fetched.err
    assert " came back for rows that have changed or are gone: $0.0" in fetched.err
    billed = sum(server.billed.values())
    assert batched.paid_calls()[0] == billed == (4 if "corrected" in later else 3)
    assert [row["calls"] for row in json.loads(batched("cost", "--by", "route", "--json").out)] == [billed]
    assert "are gone" not in batched("batch", "fetch").err
    assert batched.paid_calls()[0] == billed


def test_a_live_run_takes_what_came_back_in_a_batch_and_pays_nothing(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.file("a.txt", "row 1\nrow 2\n")
    batched("batch", "submit", "a.txt", *SMALL)
    assert batched("batch", "watch").status == 0
    batched.file("b.txt", "row 2\nrow 3\n")
    live = batched("run", "b.txt", *SMALL)
    assert [row["status"] for row in live.rows] == ["ok"] * 2
    assert "1 completion had come back in batches" in live.err
    assert server.live_prompts == ["row 3"]
    assert batched("batch", "fetch").status == 0
    assert batched.paid_calls()[0] == 3


@pytest.mark.parametrize("before", [False, True])
def test_a_live_run_says_that_its_rows_are_submitted_while_it_runs(
    batched: Scrimp, server: OpenAIBatches, *, before: bool
) -> None:
    batched.file("a.txt", "row 1\nrow 2\nrow 3\nrow 4\n")
    batched.file("b.txt", "row 2\nrow 3\nrow 5\n")
    if before:  # there is a store, and nothing of this run is in it
        batched.file("c.txt", "row 6\n")
        batched("batch", "submit", "c.txt", *SMALL)
    submitting = []

    def answer(model: str, prompt: str) -> str:
        if prompt == "row 1":  # the only call in flight; what is submitted goes out after it
            submitting.append(batched.start("batch", "submit", "b.txt", *SMALL, stderr=subprocess.PIPE))
            wait_until(lambda: stored_calls(batched) == 3 + before, run=submitting[0], seconds=200)
        return prompt

    server.answer = answer
    live = batched("run", "a.txt", *SMALL, "-j", "1", timeout=250)  # a whole process starts meanwhile
    _, err = submitting[0].communicate(timeout=100)
    assert [row["output"] for row in live.rows] == ["row 1", "row 2", "row 3", "row 4"], live.err
    assert f"were submitted in job {job_of(Ran(0, '', err.decode()))} while it runs, and are paid again" in live.err
    assert "2 rows in all were called live though they are in batches" in live.err


def test_a_live_run_takes_what_came_back_of_a_batch_that_was_submitted_while_it_runs(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    batched.file("b.txt", "row 2\nrow 3\n")
    with batched.start("run", "-", *SMALL, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as live:
        assert live.stdin is not None
        assert live.stdout is not None
        live.stdin.write(b"row 1\n")
        live.stdin.flush()
        rows = [live.stdout.readline()]
        batched("batch", "submit", "b.txt", *SMALL)
        assert batched("batch", "watch").status == 0
        live.stdin.write(b"row 2\nrow 3\nrow 4\n")
        live.stdin.close()
        rows += live.stdout.readlines()
    assert [json.loads(row)["output"] for row in rows] == [f"echo: row {number}" for number in range(1, 5)]
    assert server.live_prompts == ["row 1", "row 4"]
    assert batched.paid_calls()[0] == 4


def test_rows_that_came_before_a_submission_count_among_the_first_of_a_live_run(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = SLOW
    batched.file("b.txt", "row 3\n")
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with batched.start("run", "-", *SMALL, **streams) as live:
        assert live.stdin is not None
        assert live.stdout is not None
        for row in (b"row 1\n", b"row 2\n"):
            live.stdin.write(row)
            live.stdin.flush()
            live.stdout.readline()
        job = job_of(batched("batch", "submit", "b.txt", *SMALL))
        _, err = live.communicate(b"row 3\n", timeout=100)
    assert f"1 of the first 3 rows is in batches of job {job}, and paid again" in err.decode()


@pytest.mark.parametrize("before", [False, True])
def test_a_row_that_is_called_live_counts_once_however_often_its_call_is_tried(
    batched: Scrimp, server: OpenAIBatches, *, before: bool
) -> None:
    server.script = SLOW
    batched.file("a.txt", "row 1\nrow 2\nrow 3\n")
    batched.file("b.txt", "row 2\nrow 3\n")
    submitting = [batched.start("batch", "submit", "b.txt", *SMALL)] if before else []
    for process in submitting:
        process.wait(timeout=100)

    def answer(model: str, prompt: str) -> str:
        if prompt == "row 1":  # the only call in flight
            if not before:
                submitting.append(batched.start("batch", "submit", "b.txt", *SMALL))
                wait_until(lambda: stored_calls(batched) == 2, run=submitting[0], seconds=200)
            server.refuse("live", 500, times=2)
        return prompt

    server.answer = answer
    live = batched("run", "a.txt", *SMALL, "-j", "1", timeout=250)  # a whole process starts meanwhile
    submitting[0].communicate(timeout=100)
    assert [row["output"] for row in live.rows] == ["row 1", "row 2", "row 3"], live.err
    assert (" in all were called live" in live.err) == (not before)
    assert "2 rows in all were called live" in live.err or before


def test_what_comes_back_in_a_batch_while_its_row_waits_to_be_called_is_taken(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    submit_three_rows(batched)

    def answer(model: str, prompt: str) -> str:
        if prompt == "row 1":  # the only call in flight
            with closing(BatchStore(batched.home / "batches.db")) as store:
                (shard,) = store.shards()
                second = [call for call in store.calls_in(shard.shard) if call.source.endswith(":2")]
                reply = json.dumps(chat_completion("small", {"messages": [{"content": "row 2"}]}, echo)).encode()
                store.keep_results(shard, [Result(key=call.key, status=200, reply=reply) for call in second])
        return prompt

    server.answer = answer
    live = batched("run", "a.txt", *SMALL, "-j", "1")
    assert [row["output"] for row in live.rows] == ["row 1", "echo: row 2", "row 3"], live.err
    assert server.live_prompts == ["row 1", "row 3"]
    assert "1 completion had come back in batches: not called again" in live.err


def test_a_question_that_is_in_a_batch_is_answered_at_once_and_that_is_said(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    batched.file("a.txt", "row 1\n")
    job = job_of(batched("batch", "submit", "a.txt", *SMALL))
    asked = batched("ask", "row 1", *SMALL)
    assert (asked.status, asked.out) == (0, "echo: row 1\n"), asked.err
    assert f"this prompt is in a batch of job {job}, and is paid again now" in asked.err
    batched.file("b.txt", "row 2\n")
    batched("batch", "submit", "b.txt", *SMALL)
    batched("batch", "watch")
    again = batched("ask", "row 2", *SMALL)
    assert (again.status, again.out) == (0, "echo: row 2\n"), again.err
    assert "row 2" not in server.live_prompts


@pytest.mark.parametrize(
    "words", [("run", "a.txt", *SMALL, "--batch"), ("batch", "watch"), ("batch", "fetch", "--wait")]
)
def test_a_job_that_is_cancelled_while_it_is_waited_for_sends_nothing_more(
    batched: Scrimp, server: OpenAIBatches, words: tuple[str, ...]
) -> None:
    server.scripts.append([VALIDATING, RUNNING])  # of the first batch; another one would end
    batched.file("a.txt", "\n".join(f"row {n}" for n in range(5)))
    if words[0] == "batch":
        assert batched("batch", "submit", "a.txt", *SMALL).status == 0
    waiting = batched.start(*words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: server.count("poll") > 0, run=waiting)
    cancelled = batched("batch", "cancel")
    out, err = waiting.communicate(timeout=100)

    assert "asked to stop" in cancelled.err, cancelled.err
    assert (len(server.batches), server.live_prompts) == (1, []), err.decode()
    assert {json.loads(line)["status"] for line in out.splitlines()} <= {"ok", "pending"}
    assert waiting.returncode == (0 if words[1] == "watch" else 3), err.decode()
    with closing(BatchStore(batched.home / "batches.db")) as store:
        (job,) = store.jobs()
    assert job.cancelled


def test_a_job_whose_rows_have_no_prompt_has_no_batch_that_could_have_ended(batched: Scrimp) -> None:
    batched.file("blank.csv", 'text\n" "\n')
    submitted = batched("batch", "submit", "blank.csv", *SMALL)

    assert (submitted.status, "no row needs a batch; rows: scrimp batch fetch" in submitted.err) == (0, True)
