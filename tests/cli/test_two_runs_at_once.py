"""Two processes with equal rows at the same time: each row is paid once, also where one of them dies."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, Reply, echo, error


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("in.jsonl", "".join(f'{{"text": "row {number}"}}\n' for number in range(40)))
    scrimp.file("back.jsonl", "".join(f'{{"text": "row {number}"}}\n' for number in reversed(range(40))))
    provider.delay = 0.05
    return scrimp


def start(scrimp: Scrimp, *words: str) -> subprocess.Popen[bytes]:
    return scrimp.start("run", *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def rows_of(process: subprocess.Popen[bytes]) -> list[dict[str, object]]:
    out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err.decode()
    return [json.loads(line) for line in out.splitlines()]


def test_equal_rows_of_two_runs_are_paid_once_in_whatever_order_they_come(
    ready: Scrimp, provider: FakeProvider
) -> None:
    first, second = start(ready, "in.jsonl", "-j", "4"), start(ready, "back.jsonl", "-j", "4")
    rows = [*rows_of(first), *rows_of(second)]

    assert len(provider.bodies) == 40
    assert Counter(row["cache"] for row in rows) == {"miss": 40, "hit": 40}
    assert all(row["output"] == f"echo: {row['input']['text']}" for row in rows)  # type: ignore[index]


def test_a_run_takes_over_at_once_from_one_that_is_killed(ready: Scrimp, provider: FakeProvider) -> None:
    first = start(ready, "in.jsonl", "-j", "4")
    wait_until(lambda: len(provider.bodies) >= 12, run=first)
    second = start(ready, "in.jsonl", "-j", "4")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    rows = rows_of(second)

    # Only what was in flight when the first was killed is called for again.
    assert 40 <= len(provider.bodies) <= 44
    assert [row["status"] for row in rows] == ["ok"] * 40


def test_a_row_that_fails_in_one_run_is_called_for_by_the_other(ready: Scrimp, provider: FakeProvider) -> None:
    def refuse_the_first(body: dict[str, object]) -> Reply:
        return error(400) if len(provider.bodies) == 1 else echo(body)

    provider.answer, provider.delay = refuse_the_first, 0.5
    ready.file("one.jsonl", '{"text": "row"}\n')
    first = start(ready, "one.jsonl")
    wait_until(lambda: bool(provider.bodies), run=first)
    second = start(ready, "one.jsonl")

    assert [row["status"] for row in rows_of(second)] == ["ok"]
    first.communicate()
    assert (first.returncode, len(provider.bodies)) == (4, 2)


@pytest.mark.parametrize("mode", ["off", "refresh"])
def test_a_run_that_does_not_read_the_cache_waits_for_no_other(
    ready: Scrimp, provider: FakeProvider, mode: str
) -> None:
    ready.file("one.jsonl", '{"text": "row"}\n')
    provider.delay = 0.5
    first = start(ready, "one.jsonl")
    wait_until(lambda: bool(provider.bodies), run=first)
    second = start(ready, "one.jsonl", "--cache", mode)

    rows_of(second)
    rows_of(first)
    assert len(provider.bodies) == 2


def test_an_interruption_while_waiting_for_another_run_ends_at_once(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("one.jsonl", '{"text": "row"}\n')
    provider.delay = 0.0
    provider.hold()
    first = start(ready, "one.jsonl")
    wait_until(lambda: bool(provider.bodies), run=first)
    second = start(ready, "one.jsonl")
    assert second.stderr is not None
    assert b"another run" in second.stderr.readline()
    second.send_signal(signal.SIGINT)

    assert second.wait(timeout=100) == 130
    assert len(provider.bodies) == 1
    first.kill()
    first.communicate()
    second.communicate()


def test_the_lock_files_hold_nothing_of_the_prompts(ready: Scrimp) -> None:
    assert ready("run", "in.jsonl").status == 0
    assert {file.stat().st_size for file in Path(ready.home, "claims").iterdir()} == {0}
