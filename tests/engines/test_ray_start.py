"""Where Ray does not start, a sentence says so."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from types import ModuleType
from typing import NoReturn

import pytest

from scrimp.engines.ray.run import _ray
from scrimp.errors import ScrimpError


@pytest.mark.parametrize(
    ("said", "told"),
    [("The current node timed out during startup.\nSee the logs.", "timed out during startup."), ("", "Exception")],
)
def test_any_failure_of_ray_s_own_is_told_in_its_first_line(
    monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    def init(**_: object) -> NoReturn:
        raise Exception(said)  # noqa: TRY002 -- as Ray does

    ray = ModuleType("ray")
    monkeypatch.setattr(ray, "init", init, raising=False)
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_BACKEND_LOG_LEVEL", "fatal")

    with (
        warnings.catch_warnings(),
        pytest.raises(ScrimpError, match=r"Ray does not start \(.*" + told + r"\): see ray status, or use"),
        _ray({}, 1),
    ):
        pass


def test_a_signal_that_comes_while_ray_starts_is_not_ray_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own handler ends the process with the signal's number for a status, 15."""

    class EndedError(Exception):
        """As the handler of a run."""

    def end(*_: object) -> NoReturn:
        raise EndedError

    def init(**_: object) -> None:
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(number))
        os.kill(os.getpid(), signal.SIGTERM)

    ray = ModuleType("ray")
    monkeypatch.setattr(ray, "init", init, raising=False)
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_BACKEND_LOG_LEVEL", "fatal")
    former = signal.signal(signal.SIGTERM, end)
    try:
        with warnings.catch_warnings(), pytest.raises(EndedError), _ray({}, 1):
            pass
    finally:
        signal.signal(signal.SIGTERM, former)
