"""A run that is stopped for longer than --timeout, by a signal or by whoever reads it, pays for nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, Reply, completion

ROWS, AT_ONCE = 12, 4
TIMEOUT, FROZEN = 5.0, 7.0  # seconds


class Frozen:
    """A run whose output nobody reads until `thaw`, and a provider that answers its calls while it is stopped."""

    def __init__(self, scrimp: Scrimp, provider: FakeProvider, text: str) -> None:
        self.provider = provider
        self.arrived, self.answers = threading.Event(), threading.Event()

        def answer(body: dict[str, Any]) -> Reply:
            if provider.at_once == AT_ONCE:
                self.arrived.set()
            if body["messages"][-1]["content"] != "row 0":  # which the others wait for
                self.answers.wait(timeout=100)
            return completion(text)

        provider.answer = answer
        scrimp.provider(provider.url, more="[defaults]\nretries = 1\n")
        scrimp.file("q.txt", "".join(f"row {number}\n" for number in range(ROWS)))
        words = ("run", "q.txt", "--timeout", str(TIMEOUT), "-j", str(AT_ONCE), "--out", "jsonl")
        self.reader, writer = os.pipe()
        self.run = scrimp.start(
            *words, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.DEVNULL, start_new_session=True
        )
        os.close(writer)

    def rows(self) -> list[bytes]:
        """Read to the end."""
        with os.fdopen(self.reader, "rb") as output:
            rows = output.read().splitlines()
        assert self.run.wait(timeout=100) == 0
        return rows


def stopped_by_a_signal(frozen: Frozen) -> None:
    wait_until(frozen.arrived.is_set, run=frozen.run)
    frozen.run.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, frozen.run.pid, os.WSTOPPED | os.WNOWAIT)
    frozen.answers.set()
    time.sleep(FROZEN)
    frozen.run.send_signal(signal.SIGCONT)


def stopped_by_its_reader(frozen: Frozen) -> None:
    frozen.answers.set()
    wait_until(lambda: len(frozen.provider.bodies) > AT_ONCE, run=frozen.run)
    time.sleep(FROZEN)  # the pipe is full, and calls are in flight


@pytest.mark.parametrize(
    ("stop", "length"), [(stopped_by_a_signal, 10), (stopped_by_its_reader, 60_000)], ids=["signal", "reader"]
)
def test_replies_that_came_while_a_run_was_stopped_are_kept(
    scrimp: Scrimp, provider: FakeProvider, stop: Callable[[Frozen], None], length: int
) -> None:
    frozen = Frozen(scrimp, provider, "x" * length)
    stop(frozen)

    assert sum(b'"status":"ok"' in row for row in frozen.rows()) == ROWS
    assert len(provider.bodies) == ROWS
