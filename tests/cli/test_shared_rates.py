"""Runs that share a provider's rate limits: whole processes against one Redis, and a provider that counts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, Reply, echo, fake_provider
from redis_server import RedisServer, redis_server

RATE = 40  # calls a second
RUNS, ROWS = 4, 100


class Counting:
    """A provider that notes when calls come."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def answer(self, body: dict[str, Any]) -> Reply:
        self.times.append(time.monotonic())
        return echo(body)

    def most_above_the_rate(self) -> float:
        """The most calls in any window, beyond those that the rate allows in it."""
        times = sorted(self.times)
        return max(
            last - first + 1 - RATE * (times[last] - times[first])
            for first in range(len(times))
            for last in range(first, len(times))
        )


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def provider(counting: Counting) -> Iterator[FakeProvider]:
    with fake_provider(counting.answer) as running:
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
    tmp_path: Path, redis: RedisServer, provider: FakeProvider, counting: Counting
) -> None:
    ended = [run.communicate(timeout=120)[1].decode() for run in runs(tmp_path, provider, redis.url, RUNS)]
    assert len(counting.times) == RUNS * ROWS, ended
    # A full bucket is five seconds of the rate; beyond that, what was taken is sent within two.
    assert counting.most_above_the_rate() <= 5 * RATE + 2 * RATE


def test_a_server_that_dies_costs_no_row(tmp_path: Path, redis: RedisServer, provider: FakeProvider) -> None:
    (run,) = runs(tmp_path, provider, redis.url, 1)
    wait_until(lambda: len(provider.bodies) > 20, run=run)
    redis.kill()
    err = run.communicate(timeout=120)[1].decode()
    assert run.returncode == 0, err
    assert len(provider.bodies) == ROWS
    assert err.count("rate limits cannot be shared until it does") == 1
