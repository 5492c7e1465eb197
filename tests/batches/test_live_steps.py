"""Chains whose cheap model has no batches: it is called live, and what goes up from it still goes in batches."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from itertools import count

import pytest

from batch_servers import COMPLETED, RUNNING, VALIDATING, OpenAIBatches
from batches.test_crash_table import dying, go_on
from command import Scrimp

PROMPTS = [f"prompt {number}" for number in range(7)]
CLIMB = ("rows.txt", "--chain", "mixed", "--choices", "yes,no")
UP = ["prompt 2", "prompt 5"]
SURE = [prompt for prompt in PROMPTS if prompt not in UP]  # of which the cheap model says the same in other words


@pytest.fixture
def mixed(batched: Scrimp, server: OpenAIBatches) -> Scrimp:
    """A chain of a model without batches and one with; two of seven rows go up."""
    batched.config(
        (batched.home / "config.toml").read_text()
        + f'[providers.plain]\nbase_url = "{server.url}"\ndialect = "openai"\nkey_env = "FAKE_KEY"\n'
        '[models."plain/small"]\nprice = { input = 1.0, output = 10.0 }\n'
        '[chains.mixed]\nsteps = ["plain/small", "fake/large"]\n'
    )
    batched.file("rows.txt", "\n".join(PROMPTS))
    server.answer = lambda model, prompt: "maybe" if model == "small" and prompt in UP else "yes"
    return batched


def check_calls(scrimp: Scrimp, server: OpenAIBatches) -> None:
    """Check that the cheap model was called live, once for each question, and the other in one batch."""
    assert sorted(run.prompt for run in server.runs if run.batch) == UP
    live = [run.prompt for run in server.runs if not run.batch]
    assert sorted(prompt for prompt in live if prompt in PROMPTS) == PROMPTS
    assert len(live) == len(set(live)) == len(PROMPTS) + len(SURE)
    assert [len(batch.items) for batch in server.batches.values()] == [2]
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        entries = sorted(db.execute("SELECT model, batch IS NOT NULL, status FROM entries").fetchall())
    assert entries == [("large", 1, "paid")] * 2 + [("small", 0, "paid")] * len(live)


def test_the_cheap_step_is_called_live_once_and_the_rows_above_it_are_one_batch(
    mixed: Scrimp, server: OpenAIBatches
) -> None:
    ran = mixed("run", *CLIMB, "--batch", "--summary-file", "bill.json")
    assert (ran.status, [row["output"] for row in ran.rows]) == (0, ["yes"] * 7), ran.err
    check_calls(mixed, server)
    assert [row["escalated"] for row in ran.rows].count(True) == 2
    assert float(mixed.paid_calls()[1]) == pytest.approx(sum(row["cost_usd"] for row in ran.rows))
    live = mixed("run", *CLIMB)
    assert {row["cache"] for row in live.rows} == {"hit"}


@pytest.mark.parametrize("ends", [("fetch --wait",), ("watch", "fetch"), ("fetch", "fetch --wait")])
def test_what_submit_leaves_goes_on_the_same_way(mixed: Scrimp, server: OpenAIBatches, ends: tuple[str, ...]) -> None:
    server.script = [VALIDATING, RUNNING, COMPLETED]
    submitted = mixed("batch", "submit", *CLIMB)
    assert (submitted.status, server.runs) == (0, []), submitted.err
    for command in ends:
        ran = mixed("batch", *command.split())
    assert (ran.status, [row["output"] for row in ran.rows]) == (0, ["yes"] * 7), ran.err
    check_calls(mixed, server)


def test_a_cheap_step_that_fails_leaves_its_row_to_live_calls(mixed: Scrimp, server: OpenAIBatches) -> None:
    server.refuse("live", 400, message="not this one")
    ran = mixed("run", *CLIMB, "--batch", "-j", "1")
    assert ran.status in (0, 3), ran.err
    assert [row["status"] for row in ran.rows].count("ok") >= 6
    assert server.paid_twice == []


def test_a_cap_holds_for_live_steps_and_batches_together(mixed: Scrimp, server: OpenAIBatches) -> None:
    ran = mixed("run", *CLIMB, "--batch", "--max-cost", "0.0002")
    assert ran.status == 5, ran.err
    assert float(mixed.paid_calls()[1]) <= 0.0002
    assert mixed("run", *CLIMB, "--batch", "--max-cost", "1").status == 0
    check_calls(mixed, server)


def test_a_kill_between_live_steps_repeats_at_most_the_call_in_flight(mixed: Scrimp, server: OpenAIBatches) -> None:
    mixed.file("rows.txt", "prompt 1\nprompt 2\n")
    words = ("run", *CLIMB, "--batch", "-j", "1")
    numbers, died = count(4, 9), 0
    while (ran := dying(mixed, server, words, next(numbers))).status == -signal.SIGKILL:
        died += 1
        ran = go_on(mixed, words, ())
        assert (ran.status, [row["output"] for row in ran.rows]) == (0, ["yes"] * 2), ran.err
        assert [len(batch.items) for batch in server.batches.values()] == [1]
        assert len(server.runs) in (4, 5)
        with closing(sqlite3.connect(mixed.home / "ledger.db")) as db:
            entries = db.execute("SELECT status FROM entries").fetchall()
        assert len(entries) == len(server.runs), (mixed.cwd / "died").read_text()
        assert entries.count(("lost",)) <= 1
    assert died >= 3
    assert ran.status == 0, ran.err


def test_rows_that_batches_have_answered_before_live_steps_are_made_are_billed(
    mixed: Scrimp, server: OpenAIBatches
) -> None:
    config = (mixed.home / "config.toml").read_text().replace('["plain/small",', '["fake/small", "plain/small",')
    mixed.config(config + 'signal = "choices"\n')
    ran = mixed("run", *CLIMB, "--batch")
    assert (ran.status, [row["output"] for row in ran.rows]) == (0, ["yes"] * 7), ran.err
    assert {row["cache"] for row in ran.rows} == {"miss"}
    assert float(mixed.paid_calls()[1]) == pytest.approx(sum(row["cost_usd"] for row in ran.rows))
    with closing(sqlite3.connect(mixed.home / "ledger.db")) as db:
        entries = db.execute("SELECT escalated, count(*) FROM entries WHERE escalated IS NOT NULL GROUP BY 1")
        assert sorted(entries) == [(0, 5), (1, 2)]


def test_live_steps_leave_room_under_the_cap_for_calls_that_are_in_batches(
    mixed: Scrimp, server: OpenAIBatches
) -> None:
    mixed.config((mixed.home / "config.toml").read_text() + '[[rules]]\nmatch = "^now"\nchain = "mixed"\n')
    mixed.file("mixed.txt", "now 1\nnow 2\n" + "".join(f"later {number}\n" for number in range(6)))
    server.answer = lambda model, prompt: "word " * 75
    # A call costs up to $0.0011, and all but as much: there is room for five in a batch, and none beside them.
    ran = mixed("run", "mixed.txt", "--batch", "--max-output", "100", "--max-cost", "0.0059")
    assert ran.status == 5, ran.err
    assert float(mixed.paid_calls()[1]) <= 0.0059


def job_of(scrimp: Scrimp) -> str:
    """Return the only job."""
    with closing(sqlite3.connect(scrimp.home / "batches.db")) as db:
        ((job,),) = db.execute("SELECT job FROM jobs").fetchall()
    return str(job)


def kept(scrimp: Scrimp) -> int:
    """Return for how many rows completions of live steps are kept."""
    with closing(sqlite3.connect(scrimp.home / "batches.db")) as db:
        ((rows,),) = db.execute("SELECT count(DISTINCT key) FROM live_calls").fetchall()
    return int(rows)


def test_what_live_steps_returned_is_kept_until_the_rows_are_answered(mixed: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING, COMPLETED]
    mixed("batch", "submit", *CLIMB)
    mixed("batch", "fetch")
    assert kept(mixed) == len(PROMPTS)
    ran = mixed("batch", "fetch", "--wait")
    assert ([row["status"] for row in ran.rows], kept(mixed)) == (["ok"] * 7, 0), ran.err
    check_calls(mixed, server)


def test_what_live_steps_returned_is_kept_for_a_job_that_reads_no_cache(mixed: Scrimp, server: OpenAIBatches) -> None:
    ran = mixed("run", *CLIMB, "--batch", "--cache", "refresh")
    assert ran.status == 0, ran.err
    assert kept(mixed) == len(PROMPTS)
    again = mixed("batch", "fetch", job_of(mixed))
    assert (again.status, [row["output"] for row in again.rows]) == (0, ["yes"] * 7), again.err
    check_calls(mixed, server)
