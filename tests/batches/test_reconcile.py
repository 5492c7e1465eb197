"""`scrimp batch reconcile`: batches here and at the provider, lost ones found again, totals compared."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from copy import deepcopy

import pytest

from batch_servers import COMPLETED, FINISHING, MISSING, RUNNING, VALIDATING, AnthropicBatches, OpenAIBatches
from batches.test_every_api import SERVERS
from command import Ran, Scrimp

ROWS = "one\ntwo\nthree\n"


def run(scrimp: Scrimp, *words: str) -> Ran:
    scrimp.file("rows.txt", ROWS)
    return scrimp(*words[:1], *words[1:], "rows.txt", "--model", "fake/small")


def lose_the_store(scrimp: Scrimp) -> None:
    for name in ("batches.db", "batches.db-wal", "batches.db-shm", "cache.db", "cache.db-wal", "cache.db-shm"):
        (scrimp.home / name).unlink(missing_ok=True)


def test_batches_that_agree_are_said_to(batched: Scrimp) -> None:
    assert run(batched, "run", "--batch").status == 0
    ran = batched("batch", "reconcile")
    assert ran.status == 0, ran.err
    assert "1 batch: nothing differs" in ran.err
    assert "fetched" in ran.out
    assert "completed" in ran.out


def test_where_the_provider_counts_otherwise_it_is_said(batched: Scrimp, server: OpenAIBatches) -> None:
    server.counts_off, server.usage_off = 1, 100
    assert run(batched, "run", "--batch").status == 0
    ran = batched("batch", "reconcile")
    assert "fake counts 4 answers, 3 came back" in ran.err
    assert "tokens in" in ran.err
    assert "tokens out" not in ran.err


def test_what_was_counted_and_did_not_come_is_said(batched: Scrimp, server: OpenAIBatches) -> None:
    server.fates["two"] = MISSING
    run(batched, "run", "--batch", "--retries", "0")
    ran = batched("batch", "reconcile")
    assert "fake counts 3 answers, 2 came back" in ran.err


def test_a_batch_that_its_provider_does_not_know_is_named(batched: Scrimp, server: OpenAIBatches) -> None:
    assert run(batched, "batch", "submit").status == 0
    server.batches.clear()
    ran = batched("batch", "reconcile")
    assert ran.status == 0
    assert "fake does not know it: scrimp batch cancel" in ran.err


def test_a_batch_whose_creation_was_not_confirmed_is_found(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.config((batched.home / "config.toml").read_text().replace('poll = "0.01s"', 'poll = "1s"'))
    server.lose("create")
    server.hidden_lists = 100
    submitted = run(batched, "batch", "submit")
    assert submitted.status == 0, submitted.err
    for batch in server.batches.values():
        batch.hidden_lists = 0
    ran = batched("batch", "reconcile")
    assert "was made, though that had not been confirmed" in ran.err
    assert batched("batch", "fetch", "--wait").status == 0
    assert len(server.batches) == 1


def test_lost_batches_are_adopted_and_their_rows_not_paid_again(batched: Scrimp, server: OpenAIBatches) -> None:
    assert run(batched, "batch", "submit").status == 0
    server.advance(9)
    lose_the_store(batched)
    seen = batched("batch", "reconcile")
    assert "is not known here: scrimp batch reconcile --adopt" in seen.err
    adopted = batched("batch", "reconcile", "--adopt")
    assert "adopted 1 batch with 3 results" in adopted.err, adopted.err
    assert " found " in batched("batch", "list").out
    fetched = batched("batch", "fetch")
    assert fetched.status == 2
    assert "rerun the command with --batch" in fetched.err
    ran = run(batched, "run", "--batch")
    assert ran.status == 0, ran.err
    assert [row["output"] for row in ran.rows] == [server.answer("small", text) for text in ROWS.split()]
    assert all(row["cost_usd"] for row in ran.rows)
    assert len(server.runs) == 3
    assert "nothing differs" in batched("batch", "reconcile").err


def test_a_lost_batch_that_runs_still_is_adopted_once_it_has_ended(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING, RUNNING, RUNNING]
    assert run(batched, "batch", "submit").status == 0
    lose_the_store(batched)
    first = batched("batch", "reconcile", "--adopt")
    assert "1 batch not ended yet" in first.err
    for batch in server.batches.values():
        batch.script = [VALIDATING, RUNNING, FINISHING, COMPLETED]
    server.advance(5)
    assert "with 3 results" in batched("batch", "reconcile", "--adopt").err
    assert run(batched, "run", "--batch").status == 0
    assert len(server.runs) == 3


def test_the_batches_of_others_are_left_alone(batched: Scrimp, server: OpenAIBatches) -> None:
    assert run(batched, "batch", "submit").status == 0
    server.advance(9)
    for batch in server.batches.values():
        batch.given["metadata"] = {"made_by": "somebody"}
    lose_the_store(batched)
    ran = batched("batch", "reconcile", "--adopt", "--json")
    assert json.loads(ran.out) == []
    assert "there is no batch to adopt" in ran.err


def test_a_provider_that_tells_no_names_gives_a_batch_by_its_id(scrimp: Scrimp) -> None:
    with AnthropicBatches() as server:
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        scrimp.config(
            f'[providers.anthropic]\nbase_url = "{server.url}"\nkey_env = "FAKE_KEY"\n[batch]\npoll = "0.01s"\n'
            '[models."anthropic/claude-haiku-5-5"]\nprice = { input = 1.0, output = 10.0 }\n'
        )
        scrimp.file("rows.txt", ROWS)
        words = ("rows.txt", "--model", "anthropic/claude-haiku-5-5")
        assert scrimp("batch", "submit", *words).status == 0
        server.advance(9)
        lose_the_store(scrimp)
        (identity,) = server.batches
        assert f"--adopt-id {identity}" in scrimp("batch", "reconcile").err
        assert scrimp("batch", "reconcile", "--adopt-id", "nothing").status == 2
        adopted = scrimp("batch", "reconcile", "--adopt-id", identity)
        assert "with 3 results" in adopted.err, adopted.err
        ran = scrimp("run", *words, "--batch")
        assert ran.status == 0, ran.err
        assert len(server.runs) == 3


def test_each_question_of_a_chain_finds_its_own_completion(batched: Scrimp, server: OpenAIBatches) -> None:
    server.answer = lambda model, prompt: "maybe" if model == "small" and prompt == "two" else "yes"
    batched.file("rows.txt", ROWS)
    words = ("run", "rows.txt", "--chain", "climb", "--choices", "yes,no", "--batch")
    before = batched(*words)
    assert before.status == 0, before.err
    lose_the_store(batched)
    paid = len(server.runs)
    assert f"adopted {len(server.batches)} batches with {paid} results" in batched("batch", "reconcile", "--adopt").err
    after = batched(*words)
    assert after.status == 0, after.err
    told = ("output", "model", "attempts")
    assert {row["cost_usd"] for row in after.rows} == {
        0
    }  # the ledger has what they cost, in the run that paid for them
    assert [[row[name] for name in told] for row in after.rows] == [[row[name] for name in told] for row in before.rows]
    assert len(server.runs) == paid
    with closing(sqlite3.connect(batched.home / "ledger.db")) as ledger:
        assert ledger.execute("SELECT count(*), count(DISTINCT batch || key) FROM entries").fetchone() == (paid, paid)


def test_a_call_that_is_in_the_ledger_is_not_entered_again(batched: Scrimp, server: OpenAIBatches) -> None:
    prompts = [f"prompt {number}" for number in range(8)]
    batched.file("all.txt", "\n".join(prompts))
    batched.file("some.txt", "\n".join(prompts[5:]))
    words = ("--model", "fake/small", "--batch")
    assert batched("batch", "submit", "all.txt", "--model", "fake/small").status == 0
    server.advance(9)
    assert batched("batch", "watch").status == 0
    assert batched("run", "some.txt", *words).status == 0
    lose_the_store(batched)
    assert batched("batch", "reconcile", "--adopt").status == 0
    assert batched("run", "all.txt", *words).status == 0
    with closing(sqlite3.connect(batched.home / "ledger.db")) as ledger:
        assert ledger.execute("SELECT count(*), count(DISTINCT key) FROM entries").fetchone() == (8, 8)
    assert len(server.runs) == 8


def test_a_provider_without_a_key_is_said_not_to_be_asked(batched: Scrimp) -> None:
    assert run(batched, "batch", "submit").status == 0
    del batched.env["FAKE_KEY"]
    ran = batched("batch", "reconcile")
    assert ran.status == 0, ran.err
    assert "not compared: there is no key for fake" in ran.err


def test_a_store_of_batches_that_is_damaged_is_repaired_and_its_batches_found_again(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    assert run(batched, "batch", "submit").status == 0
    server.advance(9)
    assert "ok     batches: 1 job, 1 batch" in batched("doctor").out
    for name in ("batches.db-wal", "batches.db-shm"):
        (batched.home / name).unlink(missing_ok=True)
    (batched.home / "batches.db").write_bytes(b"no database" * 1000)
    damaged = batched("batch", "list")
    assert (damaged.status, "scrimp doctor --repair" in damaged.err) == (2, True)
    assert "scrimp batch reconcile finds them" in batched("doctor", "--repair").out
    assert "adopted 1 batch with 3 results" in batched("batch", "reconcile", "--adopt").err
    assert run(batched, "run", "--batch").status == 0
    assert len(server.runs) == 3


def test_a_gateway_that_lacks_its_second_key_is_passed_over(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.config((batched.home / "config.toml").read_text().replace("fake", "openai").replace(
        "FAKE_KEY", "OPENAI_API_KEY"
    ))  # fmt: skip
    batched.env["OPENAI_API_KEY"] = batched.env["FAKE_KEY"]  # helicone-openai has it, too, and needs another one
    batched.file("rows.txt", "one\n")
    assert batched("batch", "submit", "rows.txt", "--model", "openai/small").status == 0
    told = batched("batch", "reconcile")
    assert (told.status, "HELICONE" in told.err) == (0, False), told.err
    assert "were sent" not in told.err  # it is looked at still, and its requests are not counted yet
    assert "completed" in told.out or "validating" in told.out or "in_progress" in told.out


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "beside an equal one of somebody else"])
@pytest.mark.parametrize("model", ["anthropic/claude-haiku-5-5", "openrouter/openai/gpt-6-luna"])
def test_a_creation_that_was_not_confirmed_is_found_by_time_and_count_where_there_are_no_names(
    scrimp: Scrimp, model: str, others: int
) -> None:
    with SERVERS[model]() as server:
        name = model.partition("/")[0]
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        scrimp.config(
            f'[providers.{name}]\nbase_url = "{server.url}"\nkey_env = "FAKE_KEY"\n[batch]\npoll = "0.01s"\n'
            f'[models."{model}"]\nprice = {{ input = 1.0, output = 10.0 }}\n'
        )
        scrimp.file("rows.txt", ROWS)
        server.lose("create")
        server.refuse("list", 500, times=None, headers={"retry-after": "0"})
        assert scrimp("batch", "submit", "rows.txt", "--model", model).status == 0
        server.relent()
        (own,) = server.batches.values()
        for number in range(others):
            stranger = deepcopy(own)
            stranger.id = f"{own.id}-{number}"
            for item in stranger.items:
                item.custom_id = item.custom_id[::-1]
            server.add(stranger)
        if others:  # only what their results name tells which one is whose
            server.advance(9)
        assert "was made, though that had not been confirmed" in scrimp("batch", "reconcile").err
        assert scrimp("batch", "fetch", "--wait").status == 0
        assert server.count("create") == 1
        assert [run.prompt for run in server.runs if run.batch == own.id] == ROWS.split()
