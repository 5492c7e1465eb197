"""Work for models that take no batches and whose price changes by time of day: held until they cost less."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from contextlib import closing

import pytest
from msgspec.structs import replace

from batch_servers import OpenAIBatches
from batches.clockwork import CONFIG, at, double_between
from command import Ran, Scrimp, wait_until
from scrimp.config.paths import paths_of
from scrimp.config.sources.load import load
from scrimp.flows.batch.job.session import BatchPlan
from scrimp.flows.batch.run_batch import BatchRun
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.store.batches.records import Job
from scrimp.store.batches.store import BatchStore
from scrimp.values import Answered, Outcome, Prompt
from terminal import at_terminal


def submit(scrimp: Scrimp, *words: str) -> Ran:
    return scrimp("batch", "submit", "rows.txt", "--model", "clock/hourly", *words)


def test_work_is_held_while_its_model_costs_more(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    submitted = submit(hourly)
    assert (submitted.status, submitted.out) == (0, "")
    assert f"waits for {at(2)} UTC" in submitted.err
    assert f"clock/hourly waits for {at(2)} UTC, when it costs 50 % less" in submitted.err
    assert f"waits for {at(2)} UTC" in hourly("batch", "list").out
    assert f"2 requests that no batch takes, until {at(2)} UTC" in hourly("batch", "status").err
    fetched = hourly("batch", "fetch")
    assert fetched.status == 6
    assert [row["status"] for row in fetched.rows] == ["pending"] * 2
    assert f"waits for {at(2)} UTC" in fetched.rows[0]["error"]["message"]
    assert server.runs == []


def test_work_is_called_live_while_its_model_costs_less(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, 2, 5)
    ran = hourly("run", "rows.txt", "--model", "clock/hourly", "--batch")
    assert ran.status == 0, ran.err
    assert [row["status"] for row in ran.rows] == ["ok"] * 2
    assert sorted(server.live_prompts) == ["one", "two"]
    assert "now that it costs less" in ran.err


def test_held_work_is_called_once_its_hour_has_come(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    assert submit(hourly).status == 0
    double_between(hourly, -3, -1)
    fetched = hourly("batch", "fetch")
    assert fetched.status == 0, fetched.err
    assert [row["status"] for row in fetched.rows] == ["ok"] * 2
    assert "done" in hourly("batch", "list").out
    assert len(server.live_prompts) == 2


def test_an_interrupt_while_work_is_held_says_how_it_goes_on(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    run = hourly.start(
        "run", "rows.txt", "--model", "clock/hourly", "--batch", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_until(lambda: "waits for" in hourly("batch", "list").out, run=run)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=100)
    assert (run.returncode, out) == (6, b""), err
    assert b"scrimp batch watch" in err
    assert server.runs == []


@pytest.mark.parametrize("command", ["run", "watch"])
def test_a_deadline_ends_the_wait(hourly: Scrimp, server: OpenAIBatches, command: str) -> None:
    double_between(hourly, -1, 2)
    if command == "run":
        ran = hourly("run", "rows.txt", "--model", "clock/hourly", "--batch", "--deadline", "0.3s")
    else:
        submitted = submit(hourly, "--deadline", "0.3s")
        assert submitted.status == 0, submitted.err
        watched = hourly("batch", "watch")
        assert (watched.status, watched.out) == (0, ""), watched.err
        double_between(hourly, -1, 2)
        ran = hourly("batch", "fetch")
    assert ran.status == 0, ran.err
    assert [row["status"] for row in ran.rows] == ["ok"] * 2
    assert sorted(server.live_prompts) == ["one", "two"]


@pytest.mark.parametrize("left", [900, 500])
def test_nothing_waits_for_an_hour_once_the_last_calls_are_due(
    hourly: Scrimp, server: OpenAIBatches, left: float
) -> None:
    double_between(hourly, -1, 2)
    assert submit(hourly, "--deadline", "1h").status == 0
    paths = paths_of({"SCRIMP_HOME": str(hourly.home)})
    with closing(BatchStore(paths.batches_db)) as store:
        (job,) = store.jobs()
        store.save_job(replace(job, created=time.time() + left - 3600, deadline=time.time() + left))
    double_between(hourly, -1, 2)
    fetched = hourly("batch", "fetch")
    is_due = left < 600  # what is left of an hour for the last calls
    assert (fetched.status, len(server.live_prompts)) == ((0, 2) if is_due else (6, 0)), fetched.err
    assert [row["status"] for row in fetched.rows] == ["ok" if is_due else "pending"] * 2


def test_a_live_run_waits_for_no_hour(hourly: Scrimp) -> None:
    double_between(hourly, -1, 2)
    ran = hourly("run", "rows.txt", "--model", "clock/hourly")
    assert ran.status == 0, ran.err


def test_a_price_that_is_the_same_all_day_holds_nothing(hourly: Scrimp, server: OpenAIBatches) -> None:
    hourly.config(CONFIG.format(url=server.url) + '[models."clock/hourly"]\nprice = { input = 1.0, output = 10.0 }\n')
    ran = hourly("run", "rows.txt", "--model", "clock/hourly", "--batch")
    assert ran.status == 0, ran.err
    assert "at full price" in ran.err


def test_when_the_price_rises_amid_the_calls_the_rows_that_are_left_wait_until_it_falls(
    hourly: Scrimp, server: OpenAIBatches
) -> None:
    double_between(hourly, 1, 2)
    now = [time.time()]
    begun = now[0] // 60 * 60
    called: list[float] = []

    def ring() -> None:
        called.append(now[0])
        if len(called) == 2:
            now[0] += 5400  # amid the hour that is dear

    def clock() -> float:
        now[0] += 60
        return now[0]

    server.after["live"] = ring
    paths = paths_of({"SCRIMP_HOME": str(hourly.home)})
    said: list[str] = []
    services = Services(
        load(env=hourly.env, cwd=hourly.cwd, paths=paths, flags={}), paths, env=hourly.env, warn=said.append,
        note=said.append, clock=clock,
    )  # fmt: skip
    job = Job(job="b1", created=now[0], folder="", command=(), digest="")
    with closing(BatchStore(paths.batches_db)) as store:
        store.add_job(job)
    rows: list[Outcome] = []
    prompts = [Prompt(index=number, text=f"prompt {number}", row={}) for number in range(4)]
    plan = BatchPlan(goal="answered", longest_wait=0.001)
    with closing(services), closing(BatchRun(job, plan, RunOptions(concurrency=1), services, lambda _: None)) as run:
        stop = run.run(lambda: iter(prompts), rows.extend)

    assert stop is None
    assert [type(row) for row in rows] == [Answered] * 4
    assert [called[1] < begun + 3600, called[2] >= begun + 7200, called[3] < begun + 9000] == [True] * 3, called
    assert len([words for words in said if "what is left of job b1 is called then" in words]) == 1


def test_rows_in_batches_do_not_wait_for_the_hour_of_others(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    hourly.config(
        CONFIG.format(url=server.url).replace('simple = ["clock/hourly"]', 'simple = ["batched/small"]')
        + f'[providers.batched]\ndialect = "openai"\nflavour = "openai"\nbase_url = "{server.url}"\n'
        'key_env = "FAKE_KEY"\n[models."batched/small"]\nprice = { input = 1.0, output = 10.0 }\n'
        '[[rules]]\nmatch = "two"\ntier = "high"\n[[rules]]\ntier = "simple"\n'
    )
    assert hourly("batch", "submit", "rows.txt").status == 0
    server.advance(9)
    fetched = hourly("batch", "fetch")
    assert fetched.status == 6, fetched.err
    assert [row["status"] for row in fetched.rows] == ["ok", "pending"]
    assert f"waits for {at(2)} UTC" in hourly("batch", "list").out
    double_between(hourly, -3, -1)
    fetched = hourly("batch", "fetch")
    assert fetched.status == 0, fetched.err
    assert [row["status"] for row in fetched.rows] == ["ok", "ok"]
    assert sorted(server.billed.values()) == [1, 1]


def test_what_waits_is_shown_with_the_time_that_is_left(hourly: Scrimp, server: OpenAIBatches) -> None:
    double_between(hourly, -1, 2)
    submit(hourly)
    watching = hourly.start("batch", "watch", "--json", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)  # fmt: skip
    assert watching.stdout is not None
    told = json.loads(watching.stdout.readline())
    assert (told["waiting"], told["batches"]) == (2, 0)
    assert 3600 < told["waits_until"] - time.time() <= 7200
    watching.send_signal(signal.SIGINT)
    _, err = watching.communicate(timeout=100)
    assert watching.returncode == 6, err
    screen = at_terminal(hourly, "batch", "watch", interrupted_by="left")
    assert f"waits for {at(2)} UTC" in screen
    assert "0/2" in screen
    double_between(hourly, -3, -1)
    ended = hourly("batch", "watch", "--json")
    assert ended.rows[-1]["waiting"] == 0
    assert not server.runs
