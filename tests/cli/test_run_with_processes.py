"""`run --engine processes`: the rows and the bill of one process, from several that share its stores."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, Reply, echo, error
from worker_runs import FILES, check_after_a_kill, is_calling, troubled, write_rows, written

ROWS = 600
WORDS = ("run", "rows.jsonl", "--engine", "processes", "--workers", "2", *FILES)


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    write_rows(scrimp, ROWS, poisoned=400, refused=300)
    return scrimp


def workers_of(run: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes that a process has started."""
    return [int(pid) for pid in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()]


def both_are_calling(run: subprocess.Popen[bytes], provider: FakeProvider) -> bool:
    """Return whether two workers are: one that is still starting ends the run where it is killed."""
    return [is_calling(worker, provider) for worker in workers_of(run)] == [True, True]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a process which others it has started")
def test_a_poisoned_row_a_refused_call_and_a_killed_worker_cost_that_row_and_what_was_in_flight(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer, go_on = troubled(provider), provider.hold(after=200)
    run = ready.start(*WORDS, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: len(provider.bodies) > 200 and both_are_calling(run, provider), run=run)
    os.kill(workers_of(run)[0], signal.SIGKILL)
    go_on.set()
    out, err = run.communicate(timeout=100)
    assert (run.returncode, out, err.count(b"a worker died")) == (3, b"", 1)

    check_after_a_kill(ready, provider, ROWS, poisoned=400)
    _, bill = written(ready)  # whose estimate is of before the run, as in one process
    assert bill["estimate"]["assumed"] == bill["estimate"]["rows"] > ROWS / 2
    assert list(ready.home.glob("in-flight-*")) == []


def test_a_signal_ends_all_workers_once_their_calls_in_flight_are_answered(
    ready: Scrimp, provider: FakeProvider
) -> None:
    go_on = provider.hold(after=50)
    run = ready.start(*WORDS, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: len(provider.bodies) > 50, run=run)
    run.send_signal(signal.SIGINT)
    assert run.stderr is not None
    assert any(b"waiting for calls in flight" in line for line in iter(run.stderr.readline, b""))
    go_on.set()
    out, err = run.communicate(timeout=100)

    rows, bill = written(ready)
    assert (run.returncode, out, err.count(b"waiting for calls in flight")) == (130, b"", 0)  # it is said once
    assert b"rerun the same command to resume" in err
    assert 50 < len(rows) < ROWS
    assert len(rows) == len(provider.bodies) == bill["calls"]["total"]
    assert bill["calls"]["lost"] == 0
    assert list(ready.home.glob("in-flight-*")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a process which others it has started")
def test_a_worker_that_dies_takes_its_share_of_the_cap_along(ready: Scrimp, provider: FakeProvider) -> None:
    killed = threading.Event()

    def answer(body: dict[str, Any]) -> Reply:
        if len(provider.bodies) > 100 and not killed.wait(100):
            return error(500)
        return echo(body)

    provider.answer = answer
    config = (ready.home / "config.toml").read_text()
    ready.config(config.replace("input = 1.0, output = 10.0", "input = 1000, output = 1000"))
    run = ready.start(*WORDS, "--max-cost", "4", "--max-output", "10", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: len(provider.bodies) > 100 and both_are_calling(run, provider), run=run)
    os.kill(workers_of(run)[0], signal.SIGKILL)
    killed.set()
    out, err = run.communicate(timeout=100)

    _, bill = written(ready)
    # Of each call: they are alike. Calls of a chunk that was not handed back are paid for and in no row.
    dollars = float(bill["cost_usd"]) / (bill["calls"]["total"] - bill["calls"]["lost"])
    assert (run.returncode, out, err.count(b"a worker died")) == (5, b"", 1)
    assert len(provider.bodies) * dollars <= 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a process which others it has started")
def test_a_worker_that_dies_while_a_run_stops_is_told_of(ready: Scrimp, provider: FakeProvider) -> None:
    go_on = provider.hold()
    run = ready.start(*WORDS, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: both_are_calling(run, provider), run=run)
    run.send_signal(signal.SIGINT)
    assert run.stderr is not None
    assert any(b"waiting for calls in flight" in line for line in iter(run.stderr.readline, b""))
    os.kill(workers_of(run)[0], signal.SIGKILL)
    go_on.set()
    _, err = run.communicate(timeout=100)

    assert (run.returncode, err.count(b"a worker died: what it had in flight may be paid twice")) == (130, 1)


def test_workers_keep_to_the_cap_together_and_stop_together(ready: Scrimp, provider: FakeProvider) -> None:
    config = (ready.home / "config.toml").read_text()
    ready.config(config.replace("input = 1.0, output = 10.0", "input = 1000, output = 1000"))
    ran = ready(*WORDS, "--max-cost", "2", "--max-output", "10")

    rows, bill = written(ready)
    assert ran.status == 5
    assert "more than $1, a worker's share of --max-cost, allows" in ran.err
    assert 0 < len(rows) < ROWS
    assert len(rows) == len(provider.bodies) == bill["calls"]["total"]
    assert 0 < float(bill["cost_usd"]) <= 2


def test_no_share_of_a_cap_is_kept_for_a_worker_that_gets_no_rows(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    config = (scrimp.home / "config.toml").read_text()
    scrimp.config(config.replace("input = 1.0, output = 10.0", "input = 1000, output = 1000"))
    scrimp.file("rows.txt", "\n".join(f"row {number}" for number in range(40)))
    ran = scrimp("run", "rows.txt", *WORDS[2:], "--max-cost", "0.8", "--max-output", "10")

    rows, bill = written(scrimp)
    assert (ran.status, len(rows)) == (0, 40)
    assert 0.4 < float(bill["cost_usd"]) <= 0.8


@pytest.mark.parametrize("mode", ["off", "refresh"])
def test_equal_rows_are_called_for_once_where_workers_may_not_use_the_cache(
    scrimp: Scrimp, provider: FakeProvider, mode: str
) -> None:
    scrimp.provider(provider.url)
    texts = [f"text {number % 150}" for number in range(600)]
    scrimp.file("rows.txt", "\n".join(texts))
    ran = scrimp("run", "rows.txt", "--engine", "processes", "--workers", "2", "--cache", mode, "--fields", "output")

    assert (ran.status, [row["output"] for row in ran.rows]) == (0, [f"echo: {text}" for text in texts])
    assert sorted(provider.prompts) == sorted(set(texts))
    assert "waiting for" not in ran.err


def test_a_worker_that_cannot_start_ends_the_run_with_a_sentence(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("broken/sitecustomize.py", "import os, sys\nif '-c' in sys.orig_argv:\n    os._exit(7)\n")
    ready.env["PYTHONPATH"] = os.pathsep.join([str(ready.cwd / "broken"), ready.env.get("PYTHONPATH", "")])
    ran = ready(*WORDS)

    assert "a worker ended before it was given anything: try --engine local" in ran.err
    assert ran.status
    assert provider.bodies == []


def test_a_table_without_rows_has_the_columns_of_one_process(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.csv", "ticket,team\n")
    words = ("run", "rows.csv", "--prompt-field", "ticket", "--out", "csv")
    alone, shared = scrimp(*words), scrimp(*words, "--engine", "processes", "--workers", "1")

    assert (shared.status, shared.out) == (alone.status, alone.out)
    assert alone.out == "ticket,team,output,error\n"
