"""How calls flow: how many at once, how fast, in what order, and how a run that is stopped goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, Reply, completion, echo, error, fake_provider

TWO_PROVIDERS = """
[providers.slow]
dialect = "openai"
base_url = "{slow}"
key_env = "FAKE_KEY"
[providers.fast]
dialect = "openai"
base_url = "{fast}"
key_env = "FAKE_KEY"
[tiers]
simple = ["slow/test-model", "fast/test-model"]
[[rules]]
match = "^slow"
model = "slow/test-model"
[[rules]]
match = "^fast"
model = "fast/test-model"
"""


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    rows(scrimp, "rows.jsonl", [f"prompt {n}" for n in range(40)])
    return scrimp


def rows(scrimp: Scrimp, name: str, prompts: list[str]) -> Path:
    return scrimp.file(name, "".join(json.dumps({"text": prompt}) + "\n" for prompt in prompts))


class Together:
    """Answers calls only once so many are in flight, but for the first few, which may go alone."""

    def __init__(self, provider: FakeProvider, many: int, *, alone: int) -> None:
        self.met = False
        self._provider, self._alone = provider, alone
        self._barrier = threading.Barrier(many, timeout=100)
        provider.answer = self._answer

    def _answer(self, body: dict[str, Any]) -> Reply:
        if not self.met and body["messages"][-1]["content"] not in self._provider.prompts[: self._alone]:
            self._barrier.wait()
            self.met = True
        return echo(body)


def test_no_more_calls_are_in_flight_than_asked_for_and_not_many_fewer(ready: Scrimp, provider: FakeProvider) -> None:
    together = Together(provider, 8, alone=1)
    ready("run", "rows.jsonl", "-j", "8")

    assert together.met
    assert provider.most_at_once == 8


def test_the_first_call_goes_alone(ready: Scrimp, provider: FakeProvider) -> None:
    together = Together(provider, 2, alone=1)
    provider.delay = 0.1  # for a second call to come beside the first
    seen: list[int] = []
    answer = provider.answer
    provider.answer = lambda body: (seen.append(provider.most_at_once), answer(body))[1]
    ready.amid("run", "rows.jsonl", prepared="patient")

    assert (seen[0], together.met) == (1, True)


def test_a_slow_provider_does_not_hold_back_another(scrimp: Scrimp, provider: FakeProvider) -> None:
    with fake_provider() as slow:
        done = slow.hold()
        provider.answer = lambda body: (len(provider.bodies) >= 58 and done.set(), echo(body))[1]
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        scrimp.config(TWO_PROVIDERS.format(slow=slow.url, fast=provider.url))
        rows(scrimp, "mixed.jsonl", [f"slow {n}" for n in range(6)] + [f"fast {n}" for n in range(60)])
        ran = scrimp("run", "mixed.jsonl", "-j", "2", "--order", "completion")

    outputs = [row["output"] for row in ran.rows]
    assert ran.status == 0, ran.err
    # With two places for both, the sixty would have to wait for the six, one pair after the other.
    assert sum("slow" in output for output in outputs[:58]) <= 2


def test_rows_that_share_a_long_beginning_follow_the_first(ready: Scrimp, provider: FakeProvider) -> None:
    together = Together(provider, 10, alone=1)
    rows(ready, "one.jsonl", ["warm up"])
    rows(ready, "rows.jsonl", [f"question {n}" for n in range(10)])
    ready.file("system.txt", "All you need to know. " * 400)
    ready("run", "one.jsonl", "rows.jsonl", "--system", "@system.txt", "-j", "16")

    assert provider.prompts[0] == "warm up"
    assert together.met
    assert provider.most_at_once == 10


def test_no_more_calls_a_minute_are_made_than_asked_for(ready: Scrimp, provider: FakeProvider) -> None:
    rows(ready, "more.jsonl", [f"more {n}" for n in range(15)])
    began = time.monotonic()
    ready("run", "more.jsonl", "--rpm", "120")

    # Two a second after a burst of ten: the last five take two seconds and a half, however fast the machine.
    assert len(provider.bodies) == 15
    assert time.monotonic() - began > 2


def test_a_rate_limit_makes_calls_wait_and_no_row_fail(ready: Scrimp, provider: FakeProvider) -> None:
    def limited(body: dict[str, object]) -> tuple[int, dict[str, str], bytes]:
        if provider.at_once > 3:
            return error(429, "rate_limit_exceeded", headers={"retry-after": "0.05"})
        return echo(body)

    provider.delay, provider.answer = 0.02, limited
    ran = ready("run", "rows.jsonl", "-j", "16")

    assert ran.status == 0, ran.err
    assert {row["status"] for row in ran.rows} == {"ok"}


def test_a_model_that_asks_for_an_hour_is_left_for_the_next(scrimp: Scrimp, provider: FakeProvider) -> None:
    with fake_provider(lambda _: error(429, "rate_limit_exceeded", headers={"retry-after": "3600"})) as busy:
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        scrimp.config(TWO_PROVIDERS.format(slow=busy.url, fast=provider.url))
        rows(scrimp, "rows.jsonl", [f"prompt {n}" for n in range(20)])
        ran = scrimp.amid("run", "rows.jsonl", "--tier", "simple", prepared="patient")

        assert (ran.status, len(busy.bodies)) == (0, 1), ran.err
        assert {row["provider"] for row in ran.rows} == {"fast"}


def test_a_provider_that_comes_back_is_waited_for(ready: Scrimp, provider: FakeProvider) -> None:
    fails_from: list[float] = []

    def out_for_a_while(body: dict[str, object]) -> tuple[int, dict[str, str], bytes]:
        if len(provider.bodies) < 5:
            return echo(body)
        fails_from.append(time.monotonic())
        return error(503) if time.monotonic() - fails_from[0] < 0.8 else echo(body)

    provider.answer = out_for_a_while
    # As many as open the circuit breaker, should one call fail alone.
    ran = ready("run", "rows.jsonl", "-j", "4", "--retries", "5")

    assert ran.status == 0, ran.err


def test_requests_that_are_all_wrong_stop_the_run(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(400, "unsupported_parameter", "no such parameter")
    ran = ready("run", "rows.jsonl", "-j", "4")

    assert ran.status == 4
    assert 10 <= len(provider.bodies) <= 10 + 4 + 4  # five in a row, what was in flight, and five from further on
    assert "no provider is left" in ran.err


def test_a_cap_that_is_reached_says_how_to_go_on(ready: Scrimp, provider: FakeProvider) -> None:
    words = ("run", "rows.jsonl", "--max-cost", "0.001", "--max-output", "20")
    ran = ready(*words)

    assert ran.status == 5
    assert 0 < sum(row["cost_usd"] for row in ran.rows) <= 0.001
    assert f"to resume: scrimp {' '.join(words)}" in ran.err
    before = len(provider.bodies)
    again = ready(*words)
    assert [row["cache"] for row in again.rows[:before]] == ["hit"] * before
    assert len(provider.bodies) > before


@pytest.mark.parametrize(("reply", "sum_is"), [(None, "$"), ((0, {}, b""), "up to $")])
def test_a_cap_that_is_reached_counts_calls_that_were_in_flight(
    ready: Scrimp, provider: FakeProvider, reply: Reply | None, sum_is: str
) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        if body["messages"][-1]["content"] != "first":
            time.sleep(0.3)
            return reply or echo(body)
        return echo(body)

    provider.answer = answer
    ready.file("rows.jsonl", "".join(f'{{"text": "{text}"}}\n' for text in ("first", "a", "b", "c", "long" * 900)))
    ran = ready("run", "rows.jsonl", "--max-cost", "0.003", "--max-output", "5", "-j", "4", "--summary-file", "b.json")
    bill = json.loads((ready.cwd / "b.json").read_bytes())
    (said, spent) = re.findall(r"allows after (up to \$|\$)([\d.]+) spent: raise", ran.err)[0]

    assert (ran.status, len(provider.prompts), said) == (5, 4 if reply is None else len(provider.prompts), sum_is)
    assert "in flight" not in ran.err
    if reply is None:
        assert Decimal(spent) == pytest.approx(Decimal(str(bill["cost_usd"])), abs=Decimal("0.000001"))


def test_a_second_signal_stops_at_once_and_books_what_was_in_flight(ready: Scrimp, provider: FakeProvider) -> None:
    over = threading.Event()
    provider.answer = lambda body: (
        body["messages"][-1]["content"] == "prompt 0" or over.wait(timeout=100),
        echo(body),
    )[1]
    run = ready.start("run", "rows.jsonl", "-j", "4", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: len(provider.bodies) >= 5, run=run)
    run.send_signal(signal.SIGTERM)
    assert run.stderr is not None
    assert any(b"waiting for calls in flight" in line for line in iter(run.stderr.readline, b""))
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=100)
    over.set()

    assert run.returncode == 143
    assert b"lost calls" in err
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["ok"] + ["skipped"] * 4
    (entry,) = json.loads(ready("cost", "--json").out)
    assert (entry["calls"], entry["lost"]) == (5, 4)


def test_a_stdin_that_never_closes_is_read_no_further_than_asked(ready: Scrimp) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo\nthree\n")
    run = ready.start(
        "run", "-", "--format", "lines", "--limit", "2", "--out", "text", stdin=reading, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    out, _ = run.communicate(timeout=100)
    os.close(reading)
    os.close(writing)

    assert (run.returncode, out) == (0, b"echo: one\necho: two\n")


def test_rows_that_cannot_be_written_are_kept_anyway(ready: Scrimp, provider: FakeProvider) -> None:
    ran = ready("run", "rows.jsonl", "-o", "/dev/full")
    called = len(provider.bodies)

    assert ran.status == 2
    assert "No space left on device" in ran.err
    assert "Traceback" not in ran.err
    assert ready("run", "rows.jsonl").status == 0
    assert (called > 0, len(provider.bodies)) == (True, 40)


def test_a_request_is_in_the_ledger_before_it_is_sent(ready: Scrimp, provider: FakeProvider) -> None:
    over = threading.Event()
    provider.answer = lambda _: (over.wait(timeout=100), completion("late"))[1]
    run = ready.start("run", "rows.jsonl", "-j", "1", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: bool(provider.bodies), run=run)
    run.kill()
    run.wait(timeout=100)
    over.set()
    provider.answer = echo
    ready("run", "rows.jsonl")

    assert sum(each["lost"] for each in json.loads(ready("cost", "--json").out)) == 1


def test_an_input_is_not_written_over(ready: Scrimp) -> None:
    before = (ready.cwd / "rows.jsonl").read_bytes()
    ran = ready("run", "rows.jsonl", "-o", "rows.jsonl")

    assert (ran.status, "is also an input" in ran.err) == (2, True)
    assert (ready.cwd / "rows.jsonl").read_bytes() == before


def test_a_summary_that_cannot_be_written_hides_nothing(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(401, "invalid_api_key")
    ran = ready("run", "rows.jsonl", "--summary-file", "/dev/full")

    assert ran.status == 4
    assert "refused the key" in ran.err
    assert "--summary-file: /dev/full cannot be written" in ran.err


def test_a_stderr_that_nobody_reads_does_not_keep_a_run_from_stopping(ready: Scrimp, provider: FakeProvider) -> None:
    go_on = provider.hold()
    reading, writing = os.pipe()
    run = ready.start("run", "rows.jsonl", "-j", "2", stdout=subprocess.DEVNULL, stderr=writing)
    os.close(writing)
    os.close(reading)
    wait_until(lambda: bool(provider.bodies), run=run)
    run.send_signal(signal.SIGINT)
    go_on.set()

    assert run.wait(timeout=100) == 130
    assert len(provider.bodies) < 10


def test_without_the_cache_a_stopped_run_does_not_promise_to_go_on(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "--cache", "off", "--max-cost", "0.001", "--max-output", "20")

    assert ran.status == 5
    assert "a rerun starts over" in ran.err
    assert "to resume: " not in ran.err


def test_what_was_paid_is_in_the_bill_though_its_rows_cannot_be_written(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "-o", "/dev/full", "--summary-file", "bill.json")
    (entry,) = json.loads(ready("cost", "--json").out)
    bill = json.loads((ready.cwd / "bill.json").read_bytes())

    assert ran.status == 2
    assert (bill["calls"]["total"], bill["cost_usd"]) == (entry["calls"], entry["cost_usd"])


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_waits_for_calls_in_flight_and_none_is_paid_again(
    ready: Scrimp, provider: FakeProvider, number: signal.Signals, status: int
) -> None:
    go_on = provider.hold(after=1)
    pipe = subprocess.PIPE
    run = ready.start("run", "rows.jsonl", "-j", "3", stdout=pipe, stderr=pipe)
    wait_until(lambda: len(provider.bodies) > 3, run=run)
    run.send_signal(number)
    go_on.set()
    out, err = run.communicate(timeout=100)
    called = len(provider.bodies)

    assert run.returncode == status
    assert f"stopped by {number.name}".encode() in err
    assert len(out.splitlines()) == called
    again = ready("run", "rows.jsonl")
    assert len(provider.bodies) == len(again.rows)


def test_nohup_is_obeyed(ready: Scrimp, provider: FakeProvider) -> None:
    go_on = provider.hold(after=1)
    ignored = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *ready.program, "run", "rows.jsonl", "-j", "3"]
    run = subprocess.Popen(ignored, cwd=ready.cwd, env=ready.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(provider.bodies) > 3, run=run)
    run.send_signal(signal.SIGHUP)
    go_on.set()
    out, _ = run.communicate(timeout=100)

    assert run.returncode == 0
    assert len(out.splitlines()) == len(provider.bodies)


def test_sockets_leave_the_stores_their_open_files(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("many.jsonl", "".join(json.dumps({"text": f"p{n}"}) + "\n" for n in range(300)))
    provider.delay = 0.02
    limited = ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh", *ready.program, "run", "many.jsonl", "-j", "500"]
    ran = subprocess.run(limited, cwd=ready.cwd, env=ready.env, capture_output=True, timeout=100, check=False)
    called = len(provider.bodies)

    assert (ran.returncode, called) == (0, 300), ran.stderr
    assert ran.stderr.count(b"raise `ulimit -n`") == 1
    assert provider.most_at_once <= 128 - 96
    again = ready("run", "many.jsonl", "--cache", "only")
    assert (again.status, len(provider.bodies)) == (0, called)
    assert sum(each["calls"] for each in json.loads(ready("cost", "--json").out)) == 300


def test_what_is_waited_for_is_said(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: error(429, "rate_limit_exceeded", headers={"retry-after": "110"})
    run = ready.start("run", "rows.jsonl", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert run.stderr is not None
    said = next(line for line in run.stderr if b"waiting for" in line)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=100)

    # Said once nothing else is to be done, which a slow machine comes to later.
    assert re.fullmatch(rb"scrimp: waiting for fake: 429, \d+ s\n", said)
    assert run.returncode == 130
