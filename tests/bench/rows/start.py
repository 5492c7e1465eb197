"""How long `scrimp --version` and `--help` take, beside Python itself and beside llm."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial

from bench.home import installed
from bench.plan import Plan
from bench.processes import Spent, medians, spend
from bench.table import Row, ms, times


def measure(plan: Plan) -> Iterator[Row]:
    home = plan.home()
    nothing = partial(spend, [sys.executable, "-c", "pass"], env=home.env, cwd=home.folder)
    ours: dict[str, Callable[[], Spent]] = {flag: partial(home.scrimp, flag) for flag in ("--version", "--help")}
    medians(ours, 1)  # the first start of all compiles
    took = medians({"pass": nothing, **ours}, plan.size(31, 9))
    for flag in ours:
        yield Row(
            what=f"scrimp {flag}",
            measured=ms(took[flag]),
            beside=f"python -c pass {ms(took['pass'])}",
            ratio=times(took[flag] / took["pass"]),
            asked="at most 8 x",
        )
    yield from _beside_llm(plan, ours)


def _beside_llm(plan: Plan, ours: dict[str, Callable[[], Spent]]) -> Iterator[Row]:
    program = installed("llm")
    if program is None:
        yield Row(
            what="scrimp --version, --help", measured="", beside="llm skipped: not installed", asked="15 x faster"
        )
        return
    home = plan.home()
    llm = partial(spend, [program, "--version"], env=home.env, cwd=home.folder)
    llm()
    took = medians({"llm": llm, **ours}, plan.size(9, 3))
    for flag in ours:
        yield Row(
            what=f"scrimp {flag}",
            measured=ms(took[flag]),
            beside=f"llm --version {ms(took['llm'])}",
            ratio=times(took["llm"] / took[flag]),
            asked="15 x faster",
        )
