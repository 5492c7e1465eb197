from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import answer
from scrimp.errors import StoreUnwritableError
from scrimp.store.journal import BegunCall, Journal, SettledRow, recover_abandoned
from scrimp.values import Entry

ENTRY = Entry(call="c", run="r", time=1.0, provider="acme", model="m", status="lost", seconds=0.0)

DIES = """
import os, signal, sys
from pathlib import Path
import msgspec
from scrimp.store.journal import Journal
from scrimp.values import Entry
journal = Journal(Path(sys.argv[1]), "r")
entry = msgspec.json.decode(sys.argv[2], type=Entry)
for number in range(5000):
    journal.record_begun(msgspec.structs.replace(entry, call=str(number)))
    if number % 2:
        journal.checkpoint([str(number)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def found(folder: Path) -> list[str]:
    """The calls that processes which died have left."""
    with recover_abandoned(folder) as lines:
        return [line.entry.call for line in lines if isinstance(line, BegunCall)]


def files(folder: Path) -> list[Path]:
    return list(folder.glob("in-flight-*"))


def test_requests_of_a_process_that_was_killed_are_found(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", DIES, str(tmp_path), msgspec.json.encode(ENTRY).decode()], check=False, env=os.environ
    )
    left = found(tmp_path)

    assert killed.returncode == -signal.SIGKILL
    assert {str(number) for number in range(0, 5000, 2)} <= set(left)
    assert len(left) == len(set(left))
    assert files(tmp_path) == []


def test_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    journal.record_begun(ENTRY)

    assert found(tmp_path) == []
    assert len(files(tmp_path)) == 1
    journal.close()


def test_a_turn_that_fails_leaves_the_file_for_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    journal.record_begun(ENTRY)
    journal.close()  # with a request that never came to an end
    with pytest.raises(ZeroDivisionError), recover_abandoned(tmp_path):
        raise ZeroDivisionError

    assert found(tmp_path) == ["c"]


def test_what_came_of_a_call_is_found_with_its_completion(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    journal.record_begun(ENTRY)
    journal.record_settled([ENTRY], time=7.0, completion=(b"k" * 32, answer("kept")))
    journal.close()

    with recover_abandoned(tmp_path) as lines:
        assert lines == [BegunCall(ENTRY), SettledRow((ENTRY,), 7.0, (b"k" * 32).hex(), answer("kept"))]


def test_nothing_is_left_when_all_requests_ended(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    for number in range(10_000):
        journal.record_begun(replace(ENTRY, call=str(number)))
        journal.checkpoint([str(number)])
    made = len(files(tmp_path))
    journal.close()

    assert (made, files(tmp_path)) == (1, [])


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "home", "r")
    journal.record_begun(ENTRY)

    assert files(tmp_path / "home")[0].stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    journal.close()


@given(st.lists(st.text(max_size=400), min_size=1, max_size=20), st.integers(0, 300))
def test_a_line_that_was_cut_short_costs_itself_alone(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("home")
    entries = [replace(ENTRY, call=str(number), error=word) for number, word in enumerate(words)]
    whole = b"".join(msgspec.json.encode(BegunCall(entry)) + b"\n" for entry in entries)
    (folder / "in-flight-x-1.jsonl").write_bytes(
        whole + msgspec.json.encode(BegunCall(ENTRY))[: min(cut, 100)] + bytes(64)
    )

    assert found(folder) == [entry.call for entry in entries]


def test_a_disk_that_is_full_is_told_each_time_and_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        for _ in range(2):
            with pytest.raises(StoreUnwritableError):
                journal.record_begun(ENTRY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)

    assert files(tmp_path) == []
    journal.record_begun(ENTRY)
    assert len(files(tmp_path)) == 1
    journal.checkpoint(["c"])
    journal.close()
