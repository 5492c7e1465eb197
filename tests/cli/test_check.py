"""`--check CMD`: what cannot be started is found before anything is paid, and what hangs is ended."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.txt", "one\nhang\nthree\n")
    scrimp.file("not-executable", "#!/bin/sh\n")
    scrimp.file("no-interpreter", "#!/no/such/interpreter\n").chmod(0o755)
    return scrimp


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("", "--check is empty"),
        (" ", "--check is empty"),
        ("grep 'x", "No closing quotation"),
        ("no-such-program x", "(No such file or directory)"),
        ("./not-executable", "Permission denied"),
        ("./no-interpreter", "No such file or directory"),
        (".", "Permission denied"),
        ("sh -c 'no-such-program x'", "exit status 127: sh:"),
        ("sh -c ./not-executable", "exit status 126: sh:"),
        ("env no-such-program", "exit status 127: env:"),
    ],
)
@pytest.mark.parametrize("words", [("run", "rows.txt"), ("ask", "hello")])
def test_a_check_that_cannot_be_started_is_found_before_the_first_call(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, ...], check: str, reason: str
) -> None:
    ran = ready.amid(*words, "--check", check, prepared="patient")

    assert (ran.status, ran.out, provider.bodies) == (2, "", [])
    assert reason in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_check_that_refuses_the_empty_text_of_its_trial_is_used_anyway(ready: Scrimp, provider: FakeProvider) -> None:
    ran = ready("run", "rows.txt", "--check", "grep -q 'one\\|three'", "--fields", "status")

    assert [row["status"] for row in ran.rows] == ["ok", "error", "ok"]
    assert len(provider.bodies) == 3


def test_a_check_that_is_not_needed_is_not_tried(ready: Scrimp) -> None:
    ready.file("tried.sh", "cat >/dev/null; echo tried >>tried.txt\n")
    ready("run", "rows.txt", "--check", "sh tried.sh")
    before = (ready.cwd / "tried.txt").read_text()
    again = ready("run", "rows.txt", "--check", "sh tried.sh", "--summary", "none")

    assert before.count("tried") == 4  # once without a completion, and once for each of three
    assert (ready.cwd / "tried.txt").read_text() == before
    assert [row["cache"] for row in again.rows] == ["hit"] * 3


def test_a_check_that_hangs_is_ended_with_all_that_it_started(ready: Scrimp) -> None:
    ready.file("check.sh", "grep -q hang || exit 0\nsleep 1000 &\nwait\n")
    ready.file("hang.txt", "hang\n")
    ran = ready("run", "hang.txt", "--timeout", "2", "--check", "sh check.sh", "--fields", "status,error.message")

    assert [row["status"] for row in ran.rows] == ["error"]
    assert "it was still running after 2 s, and was ended" in ran.rows[0]["error.message"]
    try:
        wait_until(lambda: not _running_in(ready.cwd))
    finally:
        for child in _running_in(ready.cwd):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _running_in(folder: Path) -> list[int]:
    """Return the processes that work in a folder; one that has ended works in none."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):  # it has ended, or belongs to somebody else
            if os.readlink(f"/proc/{process}/cwd") == str(folder):
                found.append(int(process))
    return found
