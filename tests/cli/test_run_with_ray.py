"""`run --engine ray`: the rows and the bill of the local engine, from workers of Ray."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
from pathlib import Path

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider
from worker_runs import FILES, check_after_a_kill, is_calling, troubled, write_rows

HAS_RAY = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not HAS_RAY, reason="the extra `ray` is not installed")
ROWS = 2000
TOO_SLOW = "The current node timed out during startup"  # in the 30 seconds that Ray itself allows, on a busy machine
# Those that answer rows: versions of Ray name them differently, some only while they work.
ANSWERING = (b"MapWorker", b"AnsweringActor")


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    write_rows(scrimp, ROWS, poisoned=700, refused=1300)
    return scrimp


def workers_of(home: Path, *names: bytes) -> list[int]:
    """Return Ray's processes of a run in this home, those whose name has one of these in it."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes()
            variables = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or belongs to somebody else
            continue
        meant = words.startswith(b"ray::") and any(name in words for name in names)
        if meant and b"SCRIMP_HOME=" + os.fsencode(home) in variables:
            found.append(int(process))
    return found


@pytest.mark.ray
@needs_ray
@pytest.mark.timeout(1000)
def test_a_poisoned_row_a_refused_call_and_a_killed_worker_cost_that_row_and_what_was_in_flight(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer, go_on = troubled(provider), provider.hold(after=500)
    del ready.env["PYTHONWARNINGS"]  # Ray's own
    words = ("run", "rows.jsonl", "--engine", "ray", "--workers", "2", *FILES)
    run = ready.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: len(provider.bodies) > 500 or run.poll() is not None, seconds=400)
        if run.poll() is not None:
            said = run.communicate()[1].decode()
            if TOO_SLOW in said:
                pytest.skip(said)
            raise AssertionError(said)
        calling: list[int] = []

        def some_are_calling() -> bool:
            calling[:] = [each for each in workers_of(ready.home, *ANSWERING) if is_calling(each, provider)]
            return bool(calling)

        wait_until(some_are_calling, run=run)
        os.kill(calling[0], signal.SIGKILL)
        go_on.set()
        out, err = run.communicate(timeout=400)
    finally:
        run.kill()  # a failure leaves no run behind that waits for a provider
    assert (run.returncode, out, err.count(b"a worker died")) == (3, b"", 1)

    check_after_a_kill(ready, provider, ROWS, poisoned=700)
    wait_until(lambda: not workers_of(ready.home, b"ray::"))  # they end by themselves, once they see that Ray has

    again = ready("run", "rows.jsonl", "--cache", "only", "--skip", "701")
    assert len(again.rows) == ROWS - 701
    assert {row["cache"] for row in again.rows} == {"hit"}
    # What workers left is brought in at the end of the run, or, of one that has not ended by then, by the next command.
    assert list(ready.home.glob("in-flight-*")) == []


@pytest.mark.skipif(HAS_RAY, reason="the extra `ray` is installed")
def test_without_ray_the_way_to_it_is_said(ready: Scrimp, provider: FakeProvider) -> None:
    ran = ready("run", "rows.jsonl", "--engine", "ray")

    assert (ran.status, ran.out, "pip install 'scrimp[ray]'" in ran.err) == (2, "", True)
    assert provider.bodies == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("-",), "does not read stdin"),
        (("rows.jsonl", "-o", "{id}.md"), "leave {column} out of -o"),
        (("rows.jsonl", "--batch"), "leave out --engine ray"),
        (("rows.jsonl", "-o", "notes/"), "has own.md in it"),
        (("rows.jsonl", "rows/", "-o", "rows/"), "is also an input"),
        (("rows.jsonl", "-o", "out/", "--fields", "none"), "no field 'none'"),
    ],
)
def test_what_no_worker_can_do_is_said_before_anything_is_started(
    ready: Scrimp, words: tuple[str, ...], says: str
) -> None:
    ready.file("notes/own.md", "")
    ready.file("rows/in.jsonl", "")
    ran = ready("run", *words, "--engine", "ray", stdin="a\n")

    assert (ran.status, says in ran.err, "Ray" in ran.err) == (2, True, False)


def test_parts_are_for_ray(ready: Scrimp, provider: FakeProvider) -> None:
    ran = ready("run", "rows.jsonl", "-o", "out/")

    assert (ran.status, "only --engine ray fills" in ran.err, provider.bodies) == (2, True, [])
