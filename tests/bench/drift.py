"""After how many rows a change is seen in certified routes, and how often one is seen where there is none.

Rows are written to a ledger as a run writes them, and looked at by what every run ends with: so many good rows, then
bad ones, with a look after every run of so many. No provider is called.

    python tests/bench/drift.py [--good 100000] [--bad 10000] [--run 100] [--draws 5] [--unchanged 200] [--routes 40]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.plan.certified.certified_routes import chain_name
from scrimp.flows.tune.watch.find_drift import find_drift
from scrimp.flows.tune.watch.quality_drift import looks_worse
from scrimp.flows.tune.watch.remembered_rows import NEWEST
from scrimp.store.ledger import Ledger
from scrimp.store.tuning.route_checks import RouteCheck, RouteCheckStore
from scrimp.values import Entry, Usage

PAIRS = 200  # of a certificate


class Rows(Struct, frozen=True):
    """What rows are like: shares, and the typical length of completions in tokens."""

    below: float = 0.8
    unread: float = 0.02
    tokens: float = 40
    same: float = 0.97


class Change(Struct, frozen=True):
    """A change to be seen, of a chain of two voters or of one model, and the share of rows that are compared."""

    name: str
    good: Rows
    bad: Rows
    alone: bool = False
    compared: float = 0.0


CHAIN = Rows()
CHANGES = (
    Change("below the flagship 80 % to 90 %", CHAIN, replace(CHAIN, below=0.9)),
    Change("below the flagship 80 % to 70 %", CHAIN, replace(CHAIN, below=0.7)),
    Change("below the flagship 99 % to 95 %", replace(CHAIN, below=0.99), replace(CHAIN, below=0.95)),
    Change("one model: no answer 2 % to 8 %", CHAIN, replace(CHAIN, unread=0.08), alone=True),
    Change("one model: no answer 2 % to 30 %", CHAIN, replace(CHAIN, unread=0.3), alone=True),
    Change("one model: lengths times 2.5", CHAIN, replace(CHAIN, tokens=100), alone=True),
    *(
        Change(f"one model, {share:.0%} compared: the same 97 % to {same:.0%}", CHAIN, Rows(same=same), True, share)
        for share in (0.01, 0.03)
        for same in (0.1, 0.3, 0.5, 0.7, 0.9)
    ),
)


class Route:
    """A route in a ledger of its own, certified on rows that are as good as the first ones."""

    def __init__(self, change: Change, chance: Random, stack: ExitStack) -> None:
        path = Path(stack.enter_context(TemporaryDirectory())) / "ledger.db"
        self.ledger = stack.enter_context(closing(Ledger(path)))
        self.checks = stack.enter_context(closing(RouteCheckStore(path)))
        self._change, self._chance, self._rows = change, chance, 0
        steps = ("a/small",) if change.alone else ("a/small", "b/small", "c/large")
        share = self._share_of_pairs(change.good.below)
        compared = PAIRS if change.alone else round(PAIRS * share)
        self.tuned = TunedRoute(
            signature="task", steps=steps, policy="", flagship="c/large", target=0.95, risk=0.05, bound=0.955,
            pairs=PAIRS, below=1.0 if change.alone else share, saved=0.9, certified="2026-11-09T14:03:21Z",
            unread=self._share_of_pairs(change.good.unread) if change.alone else None, compared=compared,
            agreed=round(compared * self._share_of_pairs(change.good.same)),
        )  # fmt: skip

    def answer(self, count: int, like: Rows) -> None:
        """Write so many rows."""
        entries, checks, name = [], [], chain_name(self.tuned)
        for _ in range(count):
            self._rows += 1
            entries += self._calls(like, name)
            if self._chance.random() < self._change.compared:
                checks.append(RouteCheck(name, f"{self._rows:09d}", self._rows, self._chance.random() < like.same))
        self.ledger.append(entries)
        self.checks.put(checks)
        if self._change.compared and looks_worse(self.tuned, self.checks.outcomes(name)):
            more = range(min(NEWEST, count - len(checks)))
            when = [self._rows + 1e-6 * each for each in more]
            same = [self._chance.random() < like.same for _ in more]
            self.checks.put([RouteCheck(name, f"{self._rows:09d}-{each}", when[each], same[each]) for each in more])

    def look(self) -> str | None:
        """Return what is said of it now."""
        (found,) = find_drift([self.tuned], self.ledger, self.checks)
        return found.drift

    def _calls(self, like: Rows, name: str) -> Iterator[Entry]:
        steps = 1 if self._change.alone else 2 if self._chance.random() < like.below else 3
        tokens = round(self._chance.lognormvariate(0, 0.6) * like.tokens)
        unread = self._chance.random() < like.unread
        for step in range(steps):
            yield Entry(
                call=f"{self._rows}-{step}", run="r", time=float(self._rows), provider="a", model="small",
                status="paid", seconds=0.0, usage=Usage(output=tokens), chain=name, step=step, key=f"{self._rows:x}",
                signature="task", unread=unread if self._change.alone else None,
            )  # fmt: skip

    def _share_of_pairs(self, share: float) -> float:
        return sum(self._chance.random() < share for _ in range(PAIRS)) / PAIRS


def rows_until_seen(change: Change, good: int, bad: int, run: int, chance: Random) -> int | None:
    """Return after how many bad rows a change is seen; None where it is not, -1 where it was seen before."""
    with ExitStack() as stack:
        route = Route(change, chance, stack)
        route.answer(good, change.good)
        if route.look() is not None:
            return -1
        for done in range(run, bad + 1, run):
            route.answer(run, change.bad)
            if route.look() is not None:
                return done
    return None


def alarms(change: Change, runs: int, run: int, chance: Random) -> int:
    """Return after how many runs of unchanged rows a change is seen, 0 where none is."""
    with ExitStack() as stack:
        route = Route(change, chance, stack)
        for done in range(1, runs + 1):
            route.answer(run, change.good)
            if route.look() is not None:
                return done
    return 0


def _seen(found: Sequence[int | None]) -> str:
    after = sorted(rows for rows in found if rows is not None and rows > 0)
    within = sum(rows <= 2000 for rows in after)
    middle = f"{median(after):,.0f}" if after else "-"
    before = sum(rows == -1 for rows in found)
    said = f"median {middle:>6} rows, within 2,000 in {within} of {len(found)} draws"
    return said + (f", {before} before" if before else "")


def main() -> None:
    """Print a line for each change, and the alarms without one."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, number in (
        ("good", 100_000),
        ("bad", 10_000),
        ("run", 100),
        ("draws", 5),
        ("unchanged", 200),
        ("routes", 40),
    ):
        parser.add_argument(f"--{name}", type=int, default=number)
    asked = parser.parse_args()
    print(f"{asked.bad:,} bad rows after {asked.good:,} good ones, a look after every {asked.run}")
    for change in CHANGES:
        found = [rows_until_seen(change, asked.good, asked.bad, asked.run, Random(draw)) for draw in range(asked.draws)]
        print(f"{change.name:<55} {_seen(found)}", flush=True)
    print(f"alarms in {asked.unchanged} unchanged runs of {asked.run} rows")
    for change in (CHANGES[0], CHANGES[2], CHANGES[3], CHANGES[-1]):
        made = [alarms(change, asked.unchanged, asked.run, Random(draw)) for draw in range(asked.routes)]
        print(f"{change.name.partition(' to ')[0]:<55} in {sum(map(bool, made))} of {asked.routes} routes", flush=True)


if __name__ == "__main__":
    main()
