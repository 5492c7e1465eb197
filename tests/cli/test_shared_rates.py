"""Runs that share a provider's rate limits: whole processes against one Redis, and a provider that counts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider
from redis_server import RedisServer, redis_server

RATE = 40  # calls a second
RUNS, ROWS = 4, 100


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


def runs(tmp_path: Path, provider: FakeProvider, server: str, many: int) -> list[subprocess.Popen[bytes]]:
    """Start processes that each may send RATE calls a second, by a config of their own."""
    started = []
    for number in range(many):
        folder = tmp_path / f"home{number}"
        folder.mkdir()
        scrimp = Scrimp(folder)
        scrimp.provider(provider.url, more=f'[shared]\nlimits = "{server}"\ntimeout = 30\n')
        path = scrimp.file("rows.lines", "\n".join(f"row {number} {row}" for row in range(ROWS)))
        words = ["run", str(path), "--format", "lines", "--cache", "off", "--rpm", str(60 * RATE), "-j", "64"]
        started.append(scrimp.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    return started


def test_four_processes_send_together_what_one_may_send(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider
) -> None:
    began = time.monotonic()
    ended = [run.communicate(timeout=120)[1].decode() for run in runs(tmp_path, provider, redis.url, RUNS)]
    seconds = time.monotonic() - began
    assert len(provider.bodies) == RUNS * ROWS, ended
    # A full bucket is five seconds of the rate. What is beyond it comes at the rate, whenever a process sends it; each
    # process alone would have sent its calls at once. A second is for clocks that are set.
    assert len(provider.bodies) <= 5 * RATE + RATE * (seconds + 1)


def test_a_server_that_dies_costs_no_row(tmp_path: Path, redis: RedisServer, provider: FakeProvider) -> None:
    go_on = provider.hold(after=20)
    (run,) = runs(tmp_path, provider, redis.url, 1)
    wait_until(lambda: len(provider.bodies) > 20, run=run)
    redis.kill()
    go_on.set()
    err = run.communicate(timeout=120)[1].decode()
    assert run.returncode == 0, err
    assert len(provider.bodies) == ROWS
    assert err.count("until it does, rate limits are not shared") == 1
