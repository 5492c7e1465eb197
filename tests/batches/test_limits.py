"""The limits of a run hold for what is in batches: its cost, its failures, and what counts as one."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from batch_servers import COMPLETED, RUNNING, VALIDATING, OpenAIBatches, failed
from batch_servers.answers import IgnoringCaps
from command import Scrimp

PROMPTS = [f"prompt {number}" for number in range(7)]
# A call may cost $0.00018 and costs $0.000057.
SMALL = ("--model", "fake/small", "--max-output", "5")


@pytest.fixture(autouse=True)
def rows(batched: Scrimp) -> None:
    batched.file("rows.txt", "\n".join(PROMPTS))


def test_rows_that_are_in_batches_are_no_failures(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING]
    batched("batch", "submit", "rows.txt", "--model", "fake/small", "--max-failures", "0", "--fail-on", "any")
    fetched = batched("batch", "fetch", "-o", "out.jsonl")
    rows = [json.loads(line) for line in (batched.cwd / "out.jsonl").read_text().splitlines()]
    assert (fetched.status, [row["status"] for row in rows]) == (6, ["pending"] * 7), fetched.err
    errors = batched("runs", "errors", "last")
    assert (errors.status, errors.out) == (0, ""), errors.err
    assert "first failed row" not in fetched.err


def test_a_model_without_a_price_is_refused_under_a_cap(batched: Scrimp, server: OpenAIBatches) -> None:
    priceless = (batched.home / "config.toml").read_text().replace("price = { input = 1.0, output = 10.0 }", "")
    batched.config(priceless)
    ran = batched("run", "rows.txt", *SMALL, "--batch", "--max-cost", "1")
    live = batched("run", "rows.txt", *SMALL, "--max-cost", "1")
    assert (ran.status, ran.err.splitlines()[-1]) == (live.status, live.err.splitlines()[-1]), ran.err + live.err
    assert "no price is known" in ran.err
    assert not server.seen
    allowed = batched("run", "rows.txt", *SMALL, "--batch", "--max-cost", "1", "--allow-unpriced")
    assert allowed.status == 0, allowed.err
    assert len(server.batches) == 1


def test_a_cap_is_not_passed_and_what_it_held_is_sent_once_bills_have_come(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    ran = batched("run", "rows.txt", *SMALL, "--batch", "--max-cost", "0.0006")
    assert ran.status == 0, ran.err
    assert len(server.batches) > 1
    assert max(len(batch.items) for batch in server.batches.values()) < 7
    assert sum(server.billed.values()) == 7
    assert float(batched.paid_calls()[1]) < 0.0006


@pytest.mark.parametrize("way", [("--batch",), ("--batch", "--max-cost", "1"), ()])
def test_the_cap_of_a_rule_is_not_passed_and_other_rows_go_on(
    batched: Scrimp, server: OpenAIBatches, way: tuple[str, ...]
) -> None:
    rules = '[[rules]]\nmatch = "[1-6]"\nmodel = "fake/small"\nmax_cost = 0.0003\n[[rules]]\nmodel = "fake/small"\n'
    batched.config((batched.home / "config.toml").read_text() + rules)
    ran = batched("run", "rows.txt", "--max-output", "5", *way)
    of_rule = [row for row in ran.rows if row["output"] != "echo: prompt 0"]

    assert (ran.status, ran.rows[0]["status"]) == (3, "ok"), ran.err
    assert {row["status"] for row in of_rule} == {"ok", "skipped"}
    assert 0.0001 < sum(row["cost_usd"] for row in of_rule) <= 0.0003
    assert all("max_cost of rule 1" in row["error"]["message"] for row in of_rule if row["error"])


def test_a_chain_that_climbs_too_often_sends_no_more_to_its_last_step_and_all_that_was_paid_is_in_the_ledger(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    batched.file("many.txt", "".join(f"prompt {number}\n" for number in range(80)))
    climb = 'steps = ["fake/small", "fake/large"]\n'
    batched.config((batched.home / "config.toml").read_text().replace(climb, climb + 'max_escalation = "25%"\n'))
    server.answer = lambda model, _: "maybe" if model == "small" else "yes"
    ran = batched("run", "many.txt", "--chain", "climb", "--choices", "yes,no", "--retries", "0", "--batch")

    assert (ran.status, ran.err.count("reached the last step of chain 'climb'")) == (5, 2), ran.err  # warned, stopped
    assert Counter(row["status"] for row in ran.rows) == {"ok": 50, "pending": 30}
    assert server.count("live") == 0
    assert batched.paid_calls()[0] == sum(server.billed.values()) == 80 + 50


def test_what_a_cap_leaves_no_money_for_is_told_and_ends_with_5(batched: Scrimp, server: OpenAIBatches) -> None:
    ran = batched("run", "rows.txt", *SMALL, "--batch", "--max-cost", "0.0002")
    done = sum(row["status"] == "ok" for row in ran.rows)
    assert (ran.status, 0 < done < 7) == (5, True), ran.err
    assert done == sum(server.billed.values())
    assert float(batched.paid_calls()[1]) <= 0.0002
    again = batched("run", "rows.txt", *SMALL, "--batch")
    assert again.status == 0, again.err
    assert server.paid_twice == []


def test_too_many_failures_end_the_run(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [COMPLETED]
    server.fates["*"] = failed(400)
    ran = batched("run", "rows.txt", *SMALL, "--batch", "--max-failures", "2")
    live = batched("run", "rows.txt", *SMALL, "--max-failures", "2", "--cache", "off")
    assert ran.status != 0
    assert "--max-failures" in ran.err, ran.err + live.err


@pytest.mark.parametrize("step", ["upload", "create"])
def test_a_batch_that_is_refused_for_its_size_is_sent_in_halves(
    batched: Scrimp, server: OpenAIBatches, step: str
) -> None:
    server.refuse(step, 413)
    ran = batched("run", "rows.txt", *SMALL, "--batch")
    assert (ran.status, [row["status"] for row in ran.rows]) == (0, ["ok"] * 7), ran.err
    assert sorted(len(batch.items) for batch in server.batches.values()) == [1, 3, 3]
    assert sorted(server.billed.values()) == [1] * 7
    assert batched.paid_calls()[0] == 7


def test_a_request_that_is_too_large_alone_fails_its_row_and_no_other(batched: Scrimp, server: OpenAIBatches) -> None:
    server.refuse("upload", 413, times=4)  # seven, three, three, and the one that is left
    ran = batched("run", "rows.txt", *SMALL, "--batch")
    assert ran.status == 3, ran.err
    assert sum(row["status"] == "ok" for row in ran.rows) == 6
    assert sorted(server.billed.values()) == [1] * 6


def test_live_calls_of_a_job_have_what_its_batches_left_of_the_cap(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [COMPLETED]
    server.answer = IgnoringCaps(lambda model, prompt: "long " * 200)
    batched.config(
        (batched.home / "config.toml").read_text()
        + f'[providers.plain]\nbase_url = "{server.url}"\ndialect = "openai"\nkey_env = "FAKE_KEY"\n'
        '[models."plain/small"]\nprice = { input = 1.0, output = 10.0 }\n'
        '[[rules]]\nmatch = "^now"\nmodel = "plain/small"\n'
    )
    batched.file("mixed.txt", "now\n" + "".join(f"later {number}\n" for number in range(6)))
    words = ("run", "mixed.txt", "--max-output", "10", "--max-cost", "0.0018", "--batch")
    ran = batched(*words)
    assert not server.live_prompts, ran.err
    assert ran.status == 5, ran.err
    assert [row["status"] for row in ran.rows if row["index"]].count("pending") == 0
    assert batched.paid_calls()[0] == 6


def test_what_may_only_come_from_the_cache_is_sent_in_no_batch(batched: Scrimp, server: OpenAIBatches) -> None:
    ran = batched("run", "rows.txt", *SMALL, "--batch", "--cache", "only")
    assert ran.status == 7, ran.err
    assert {row["status"] for row in ran.rows} == {"skipped"}
    submitted = batched("batch", "submit", "rows.txt", *SMALL, "--cache", "only")
    assert submitted.status == 2
    assert "nothing is sent" in submitted.err
    assert not server.seen
