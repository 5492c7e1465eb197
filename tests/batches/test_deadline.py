"""A deadline: batches are asked to stop while there is time, and what they have not answered by then is called live."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_servers import COMPLETED, RUNNING, VALIDATING, OpenAIBatches, OpenRouterBatches
from batches.test_refusals import openrouter
from command import Ran, Scrimp
from passing_time import let_pass
from scrimp.flows.batch.timing.deadline import Deadline

PROMPTS = [f"prompt {number}" for number in range(7)]


def run(scrimp: Scrimp, server: OpenAIBatches, *words: str) -> Ran:
    """Run batches by a deadline that comes near when one was looked at twice."""
    let_pass(scrimp, 0)
    server.before["poll"] = lambda: let_pass(scrimp, 3500 if server.count("poll") >= 2 else 0)
    scrimp.file("rows.txt", "\n".join(PROMPTS))
    command = ("run", "rows.txt", "--model", "fake/small", "--batch", "--deadline", "1h", *words)
    return scrimp.amid(*command, prepared="passing_time")


def run_in_a_moment(scrimp: Scrimp, model: str) -> Ran:
    """Run batches by a deadline before which a busy machine may not even send one."""
    scrimp.file("rows.txt", "\n".join(PROMPTS))
    return scrimp("run", "rows.txt", "--model", model, "--batch", "--deadline", "0.6s")


def paid(scrimp: Scrimp) -> Counter[bool]:
    """Count the paid entries of the ledger by whether they were in a batch."""
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        return Counter(batch is not None for (batch,) in db.execute("SELECT batch FROM entries WHERE status = 'paid'"))


@pytest.mark.parametrize("retries", ["0", "2"])
@pytest.mark.parametrize("script", [[VALIDATING], [VALIDATING, RUNNING]], ids=["pending", "running"])
def test_what_a_batch_has_not_answered_by_a_deadline_is_called_live_and_nothing_twice(
    batched: Scrimp, server: OpenAIBatches, script: list[object], retries: str
) -> None:
    server.script = script  # type: ignore[assignment]  # for ever
    ran = run(batched, server, "--retries", retries)
    assert (ran.status, [row["status"] for row in ran.rows]) == (0, ["ok"] * 7), ran.err
    assert server.billed == dict.fromkeys(PROMPTS, 1)
    assert len(server.live_prompts) == (7 if script == [VALIDATING] else 4)
    (cancelled,) = (seen for seen in server.seen if seen.step == "cancel")
    assert cancelled.status == 200
    assert "its deadline is near, so what is in batches is cancelled" in ran.err


def test_what_cannot_be_stopped_is_called_live_at_the_deadline_and_both_payments_are_in_the_ledger(
    scrimp: Scrimp,
) -> None:
    with OpenRouterBatches() as server:
        server.script = [VALIDATING, RUNNING]
        openrouter(scrimp, server)
        ran = run_in_a_moment(scrimp, "openrouter/x/y")
        assert (ran.status, [row["status"] for row in ran.rows]) == (0, ["ok"] * 7), ran.err
        assert ("7 requests of" in ran.err) == bool(server.batches)
        assert ("may bill them there, too" in ran.err) == bool(server.batches)
        for batch in server.batches.values():
            batch.script = [VALIDATING, RUNNING, COMPLETED]
        assert scrimp("batch", "fetch").status == 0
        assert scrimp("batch", "fetch").status == 0
        assert paid(scrimp) == Counter({True: 7 * len(server.batches), False: 7})
        assert sum(server.billed.values()) == 7 + 7 * len(server.batches)


def test_a_batch_of_which_nothing_can_be_told_is_called_live_at_the_deadline(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.script = [VALIDATING]
    server.refuse("poll", 200, body=b"<html>", times=None)
    server.refuse("cancel", 200, body=b"<html>", times=None)
    ran = run_in_a_moment(batched, "fake/small")
    assert (ran.status, [row["status"] for row in ran.rows]) == (0, ["ok"] * 7), ran.err
    assert ("may bill them there, too" in ran.err) == bool(server.batches)


def test_a_fetch_after_the_deadline_stops_batches_before_rows_go_live(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING]
    batched.file("rows.txt", "\n".join(PROMPTS))
    assert batched("batch", "submit", "rows.txt", "--model", "fake/small", "--deadline", "1h").status == 0
    let_pass(batched, 3600)
    ran = batched.amid("batch", "fetch", prepared="passing_time")
    assert (ran.status, {row["status"] for row in ran.rows}) == (0, {"ok"}), ran.err
    assert server.billed == dict.fromkeys(PROMPTS, 1)


@given(begun=st.floats(0, 2e9), window=st.floats(0, 1e6), asked=st.floats(0, 2e9))
def test_batches_are_asked_to_stop_within_the_time_that_there_is(begun: float, window: float, asked: float) -> None:
    deadline = Deadline(begun, begun + window)
    assert begun - 1 <= deadline.last_call <= deadline.moment
    assert deadline.ends_waiting(asked) >= deadline.moment
    if window >= 2 * 600:
        assert deadline.buffer >= 600
        assert deadline.buffer >= window * 0.1 - 1
