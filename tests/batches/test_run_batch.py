"""`scrimp run --batch` against a server of OpenAI's batch API: the same rows as live, and nothing paid twice."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from contextlib import closing
from subprocess import PIPE

import pytest

from batch_servers import (
    COMPLETED,
    DUPLICATED,
    EXPIRED,
    EXPIRED_LINE,
    MISSING,
    RUNNING,
    STATUS_ZERO,
    SUCCEEDED,
    VALIDATING,
    OpenAIBatches,
    failed,
)
from command import Ran, Scrimp, wait_until

PROMPTS = [f"prompt {number}" for number in range(7)]
ROWS = "\n".join([*PROMPTS, PROMPTS[0], PROMPTS[3]]) + "\n"


def run(batched: Scrimp, *words: str) -> Ran:
    batched.file("rows.txt", ROWS)
    return batched("run", "rows.txt", "--model", "fake/small", *words)


def outputs(ran: Ran) -> list[str]:
    return [row["output"] for row in ran.rows]


def entries(scrimp: Scrimp) -> list[tuple[str, str, str | None]]:
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        return db.execute("SELECT status, model, batch FROM entries ORDER BY call").fetchall()


def test_rows_are_those_of_a_live_run_but_for_what_they_cost(batched: Scrimp, server: OpenAIBatches) -> None:
    through_batches = run(batched, "--batch")
    assert through_batches.status == 0, through_batches.err
    live = run(batched, "--cache", "off")
    changing = ("cost_usd", "price", "attempts")
    for row, other in zip(through_batches.rows, live.rows, strict=True):
        assert {name: value for name, value in row.items() if name not in changing} == {
            name: value for name, value in other.items() if name not in changing
        } | {"cache": row["cache"]}
    assert [row["cache"] for row in through_batches.rows] == ["miss"] * 7 + ["dup"] * 2
    assert len(server.batches) == 1
    assert server.count("live") == len(PROMPTS)


def test_a_job_without_the_cache_leaves_nothing_in_the_temporary_directory(batched: Scrimp) -> None:
    (batched.cwd / "temporary").mkdir()
    batched.env["TMPDIR"] = str(batched.cwd / "temporary")
    batched.file("rows.txt", ROWS)
    ran = batched.process("run", "rows.txt", "--model", "fake/small", "--batch", "--cache", "off")

    assert (ran.status, len(ran.rows)) == (0, 9)
    assert list((batched.cwd / "temporary").iterdir()) == []


def test_a_batch_is_in_the_ledger_with_its_shard_and_in_the_bill_as_a_saving(batched: Scrimp) -> None:
    priced = (batched.home / "config.toml").read_text().replace("fake/small", "fake/gpt-6-luna")
    priced = priced.replace('key_env = "FAKE_KEY"', 'key_env = "FAKE_KEY"\nprice_provider = "openai"')
    batched.config(priced.replace("price = { input = 1.0, output = 10.0 }", "max_output = 100"))
    batched.file("rows.txt", ROWS)
    ran = batched("run", "rows.txt", "--model", "fake/gpt-6-luna", "--batch", "--summary-file", "bill.json")
    assert ran.status == 0, ran.err
    assert {(status, model) for status, model, _ in entries(batched)} == {("paid", "gpt-6-luna")}
    quoted = re.search(r"7 requests in 1 batch: live \$([\d.]+), batch \$([\d.]+) ", ran.err)
    assert quoted is not None, ran.err
    assert float(quoted[1]) == pytest.approx(2 * float(quoted[2]), rel=0.01)
    assert all(batch is not None and batch.endswith("-001") for _, _, batch in entries(batched))
    bill = json.loads((batched.cwd / "bill.json").read_text())
    saved, paid = float(bill["baseline"]["saved_by_usd"]["batch"]), float(bill["cost_usd"])
    assert saved == pytest.approx(paid * 9 / 7)  # also of the two rows that are duplicates


def test_what_came_back_is_a_hit_live_and_the_other_way_round(batched: Scrimp, server: OpenAIBatches) -> None:
    run(batched, "--batch")
    again = run(batched)
    assert {row["cache"] for row in again.rows} == {"hit"}
    assert not server.live_prompts
    batched.file("more.txt", "new one\n")
    assert batched("run", "more.txt", "--model", "fake/small").status == 0
    assert batched("run", "more.txt", "--model", "fake/small", "--batch").rows[0]["cache"] == "hit"
    assert len(server.batches) == 1


def test_the_same_rows_are_not_sent_again_while_they_are_in_a_batch(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING]
    submitted = batched_submit(batched)
    assert (submitted.status, submitted.out) == (0, "")
    pending = batched("batch", "fetch")
    assert pending.status == 6
    assert {row["status"] for row in pending.rows} == {"pending"}
    other = batched("batch", "submit", "rows.txt", "--model", "fake/small", "--user", "somebody")
    assert other.status == 0, other.err
    assert len(server.batches) == 1
    server.advance(10)
    for batch in server.batches.values():
        batch.script = ()  # type: ignore[assignment]


def batched_submit(batched: Scrimp) -> Ran:
    batched.file("rows.txt", ROWS)
    return batched("batch", "submit", "rows.txt", "--model", "fake/small")


def test_submit_leaves_and_fetch_waits_and_prints_the_rows(batched: Scrimp, server: OpenAIBatches) -> None:
    submitted = batched_submit(batched)
    assert (submitted.status, submitted.out) == (0, "")
    assert not (batched.cwd / "out.jsonl").exists()
    assert "scrimp batch watch" in submitted.err
    fetched = batched("batch", "fetch", "--wait", "-o", "out.jsonl")
    assert fetched.status == 0, fetched.err
    rows = [json.loads(line) for line in (batched.cwd / "out.jsonl").read_text().splitlines()]
    assert [row["status"] for row in rows] == ["ok"] * 9
    assert server.paid_twice == []
    assert "done" in batched("batch", "list").out


def test_a_command_without_a_word_has_a_job_whose_rows_can_be_fetched(batched: Scrimp) -> None:
    batched.env["SCRIMP_TIER"] = "simple"
    submitted = batched("batch", "submit", stdin="one\ntwo\n")
    job = submitted.err.split("scrimp batch fetch ")[1].split()[0]
    fetched = batched("batch", "fetch", job, "--wait")

    assert (submitted.status, fetched.status) == (0, 0), fetched.err
    assert [row["output"] for row in fetched.rows] == ["echo: one", "echo: two"]


def test_stdin_is_read_again_from_a_copy(batched: Scrimp) -> None:
    submitted = batched("batch", "submit", "-", "--model", "fake/small", stdin='{"prompt": "one", "id": "a"}\n')
    assert submitted.status == 0, submitted.err
    fetched = batched("batch", "fetch", "--wait")
    assert [(row["id"], row["status"]) for row in fetched.rows] == [("a", "ok")], fetched.err


@pytest.mark.parametrize("odd", [EXPIRED_LINE, MISSING, STATUS_ZERO, failed(500), failed(429)], ids=str)
def test_a_request_without_a_completion_is_sent_again_alone(
    batched: Scrimp, server: OpenAIBatches, odd: object
) -> None:
    server.fates["prompt 2"] = [odd, SUCCEEDED]  # type: ignore[list-item]
    ran = run(batched, "--batch")
    assert ran.status == 0, ran.err
    assert [row["status"] for row in ran.rows] == ["ok"] * 9
    assert sorted(len(batch.items) for batch in server.batches.values()) == [1, 7]


def test_a_request_that_is_refused_fails_its_row_alone(batched: Scrimp, server: OpenAIBatches) -> None:
    server.fates["prompt 2"] = failed(400)
    ran = run(batched, "--batch")
    assert ran.status == 3, ran.err
    assert [row["status"] for row in ran.rows if row["input"] == "prompt 2" or row["index"] == 2] == ["error"]
    assert sum(row["status"] == "ok" for row in ran.rows) == 8
    assert len(server.batches) == 1


def test_a_batch_in_which_all_failed_has_a_reason_for_every_row(batched: Scrimp, server: OpenAIBatches) -> None:
    server.fates["*"] = failed(400)
    ran = run(batched, "--batch")
    assert ran.status == 4, ran.err
    assert {row["status"] for row in ran.rows} == {"error"}
    assert all(row["error"]["http"] == 400 for row in ran.rows)


def test_results_of_nobody_and_second_results_are_reported(batched: Scrimp, server: OpenAIBatches) -> None:
    server.unknown_ids = 2
    server.fates["prompt 1"] = DUPLICATED
    ran = run(batched, "--batch")
    assert ran.status == 0, ran.err
    assert "3 results match no request, or are the second for one" in ran.err


def test_the_finished_part_of_an_expired_batch_is_kept(batched: Scrimp, server: OpenAIBatches) -> None:
    server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    ran = run(batched, "--batch")
    assert ran.status == 0, ran.err
    assert server.paid_twice == []
    assert [len(batch.items) for batch in server.batches.values()][1] < len(PROMPTS)


@pytest.mark.parametrize("step", ["upload", "create", "poll", "download"])
def test_a_reply_that_is_lost_costs_nothing_twice(batched: Scrimp, server: OpenAIBatches, step: str) -> None:
    server.lose(step)
    ran = run(batched, "--batch")
    assert ran.status == 0, ran.err
    assert len(server.batches) == 1
    assert server.paid_twice == []


def test_a_chain_goes_up_a_batch_at_a_time(batched: Scrimp, server: OpenAIBatches) -> None:
    server.answer = lambda model, prompt: "maybe" if model == "small" and "1" in prompt else "yes"
    batched.file("rows.txt", ROWS)
    ran = batched("run", "rows.txt", "--chain", "climb", "--choices", "yes,no", "--batch")
    assert ran.status == 0, ran.err
    assert [row["output"] for row in ran.rows] == ["yes"] * 9
    assert [row["escalated"] for row in ran.rows].count(True) == 1
    models = {run.prompt: run.model for run in server.runs}
    assert models["prompt 1"] == "large"
    assert not server.live_prompts


def test_a_wrong_key_ends_at_once_and_loses_nothing(batched: Scrimp, server: OpenAIBatches) -> None:
    server.refuse("upload", 401, times=1)
    ran = run(batched, "--batch")
    assert ran.status == 4
    assert "sk-test" not in ran.err
    assert not server.batches
    assert run(batched, "--batch").status == 0
    assert len(server.batches) == 1
    assert server.paid_twice == []


def test_results_that_the_provider_cannot_give_are_waited_for_before_they_are_paid_again(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    server.fates["*"] = [MISSING, SUCCEEDED]
    ran = run(batched, "--batch")
    assert ran.status == 0, ran.err


def test_a_request_that_is_missing_every_time_fails_its_row(batched: Scrimp, server: OpenAIBatches) -> None:
    server.fates["prompt 2"] = MISSING
    ran = run(batched, "--batch", "--fail-on", "never")
    assert ran.status == 0, ran.err
    assert [row["status"] for row in ran.rows].count("ok") == 8
    assert "gave no result for it in 3 batches" in ran.err


def test_a_result_that_is_counted_and_does_not_come_may_have_been_billed_and_is_in_the_ledger(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    batched.file("two.txt", "good\nlost\n")
    server.garble(
        "download", lambda body: b"".join(line for line in body.splitlines(True) if b"lost" not in line), times=None
    )
    ran = batched("run", "two.txt", "--model", "fake/small", "--batch", "--out", "jsonl")

    assert [row["status"] for row in ran.rows] == ["ok", "error"], ran.err
    assert ran.rows[1]["cost_usd"] is None
    billed = sum(server.billed.values())
    assert (billed, batched.paid_calls()[0]) == (4, 1)
    (row,) = json.loads(batched("cost", "--json").out)
    assert (row["calls"], row["lost"]) == (4, 3)
    assert batched("batch", "fetch").status == 3
    assert json.loads(batched("cost", "--json").out) == [row]


def test_what_may_have_been_billed_counts_under_the_cap(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.file("one.txt", "lost\n")
    server.garble("download", lambda _: b"", times=None)
    words = ("run", "one.txt", "--model", "fake/small", "--batch", "--max-output", "100")
    assert batched(*words, "--max-cost", "0.0015").status == 5
    assert sum(server.billed.values()) == 1


@pytest.mark.parametrize("limit", [120, 30])
def test_a_full_queue_is_waited_for_and_the_batch_halved(
    batched: Scrimp, server: OpenAIBatches, limit: int
) -> None:  # fmt: skip
    server.enqueued_limit = limit
    ran = run(batched, "--batch")
    assert ran.status == 0, ran.err
    assert server.paid_twice == []
    assert all(row["attempts"] == 1 for row in ran.rows)


def test_a_provider_without_batches_is_called_live_and_that_is_said_once(
    batched: Scrimp, server: OpenAIBatches
) -> None:  # fmt: skip
    server.refuse("upload", 404, times=None)
    ran = run(batched, "--batch")
    assert ran.status == 0, ran.err
    assert sorted(server.live_prompts) == sorted(PROMPTS)
    assert ran.err.count("is called live, at full price") == 1


def test_a_provider_that_cannot_be_reached_ends_the_command_at_once(batched: Scrimp, server: OpenAIBatches) -> None:
    config = (batched.home / "config.toml").read_text()
    batched.config(config.replace(server.url, "http://127.0.0.1:9/v1"))
    ran = run(batched, "--batch")
    assert ran.status == 4
    assert "could not be reached" in ran.err
    batched.config(config)
    assert run(batched, "--batch").status == 0


def test_a_missing_key_is_said_when_work_is_submitted(batched: Scrimp) -> None:
    del batched.env["FAKE_KEY"]
    submitted = batched_submit(batched)
    assert submitted.status == 4
    assert "set FAKE_KEY" in submitted.err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 6), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_watching_and_says_how_to_go_on(
    batched: Scrimp, server: OpenAIBatches, number: int, status: int
) -> None:
    server.script = [VALIDATING, RUNNING]  # for ever
    batched.file("rows.txt", ROWS)
    running = batched.start("run", "rows.txt", "--model", "fake/small", "--batch", "-o", "o.jsonl", stderr=PIPE)
    wait_until(lambda: server.count("poll") > 1, run=running)
    running.send_signal(number)
    _, err = running.communicate(timeout=100)
    assert running.returncode == status
    assert b"continue at the provider, and are billed" in err
    assert b"scrimp batch cancel" in err
    assert not (batched.cwd / "o.jsonl").exists()
    for batch in server.batches.values():
        batch.script = [VALIDATING, RUNNING, COMPLETED]
    assert batched("batch", "fetch", "--wait").status == 0
    assert server.paid_twice == []


def test_a_cancelled_job_says_so_when_its_rows_are_fetched(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING]
    batched_submit(batched)
    assert batched("batch", "cancel").status == 0
    fetched = batched("batch", "fetch", "--wait")
    assert "was cancelled" in fetched.err
    assert {row["status"] for row in fetched.rows} <= {"ok", "pending"}
    assert not server.live_prompts


@pytest.mark.parametrize("flags", [(), ("--cache", "off")])
def test_a_second_fetch_bills_nothing_that_the_first_one_billed(batched: Scrimp, flags: tuple[str, ...]) -> None:
    batched.file("rows.txt", "one\ntwo\nthree\n")
    labels = ("--choices", "echo: one,echo: two", "--retries", "0", "--model", "fake/small")
    batched("batch", "submit", "rows.txt", *labels, *flags)
    first, second = (batched("batch", "fetch", "--wait") for _ in range(2))
    shown = json.loads(batched("runs", "list", "--json").out)
    bills = [bill["cost_usd"] for bill in sorted(shown, key=lambda each: each["began"])]

    assert [[row["status"] for row in ran.rows] for ran in (first, second)] == [["ok", "ok", "error"]] * 2, second.err
    assert [row["cost_usd"] > 0 for row in first.rows + second.rows] == [True] * 3 + [False] * 3
    assert (second.rows[2]["model"], second.rows[2]["output"]) == ("small", "echo: three")
    (ledger,) = json.loads(batched("cost", "--json").out)
    assert bills == [0, ledger["cost_usd"], 0]


def test_a_row_that_hit_its_cap_with_no_text_is_asked_again_in_another_batch_under_a_higher_one(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    ran = run(batched, "--batch", "--max-output", "2", "--limit", "3")

    assert [(row["status"], row["output"], row["attempts"]) for row in ran.rows] == [
        ("ok", f"echo: prompt {number}", 2) for number in range(3)
    ], ran.err
    assert (len(server.batches), server.count("live")) == (2, 0)
    assert [status for status, _, _ in entries(batched)].count("truncated") == 3
    assert len(entries(batched)) == 6


def test_rows_that_failed_are_sent_again_when_the_same_command_is_given_again(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.fates = {"prompt 2": MISSING, "prompt 4": failed(400)}
    first = run(batched, "--batch")
    assert (first.status, [row["status"] for row in first.rows].count("error")) == (3, 2), first.err
    server.fates.clear()
    again = run(batched, "--batch")
    assert (again.status, {row["status"] for row in again.rows}) == (0, {"ok"}), again.err
    assert sorted(item.prompt for item in list(server.batches.values())[-1].items) == ["prompt 2", "prompt 4"]


def test_a_line_that_fails_a_batch_is_named_and_the_others_are_sent_without_it(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    def refused(body: bytes) -> bytes:
        error = {"code": "invalid_value", "line": 3, "message": "no such parameter", "param": None}
        return json.dumps(json.loads(body) | {"status": "failed", "errors": {"data": [error]}}).encode()

    server.garble("poll", refused)
    ran = run(batched, "--batch")
    assert (ran.status, [row["status"] for row in ran.rows].count("ok")) == (3, 8), ran.err
    assert "fake refused batch" in ran.err
    assert "(rows.txt:3): no such parameter" in ran.err
    assert ran.rows[2]["error"]["message"] == "fake refused its line of a batch (no such parameter)"
