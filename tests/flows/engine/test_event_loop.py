"""How the system's scheduler is told that a run is work in bulk."""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp
from fake_provider import Reply, completion, fake_provider
from scrimp.flows.engine.event_loop import prefer_throughput
from worker_runs import is_calling

if sys.platform != "linux":
    pytest.skip("only Linux knows such work", allow_module_level=True)


@pytest.mark.parametrize(
    ("words", "given", "taken"),
    [
        ((), os.SCHED_OTHER, os.SCHED_BATCH),
        (("--engine", "processes", "--workers", "2"), os.SCHED_OTHER, os.SCHED_BATCH),
        ((), os.SCHED_IDLE, os.SCHED_IDLE),  # as `chrt --idle` has it
    ],
)
def test_what_makes_calls_is_work_in_bulk_unless_it_was_told_otherwise(
    scrimp: Scrimp, words: tuple[str, ...], given: int, taken: int
) -> None:
    started, seen = threading.Event(), set[int]()

    def be_told() -> None:
        os.sched_setscheduler(0, given, os.sched_param(0))

    def answer(body: dict[str, Any]) -> Reply:
        started.wait()
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        processes = {int(pid) for pid in workers if words} or {process.pid}
        while not (calling := [pid for pid in processes if is_calling(pid, provider)]):
            pass  # the table of connections changes while it is read
        seen.update(map(os.sched_getscheduler, calling))
        return completion("yes", model=body["model"])

    with fake_provider(answer) as provider:
        scrimp.provider(provider.url)
        rows = scrimp.file("rows.txt", "".join(f"row {number}\n" for number in range(4)))
        process = scrimp.start("run", str(rows), *words, "-o", "out.jsonl", preexec_fn=be_told)
        started.set()
        assert process.wait() == 0

    assert seen == {taken}


@pytest.mark.parametrize("forbidden", ["sched_getscheduler", "sched_setscheduler"])
def test_where_that_cannot_be_said_a_run_goes_on(forbidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))  # musl

    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: None)  # of the process that runs the tests
    monkeypatch.setattr(os, forbidden, forbid)

    prefer_throughput()
