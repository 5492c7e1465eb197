"""Another client run beside scrimp, in a process of its own, and what is to be said of it."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.home import clean_env
from bench.plan import Plan
from bench.processes import CrashError, TooLongError, spend
from bench.provider import Provider
from bench.table import Row, times

_TESTS = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Rate:
    """What `bench.clients` prints, or what is known of it when it took too long."""

    answered: int
    failures: dict[str, int]
    seconds: float
    stopped: bool = False

    @property
    def a_second(self) -> float:
        """Return calls answered a second, from the first call on: the client's start is not held against it."""
        return self.answered / self.seconds

    @property
    def flaw(self) -> str:
        """Return in words what is wrong with the rate, if anything is."""
        if self.failures:
            worst, failed = max(self.failures, key=self.failures.__getitem__), sum(self.failures.values())
            return f", fails: {worst} in {failed:,} of {failed + self.answered:,}"
        return f", stopped after {self.seconds:.0f} s" if self.stopped else ""


def present(name: str) -> bool:
    """Tell whether the client's library is installed beside scrimp."""
    return importlib.util.find_spec(name) is not None


def measure(
    plan: Plan, name: str, *, calls: int, in_flight: int, delay: float = 0.0, at_most: float = 120.0
) -> Rate | str:
    """Return how fast a client is against a server of its own, or in words why it is not known."""
    with plan.provider(delay=delay) as provider:
        return measure_at(provider, plan, name, calls=calls, in_flight=in_flight, at_most=at_most)


def measure_at(provider: Provider, plan: Plan, name: str, *, calls: int, in_flight: int, at_most: float) -> Rate | str:
    """Return how fast a client is against a server that runs already."""
    if not present(name.partition("_")[0]):
        return "skipped: not installed"
    folder = plan.folder / "clients"
    folder.mkdir(exist_ok=True)
    env = clean_env(folder)
    env["PYTHONPATH"] = os.pathsep.join([str(_TESTS), *filter(None, [env.get("PYTHONPATH")])])
    sizes = ["--calls", str(calls), "--workers", str(in_flight)]
    words = [sys.executable, "-P", "-m", "bench.clients", name, "--url", provider.url, *sizes]
    try:
        printed = spend(words, env=env, cwd=folder, limit=at_most).out
    except TooLongError:
        # Then only the provider can tell, and the client's start is counted after all.
        return Rate(answered=len(provider.times()), failures={}, seconds=at_most, stopped=True)
    except CrashError as error:
        print(error, file=sys.stderr)
        return "fails: see above"
    return Rate(**json.loads(printed.splitlines()[-1]))  # a library may greet its user before that


def beside(
    what: str, ours: float, name: str, rates: Sequence[Rate | str], *, asked: str = "", unit: str = "rows"
) -> Row:
    """Return the row of a client: scrimp, as a whole process if `unit` is rows, beside the median of its own rates."""
    measured = f"{ours:,.0f} {unit}/s"
    known = [rate for rate in rates if isinstance(rate, Rate) and rate.answered]
    if not known:
        why = next((rate for rate in rates if isinstance(rate, str)), "fails: answers nothing")
        return Row(what=what, measured=measured, beside=f"{name} {why}", asked=asked)
    theirs = statistics.median(rate.a_second for rate in known)
    flaw = next((rate.flaw for rate in known if rate.flaw), "")
    return Row(
        what=what,
        measured=measured,
        beside=f"{name} {theirs:,.0f} calls/s{flaw}",
        ratio=times(ours / theirs),
        asked=asked,
    )
