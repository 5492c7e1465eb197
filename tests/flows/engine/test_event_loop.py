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


@pytest.mark.parametrize("words", [(), ("--engine", "processes", "--workers", "2")])
def test_what_makes_calls_is_work_in_bulk(scrimp: Scrimp, words: tuple[str, ...]) -> None:
    started, seen = threading.Event(), set[int]()

    def be_told() -> None:  # else it would inherit what a run in this process said
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))

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

    assert seen == {os.SCHED_BATCH}


@pytest.mark.parametrize(("given", "set_to"), [(os.SCHED_OTHER, [os.SCHED_BATCH]), (os.SCHED_IDLE, [])])
def test_what_was_told_otherwise_stays_so(given: int, set_to: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """As by `chrt --idle`; a process that really is idle waits for all others of a busy machine."""
    told = list[int]()
    monkeypatch.setattr(os, "sched_getscheduler", lambda _: given)
    monkeypatch.setattr(os, "sched_setscheduler", lambda _, policy, __: told.append(policy))

    prefer_throughput()

    assert told == set_to


@pytest.mark.parametrize("forbidden", ["sched_getscheduler", "sched_setscheduler"])
def test_where_that_cannot_be_said_a_run_goes_on(forbidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))  # musl

    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: None)  # of the process that runs the tests
    monkeypatch.setattr(os, forbidden, forbid)

    prefer_throughput()
