"""Where Ray does not start, a sentence says so; a signal does not wait until it has started."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

from scrimp.config.paths import Paths
from scrimp.config.sources.load import load
from scrimp.engines.chunks import InputRows
from scrimp.engines.ray.ray_session import ray_session
from scrimp.engines.ray.run import run
from scrimp.errors import ScrimpError
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.read.options import ReadOptions


class FakeRay(ModuleType):
    """Ray as far as a session needs it."""

    def __init__(self, init: Callable[..., object]) -> None:
        super().__init__("ray")
        self.init = init
        self.threads: list[threading.Thread] = []

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 3.0}

    def shutdown(self) -> None:
        self.threads.append(threading.current_thread())


@contextmanager
def faked_ray(monkeypatch: pytest.MonkeyPatch, init: Callable[..., object]) -> Iterator[FakeRay]:
    ray = FakeRay(init)
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_BACKEND_LOG_LEVEL", "fatal")
    with warnings.catch_warnings():
        yield ray


@pytest.mark.parametrize(
    ("said", "told"),
    [("The current node timed out during startup.\nSee the logs.", "timed out during startup."), ("", "Exception")],
)
def test_any_failure_of_ray_s_own_is_told_in_its_first_line(
    monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    def init(**_: object) -> NoReturn:
        raise Exception(said)  # noqa: TRY002 -- as Ray does

    with (
        faked_ray(monkeypatch, init),
        pytest.raises(ScrimpError, match=r"Ray does not start \(.*" + told + r"\): see ray status, or use"),
        ray_session({}, 1),
    ):
        pass


def test_ray_ends_in_the_thread_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel kills what a thread has started when it ends, if that was asked for, as Ray does."""
    threads = []

    with (
        faked_ray(monkeypatch, lambda **_: threads.append(threading.current_thread())) as ray,
        ray_session({}, None) as workers,
    ):
        assert (workers, threads[0].is_alive()) == (2, True)

    assert ray.threads == threads != [threading.main_thread()]


def test_a_ray_that_has_started_is_shut_down_where_it_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: FakeRay) -> NoReturn:
        raise RuntimeError("the control store is gone")

    monkeypatch.setattr(FakeRay, "cluster_resources", gone)
    with (
        faked_ray(monkeypatch, lambda **_: None) as ray,
        pytest.raises(ScrimpError, match=r"Ray does not start \(the control store is gone\)"),
        ray_session({}, 1),
    ):
        pass

    assert len(ray.threads) == 1


def test_a_ray_that_cannot_be_shut_down_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(_: FakeRay) -> NoReturn:
        raise RuntimeError("a node does not answer")

    monkeypatch.setattr(FakeRay, "shutdown", stuck)
    with (
        faked_ray(monkeypatch, lambda **_: None),
        pytest.raises(RuntimeError, match="a node does not answer"),
        ray_session({}, 1),
    ):
        pass


@pytest.mark.parametrize(
    ("number", "status", "cache", "says"),
    [
        (signal.SIGTERM, 143, "on", "stopped by SIGTERM; what was answered is kept; rerun the same command to resume"),
        (signal.SIGHUP, 129, "off", "stopped by SIGHUP; with --cache off a rerun starts over"),
        (signal.SIGINT, 130, "on", "stopped by SIGINT; what was answered is kept; rerun the same command to resume"),
    ],
)
def test_a_signal_ends_a_run_whose_ray_never_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: signal.Signals, status: int, cache: str, says: str
) -> None:
    starts = threading.Event()

    def init(**_: object) -> None:
        os.kill(os.getpid(), number)
        starts.wait(timeout=100)

    paths = Paths(config=tmp_path / "config.toml", data=tmp_path)
    services = Services(load(env={}, cwd=None, paths=paths, flags={}), paths, env={}, warn=pytest.fail, note=print)
    former = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    options = RunOptions(model="fake/test-model", concurrency=8, cache=cache)  # type: ignore[arg-type]
    with faked_ray(monkeypatch, init):
        stop = run(InputRows(names=(), options=ReadOptions()), options, services, lambda _: None)
    waiting = not starts.is_set()
    starts.set()
    services.close()

    assert stop is not None
    assert (stop.message, stop.exit_status, waiting) == (says, status, True)
    assert {each: signal.getsignal(each) for each in former} == former
