"""What a ledger shows after a hundred thousand good rows."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.plan.certified.certified_routes import chain_name
from scrimp.flows.tune.watch.find_drift import find_drift
from scrimp.store.ledger import Ledger
from scrimp.store.tuning.route_checks import RouteCheck, RouteCheckStore
from scrimp.values import Entry, Usage

CHAIN = TunedRoute(
    signature="task", steps=("a/small", "c/large"), signal="logprobs", policy="a/small is 90 % sure",
    flagship="c/large", target=0.95, risk=0.05, bound=0.955, pairs=200, below=0.8, saved=0.7, agreed=156, compared=160,
    certified="2026-11-09T14:03:21Z",
)  # fmt: skip
ALONE = replace(CHAIN, steps=("a/small",), below=1.0, unread=0.02, agreed=195, compared=200)
GOOD = 100_000
# Rows numbered from 0: one of five goes to the flagship, one of fifty has no answer, one of a hundred was compared.
FILL = """
    WITH RECURSIVE row (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM row WHERE n < {good} - 1)
    INSERT INTO entries (call, run, time, provider, model, status, seconds, output, estimated, chain, step, key,
      tags, signature, unread)
    SELECT n || '-{step}', 'r', n, 'a', 'small', 'paid', 0, 20 + n % 30, 0, '{chain}', {step}, printf('%06x', n),
      '{{}}', 'task', {unread} FROM row WHERE {which}
"""


def filled(path: Path, route: TunedRoute, good: int = GOOD) -> Ledger:
    """Return a ledger with the good rows of a route."""
    ledger, name = Ledger(path), chain_name(route)
    with closing(sqlite3.connect(path)) as db, db:
        unread = "n % 50 = 0" if route.unread is not None else "NULL"
        db.execute(FILL.format(good=good, chain=name, step=0, unread=unread, which="1"))
        if len(route.steps) > 1:
            db.execute(FILL.format(good=good, chain=name, step=1, unread="NULL", which="n % 5 = 0"))
        db.execute(
            "WITH RECURSIVE row (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM row WHERE n < ? / 100 - 1)"
            " INSERT INTO route_checks SELECT ?, printf('%06x', 100 * n), 100 * n, n % 40 > 0 FROM row",
            (good, name),
        )
    return ledger


def row(
    number: int, route: TunedRoute, *, top: bool = False, unread: bool = False, tokens: int = 35
) -> Iterator[Entry]:
    for step in range(1 + top):
        yield Entry(
            call=f"{number}-{step}", run="r", time=float(number), provider="a", model="small", status="paid",
            seconds=0.0, usage=Usage(output=tokens), chain=chain_name(route), step=step, key=f"{number:06x}",
            signature="task", unread=unread if route.unread is not None else None,
        )  # fmt: skip


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("alone") / "ledger.db"
    filled(path, ALONE).close()
    return path


@pytest.mark.parametrize("what", ["nothing", "unread", "tokens", "answers"])
@pytest.mark.parametrize("run", [400, 2000])
def test_bad_rows_after_a_hundred_thousand_good_ones_are_seen_within_two_thousand(
    tmp_path: Path, alone: Path, what: str, run: int
) -> None:
    path = Path(shutil.copy(alone, tmp_path / "ledger.db"))
    with closing(Ledger(path)) as ledger, closing(RouteCheckStore(path)) as checks:
        looks: list[str | None] = []
        for first in range(GOOD, GOOD + 2000, run):
            numbers = range(first, first + run)
            unread, tokens = 10 if what == "unread" else 50, 90 if what == "tokens" else 35
            ledger.append([entry for n in numbers for entry in row(n, ALONE, unread=n % unread == 0, tokens=tokens)])
            compared = [n for n in numbers if n % 100 == 0]
            same = {n: n % 300 == 0 if what == "answers" else True for n in compared}
            checks.put([RouteCheck(chain_name(ALONE), f"{n:06x}", n, same[n]) for n in compared])
            looks += [found.drift for found in find_drift([ALONE], ledger, checks)]

    assert any(looks) == (what != "nothing")


@pytest.mark.parametrize("bad", [True, False])
def test_rows_of_a_chain_that_climb_more_often_are_seen_after_all_that_did_not(tmp_path: Path, bad: bool) -> None:
    path = tmp_path / "ledger.db"
    with closing(filled(path, CHAIN, 10_000)) as ledger, closing(RouteCheckStore(path)) as checks:
        numbers = range(10_000, 12_000)
        ledger.append([entry for n in numbers for entry in row(n, CHAIN, top=n % 5 < 1 + bad)])
        (found,) = find_drift([CHAIN], ledger, checks)

    assert (found.drift is not None) == bad
