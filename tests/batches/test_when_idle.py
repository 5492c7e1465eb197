"""`--when-idle`: work that waits until no other run of the store is calling models."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from batch_servers import OpenAIBatches
from command import Scrimp, wait_until
from fake_provider import FakeProvider

SLOW_PROVIDER = """
[providers.slow]
dialect = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[models."slow/model"]
price = {{ input = 1.0, output = 10.0 }}
"""
SMALL = ("--model", "fake/small")


@pytest.fixture
def idle(batched: Scrimp, provider: FakeProvider) -> Scrimp:
    batched.config((batched.home / "config.toml").read_text() + SLOW_PROVIDER.format(url=provider.url))
    batched.file("a.txt", "one\ntwo\n")
    batched.file("b.txt", "three\n")
    return batched


@pytest.fixture
def busy(idle: Scrimp, provider: FakeProvider) -> Iterator[subprocess.Popen[bytes]]:
    """A run that waits for its provider."""
    go_on = provider.hold()
    process = idle.start(
        "ask", "hello", "--model", "slow/model", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: len(provider.bodies) == 1, run=process)
    yield process
    process.kill()
    process.wait()
    go_on.set()


def test_work_of_many_commands_is_sent_together_once_nobody_else_works(
    idle: Scrimp, server: OpenAIBatches, busy: subprocess.Popen[bytes]
) -> None:
    for name in ("a.txt", "b.txt"):
        submitted = idle("batch", "submit", name, *SMALL, "--when-idle")
        assert (submitted.status, submitted.out) == (0, ""), submitted.err
        assert "in queue idle: live $" in submitted.err
    waiting = idle("batch", "flush", "idle")
    assert waiting.status == 6
    assert "another run of this store is calling models" in waiting.err
    assert not server.seen
    busy.kill()
    busy.wait()
    flushed = idle("batch", "flush")
    assert flushed.status == 0, flushed.err
    assert "queue idle: 3 requests of 2 jobs in 1 batch" in flushed.err
    assert idle("batch", "fetch", "last", "--wait").status == 0
    assert len(server.batches) == 1


@pytest.mark.usefixtures("busy")
def test_it_is_sent_at_once_where_that_is_asked_for(idle: Scrimp, server: OpenAIBatches) -> None:
    idle("batch", "submit", "a.txt", *SMALL, "--when-idle")
    assert idle("batch", "flush", "idle", "--now").status == 0
    assert len(server.batches) == 1


@pytest.mark.usefixtures("busy")
def test_other_queues_do_not_wait_for_that(idle: Scrimp, server: OpenAIBatches) -> None:
    idle("batch", "submit", "a.txt", *SMALL, "--queue", "nightly")
    assert idle("batch", "flush", "nightly").status == 0
    assert len(server.batches) == 1


def test_calls_that_no_batch_takes_wait_for_it_when_they_are_fetched(
    idle: Scrimp, provider: FakeProvider, busy: subprocess.Popen[bytes]
) -> None:
    submitted = idle("batch", "submit", "b.txt", "--model", "slow/model", "--when-idle")
    assert submitted.status == 0, submitted.err
    fetched = idle("batch", "fetch")
    assert fetched.status == 6, fetched.err
    assert fetched.rows[0]["error"]["message"].endswith("another run of this store is calling models")
    assert len(provider.bodies) == 1
    waiting = idle.start("batch", "fetch", "--wait", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert waiting.stderr is not None
    told = b""
    while b"wait while another run" not in told:
        line = waiting.stderr.readline()
        assert line, told
        told += line
    provider.hold().set()
    busy.kill()
    busy.wait()
    out, err = waiting.communicate(timeout=100)
    assert waiting.returncode == 0, err
    assert b'"status":"ok"' in out


@pytest.mark.parametrize("words", [("run", "a.txt"), ("run", "a.txt", "--batch")])
def test_what_somebody_waits_for_is_not_queued(idle: Scrimp, server: OpenAIBatches, words: tuple[str, ...]) -> None:
    ran = idle(*words, *SMALL, "--when-idle")
    assert ran.status == 2
    assert "--when-idle is for work that is left: scrimp batch submit --when-idle" in ran.err
    assert not server.seen


def test_two_queues_exclude_each_other(idle: Scrimp) -> None:
    ran = idle("batch", "submit", "a.txt", *SMALL, "--when-idle", "--queue", "nightly")
    assert ran.status == 2
    assert "exclude each other" in ran.err
