"""Rows a second when all are in the cache, beside what a script with `sqlite3` and `json` makes of the same rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.plan import Plan
from bench.processes import Spent, medians, spend
from bench.table import Row, times

_NAIVE = Path(__file__).parent.parent / "naive.py"


def measure(plan: Plan) -> Iterator[Row]:
    count = plan.size(100_000, 5_000)
    filled = plan.filled(count)
    loop = _Loop(plan, filled.home.rows(count))
    took = medians(
        {
            "scrimp": partial(filled.home.run, count, in_flight=64),
            "insert": loop.insert,
            "read": loop.read,
        },
        plan.size(3, 1),
    )
    ours = count / took["scrimp"]
    what, measured = f"{count:,} rows, cached", f"{ours:,.0f} rows/s"
    yield Row(what=what, measured=measured, beside="20,000 rows/s", ratio=times(ours / 20_000), asked="1 x")
    for name, does, asked in (("insert", "a commit a row", "40 x"), ("read", "only reading", "")):
        theirs = count / took[name]
        yield Row(
            what=what,
            measured=measured,
            beside=f"loop, {does} {theirs:,.0f}/s",
            ratio=times(ours / theirs),
            asked=asked,
        )


class _Loop:
    """The naive script, as whole processes: first with no database, then with the one it made."""

    def __init__(self, plan: Plan, rows: Path) -> None:
        self._home = plan.home()
        self._rows = rows
        self._database = self._home.folder / "naive.db"
        self.read: Callable[[], Spent] = self._run

    def insert(self) -> Spent:
        for file in self._home.folder.glob("naive.db*"):
            file.unlink()
        return self._run()

    def _run(self) -> Spent:
        words = [sys.executable, str(_NAIVE), str(self._rows), "naive.jsonl", str(self._database)]
        return spend(words, env=self._home.env, cwd=self._home.folder)
