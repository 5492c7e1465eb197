"""What other runs use of a credit while one goes."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from decimal import Decimal
from pathlib import Path

import pytest

from scrimp.config.paths import Paths, paths_of
from scrimp.enums import EntryStatus
from scrimp.flows.buying.provider_credits import Credit, CreditUse, ProviderCredits
from scrimp.flows.buying.runs_beside import RunsBeside
from scrimp.store.ledger import Ledger
from scrimp.values import Entry

DAY = Credit(dollars=Decimal(10), since="2026-11-02")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_of({"SCRIMP_HOME": str(tmp_path)})


@pytest.fixture
def ledger(paths: Paths) -> Iterator[Ledger]:
    with closing(Ledger(paths.ledger_db)) as opened:
        yield opened


def beside_of(
    run: str, paths: Paths, warn: Callable[[str], None] = pytest.fail, clock: Callable[[], float] = lambda: 0.0,
    provider: str = "azure",
) -> RunsBeside:  # fmt: skip
    """The runs beside one, of which a call of unknown cost may have cost a dollar."""
    return RunsBeside(
        {provider: DAY}, paths, run, warn, bounded=lambda lost: (Decimal(len(lost)), 0), clock=clock
    )  # fmt: skip


def credits_of(run: str, paths: Paths) -> ProviderCredits:
    """Its credits; it looks into the ledger only where a run begins or ends."""
    return ProviderCredits({"azure": DAY}, {}, beside=beside_of(run, paths))


def entry(
    number: int, cost: str | None, *, run: str = "other", provider: str = "azure", when: float = 1.0,
    status: EntryStatus = "paid",
) -> Entry:  # fmt: skip
    return Entry(
        call=f"call-{number}", run=run, time=DAY.begin + when, provider=provider, model="m", status=status, seconds=1,
        cost=None if cost is None else Decimal(cost),
    )  # fmt: skip


def test_what_runs_beside_use_is_taken_off_as_it_comes_and_a_run_s_own_calls_are_not_taken_off_twice(
    ledger: Ledger, paths: Paths
) -> None:
    ledger.append([entry(0, "9")])  # of before, which `used` has
    time, warned = [0.0], list[str]()
    beside = beside_of("mine", paths, warned.append, lambda: time[0])
    granted = ProviderCredits({"azure": DAY}, {"azure": CreditUse(dollars=Decimal(9))}, warned.append, beside)

    ledger.append([
        entry(1, "0.25"), entry(2, "0.5", provider="openai"), entry(3, "0.125", run="mine"), entry(4, "5", when=-1),
    ])  # fmt: skip
    left = []
    for moment in (0.5, 1.5, 9.0):
        time[0] = moment
        left.append((granted.has("azure"), granted.has("openai"), granted.left("azure")))
    assert left == [(True, False, Decimal(dollars)) for dollars in ("1", "0.75", "0.75")]

    ledger.append([entry(5, None, status="lost")])  # which may have cost a dollar
    time[0] = 20.0
    assert not granted.has("azure")
    assert (granted.used("azure").unknown, warned) == (1, [])


def test_a_ledger_that_breaks_is_told_of_once_and_what_is_known_counts(ledger: Ledger, paths: Paths) -> None:
    time, warned = [0.0], list[str]()
    beside = beside_of("mine", paths, warned.append, lambda: time[0])
    ledger.close()
    paths.ledger_db.write_bytes(b"no database" * 1000)

    for moment in (5.0, 10.0):
        time[0] = moment
        assert beside.news() == {}
    (only,) = warned
    assert "this run no longer sees what other runs use of credits" in only


def test_what_a_run_keeps_and_has_paid_is_no_other_s_before_the_ledger_has_it_nor_twice_after(
    ledger: Ledger, paths: Paths
) -> None:
    one, two = credits_of("one", paths), credits_of("two", paths)

    with one.reserved("azure", Decimal(7)):
        assert two.has("azure")
        with two.reserved("azure", Decimal(3)):
            assert not one.has("azure")
            assert not two.has("azure")
        one.pay("azure", Decimal(4))
    assert two.lend() == {"azure": Decimal(6)}  # for its workers
    assert not one.has("azure")
    two.pay("azure", Decimal(2))
    ledger.append([entry(1, "4", run="one"), entry(2, "2", run="two")])

    two.close()
    assert one.has("azure")
    assert one.left("azure") == 4  # of the one that ended all is in the ledger, and looked up at once


def test_a_run_that_was_killed_counts_with_what_it_told_last_until_the_ledger_has_it(
    ledger: Ledger, paths: Paths
) -> None:
    time = [0.0]
    watching = beside_of("watching", paths, clock=lambda: time[0])
    killed = credits_of("killed", paths)
    killed.pay("azure", Decimal(2))
    with killed.reserved("azure", Decimal(1)):
        shutil.copy(paths.credit_uses / "killed.use", paths.credit_uses / "dead.use")  # nothing holds its lock
    (paths.credit_uses / "empty.use").touch()
    (paths.credit_uses / "damaged.use").write_bytes(b'["azure"]\n' + bytes(7))
    killed.close()

    assert watching.news() == {}
    assert watching.underway("azure") == 3
    time[0] = 2.0
    assert watching.news() == {}
    assert not (paths.credit_uses / "dead.use").exists()
    ledger.append([entry(1, "2", run="dead"), entry(2, None, run="dead", status="lost")])  # as its journal is found
    time[0] = 4.0
    assert watching.news() == {"azure": CreditUse(dollars=Decimal(2), at_most=Decimal(1), unknown=1)}
    assert watching.underway("azure") == 0
    watching.close()


def test_three_runs_in_any_order_pass_a_credit_by_less_than_a_call(ledger: Ledger, paths: Paths) -> None:
    rng, spent, number = random.Random(5), Decimal(0), 0
    runs = {name: credits_of(name, paths) for name in ("a", "b", "c")}
    flying: list[tuple[str, Decimal, AbstractContextManager[None]]] = []
    unwritten: list[Entry] = []
    for _ in range(600):
        name = rng.choice("abc")
        step = rng.random()
        if step < 0.5 and runs[name].has("azure"):
            cost = Decimal(rng.randrange(1, 500)) / 1000
            call = runs[name].reserved("azure", cost)
            call.__enter__()
            flying.append((name, cost, call))
        elif step < 0.8 and flying:
            name, cost, call = flying.pop(rng.randrange(len(flying)))
            runs[name].pay("azure", cost)
            call.__exit__(None, None, None)
            spent, number = spent + cost, number + 1
            unwritten.append(entry(number, str(cost), run=name))
        elif step < 0.9:
            ledger.append(unwritten)
            unwritten.clear()
        elif not any(each == name for each, *_ in flying) and not unwritten:  # it ends, and another begins
            runs[name].close()
            used = {"azure": CreditUse(dollars=spent)}
            runs[name] = ProviderCredits({"azure": DAY}, used, beside=beside_of(name, paths))
        assert spent + sum(cost for _, cost, _ in flying) < DAY.dollars + Decimal("0.5")

    assert spent + sum(cost for _, cost, _ in flying) >= DAY.dollars
    for each in runs.values():
        each.close()
    assert list(paths.credit_uses.iterdir()) == []


def test_a_file_that_is_cut_short_while_it_is_looked_at_counts_nothing(ledger: Ledger, paths: Paths) -> None:
    other = credits_of("other", paths)
    other.pay("azure", Decimal(2))
    looking = beside_of("looking", paths)
    assert looking.underway("azure") == 2
    os.truncate(paths.credit_uses / "other.use", 0)

    assert looking.underway("azure") == 0
    other.close()
    looking.close()
    ledger.close()


def test_runs_that_have_ended_leave_no_file_open_in_one_that_goes_on(ledger: Ledger, paths: Paths) -> None:
    granted = credits_of("mine", paths)
    before = len(os.listdir("/dev/fd"))
    for number in range(20):
        other = credits_of(f"other-{number}", paths)
        other.pay("azure", Decimal("0.25"))
        assert granted.has("azure")  # which is when it looks
        ledger.append([entry(number, "0.25", run=f"other-{number}")])
        other.close()
        assert granted.has("azure")

    assert (len(os.listdir("/dev/fd")), granted.left("azure")) == (before, 5)
    granted.close()
