from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrimp.cli.results.pipe_reader import may_reach_terminal

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc tells who reads a pipe")


@pytest.fixture
def terminal() -> Iterator[int]:
    master, slave = pty.openpty()
    yield slave
    os.close(slave)
    os.close(master)


def led_to(filters: list[str], last: int, terminal: int) -> bool:
    """Return what is found of a pipe that such filters read, the last of which writes to a file or a terminal."""
    first, written = os.pipe()
    running, source = [], first
    for number, command in enumerate(filters):
        following = os.pipe() if number < len(filters) - 1 else (-1, last)
        running.append(subprocess.Popen(command, shell=True, stdin=source, stdout=following[1]))
        os.close(source)
        if following[1] != last:
            os.close(following[1])
        source = following[0]
    try:
        return may_reach_terminal(written, terminal)
    finally:
        os.close(written)
        for process in running:
            process.wait(100)


@pytest.mark.parametrize("filters", [["exec cat"], ["exec cat"] * 3, ["cat; true"]])
def test_filters_lead_to_a_terminal_or_to_a_file(filters: list[str], terminal: int, tmp_path: Path) -> None:
    assert led_to(filters, terminal, terminal)
    with (tmp_path / "rows").open("wb") as file:
        assert not led_to(filters, file.fileno(), terminal)


def test_another_terminal_is_not_this_one(terminal: int) -> None:
    master, other = pty.openpty()
    assert not led_to(["exec cat"], other, terminal)
    os.close(other)
    os.close(master)


def test_who_captures_a_pipe_keeps_what_comes_and_an_unknown_reader_may_print_it(terminal: int, tmp_path: Path) -> None:
    read, written = os.pipe()

    assert not may_reach_terminal(written, terminal)  # this process reads it, and not as its stdin
    assert may_reach_terminal(written, terminal, tmp_path)
    os.close(read)
    os.close(written)


def test_what_is_not_a_pipe_leads_nowhere_else(terminal: int, tmp_path: Path) -> None:
    with (tmp_path / "rows").open("wb") as file:
        assert not may_reach_terminal(file.fileno(), terminal, tmp_path)
    assert not may_reach_terminal(terminal, terminal, tmp_path)
    assert not may_reach_terminal(9999, terminal)
