"""The scripts of shared budgets on a real server, held against plain integers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from redis_server import RedisServer
from scrimp.errors import ServerRefusedError
from scrimp.shared.budget import BudgetForgottenError, BudgetRun, BudgetServer, Demand
from scrimp.shared.connection import SharedServer
from scrimp.store.files.known_budgets import KnownBudget

NANO = Decimal("1e-9")
CAP = 10_000


@contextmanager
def budget_server(server: RedisServer, name: str | None = None) -> Iterator[BudgetServer]:
    shared = SharedServer(server.url, name="the server", warn=lambda _: None, meanwhile="", timeout=30)
    yield BudgetServer(shared, name or uuid.uuid4().hex)
    shared.close()


def dollars(amount: int) -> Decimal:
    return amount * NANO


def demand(spent: int, least: int | None = None, need: int | None = None, want: int | None = None) -> Demand:
    """Return a demand in nanodollars, where each amount is at least the one before it."""
    least = spent if least is None else least
    need = least if need is None else need
    want = need if want is None else want
    return Demand(spent=dollars(spent), least=dollars(least), need=dollars(need), want=dollars(want))


def ask(run: BudgetRun, *amounts: int, ends: bool = False) -> int:
    return int(run.exchange(demand(*amounts), ends=ends).allowance / NANO)


class Share(Struct):
    """What the model knows of a run."""

    run: BudgetRun
    name: str
    allowance: int = 0
    spent: int = 0
    reserved: int = 0


class Model:
    """Runs of one budget, and the arithmetic of it done by hand: allowances are added up anew each time."""

    def __init__(self, budget: BudgetServer) -> None:
        self.budget, self.shares, self.ended, self.made = budget, list[Share](), 0, 0

    def begin(self) -> None:
        self.made += 1
        name = f"run-{self.made}"
        self.shares.append(Share(self.budget.run(name, dollars(CAP), "first"), name))

    def exchange(self, share: Share, need: int, ahead: int, *, unheard: bool = False) -> None:
        least = share.spent + share.reserved
        amounts = (share.spent, least, least + need, least + need + ahead)
        others = self.ended + sum(each.allowance for each in self.shares if each is not share)
        expected = next((amount for amount in (amounts[3], amounts[2]) if others + amount <= CAP), least)
        if unheard:  # the reply was lost: the same is said again
            share.run.exchange(demand(*amounts))
        state = share.run.exchange(demand(*amounts))
        assert state.allowance == dollars(expected)
        share.allowance = expected
        assert state.committed == dollars(others + expected)
        assert state.committed <= dollars(CAP)

    def call(self, share: Share, bound: int, part: float) -> None:
        """Spend part of what a call may cost, where the allowance has room for it."""
        if share.spent + share.reserved + bound <= share.allowance:
            share.spent += int(bound * part)

    def reserve(self, share: Share, bound: int) -> None:
        if share.spent + share.reserved + bound <= share.allowance:
            share.reserved += bound

    def end(self, share: Share) -> None:
        share.spent, share.reserved = share.spent + share.reserved, 0
        share.run.exchange(demand(share.spent), ends=True)
        self._gone(share)

    def die(self, share: Share) -> None:
        """What it had reserved may have been spent; what else it had comes back."""
        assert self.budget.settle(share.name, dollars(share.spent + share.reserved))
        assert not self.budget.settle(share.name, dollars(share.spent))
        share.spent += share.reserved
        self._gone(share)

    def _gone(self, share: Share) -> None:
        self.shares.remove(share)
        self.ended += share.spent

    def check(self) -> None:
        overview = self.budget.look()
        if not self.made or overview is None:
            return
        assert overview.committed == dollars(self.ended + sum(share.allowance for share in self.shares))
        assert self.ended + sum(share.spent + share.reserved for share in self.shares) <= CAP
        told = {share.run: share for share in overview.runs}
        assert {name: share.allowance for name, share in told.items()} == {
            share.name: dollars(share.allowance) for share in self.shares if share.name in told
        }


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "exchange", "exchange", "exchange", "call", "call", "reserve", "end", "die"]),
        st.integers(0, 7), st.integers(0, 4000), st.integers(0, 3000), st.floats(0, 1), st.booleans(),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150)
@given(steps=STEPS)
def test_allowances_are_those_of_plain_sums_and_never_pass_the_cap(
    steps: list[tuple[str, int, int, int, float, bool]], redis: RedisServer
) -> None:
    with budget_server(redis) as budget:
        model = Model(budget)
        for step, which, bound, ahead, part, unheard in steps:
            share = model.shares[which % len(model.shares)] if model.shares else None
            if step == "begin" or share is None:
                model.begin()
                share = model.shares[-1]
                model.exchange(share, bound, ahead)
            elif step == "exchange":
                model.exchange(share, bound, ahead, unheard=unheard)
            elif step == "call":
                model.call(share, bound, part)
            elif step == "reserve":
                model.reserve(share, bound)
            elif step == "end":
                model.end(share)
            else:
                model.die(share)
            model.check()


def test_a_run_that_has_ended_gives_back_what_it_did_not_spend(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        first, second = budget.run("a", dollars(100), "e"), budget.run("b", dollars(100), "e")
        assert ask(first, 0, 0, 90) == 90
        assert ask(second, 0, 0, 20) == 0
        ask(first, 15, ends=True)
        assert ask(second, 0, 0, 85) == 85
        assert ask(second, 85, 85, 86) == 85


def test_of_what_several_spent_one_that_died_has_spent_no_more_than_it_was_allowed(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        ask(budget.run("a", dollars(100), "e"), 5, 5, 30)
        assert budget.settle("a", dollars(80), of_others_too=True)
        overview = budget.look()
        assert overview is not None
        assert (overview.spent, overview.committed, overview.runs) == (dollars(30), dollars(30), ())


def test_a_silent_run_is_told_of_and_keeps_its_allowance(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        ask(budget.run("a", dollars(100), "e"), 10, 10, 90)
        state = budget.run("b", dollars(100), "e", silent=-1).exchange(demand(0, 0, 20))
        assert state.held == dollars(80)
        assert (state.spent, state.allowance) == (dollars(10), 0)


def test_what_is_held_by_runs_that_the_server_no_longer_lists_is_waited_for_by_nobody(redis: RedisServer) -> None:
    with budget_server(redis, "listed") as budget:
        ask(budget.run("a", dollars(100), "e"), 10, 10, 90)
        redis.client.delete("scrimp:budget:{listed}:seen")
        run = budget.run("b", dollars(100), "e")
        assert run.exchange(demand(0, 0, 20)).held == dollars(80)
        assert run.exchange(demand(0, 5, 5, 5)).held == dollars(80)


def test_runs_that_the_server_lists_and_knows_nothing_of_are_not_shown(redis: RedisServer) -> None:
    with budget_server(redis, "known") as budget:
        ask(budget.run("a", dollars(100), "e"), 10, 10, 90)
        redis.client.delete("scrimp:budget:{known}")
        ask(budget.run("b", dollars(100), "f"), 5)
        overview = budget.look()
        assert overview is not None
        assert [(each.run, each.spent) for each in overview.runs] == [("b", dollars(5))]


def test_a_run_stops_where_the_server_has_forgotten_it(redis: RedisServer) -> None:
    with budget_server(redis, "mine") as budget:
        run = budget.run("a", dollars(100), "e")
        ask(run, 0, 0, 50)
        assert budget.clear("f")
        assert not budget.run("b", dollars(100), "g").exchange(demand(0)).spent
        with pytest.raises(BudgetForgottenError):
            ask(run, 10, 10, 60)


def test_a_run_stops_where_the_server_went_back_to_what_it_knew_before(redis: RedisServer) -> None:
    with budget_server(redis, "back") as budget, budget_server(redis, "back") as again:
        run = budget.run("a", dollars(100), "e")
        ask(run, 0, 0, 50)
        client = redis.client
        before = {key: client.dump(key) for key in client.scan_iter()}
        ask(run, 40, 40, 90)
        for key, value in before.items():
            client.restore(key, 0, value, replace=True)
        with pytest.raises(BudgetForgottenError):
            ask(run, 50, 50, 95)
        assert again.look() is not None


def test_what_a_home_knows_was_spent_is_counted_where_the_server_forgot_it(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        known = KnownBudget("before", dollars(60), dollars(70))
        assert ask(budget.run("a", dollars(100), "new", known), 0, 0, 31) == 0
        assert ask(budget.run("a", dollars(100), "new", known), 0, 0, 30) == 30
        # Who knows more counts it once; who knows less, or what was cleared, changes nothing.
        for amount, counted in ((90, 90), (80, 90)):
            knows = KnownBudget("before", dollars(50), dollars(amount))
            assert budget.run(f"b{amount}", dollars(200), "x", knows).exchange(demand(0)).spent == dollars(counted)
        budget.clear("newer")
        knows = KnownBudget("new", dollars(90), dollars(90))
        assert budget.run("d", dollars(100), "x", knows).exchange(demand(0)).spent == 0


def test_what_homes_know_comes_on_top_of_what_was_spent_since_the_server_forgot_it(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        ask(budget.run("knows nothing", dollars(200), "new"), 50, ends=True)
        for amount, counted in ((70, 120), (70, 120), (60, 120), (90, 140)):
            knows = KnownBudget("before", dollars(0), dollars(amount))
            state = budget.run(f"{amount}", dollars(200), "x", knows).exchange(demand(0))
            assert (state.spent, state.committed) == (dollars(counted), dollars(counted))


def test_what_was_cleared_does_not_come_back_however_often_that_was_done_since(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        ask(budget.run("a", dollars(100), "monday"), 60, ends=True)
        for epoch in ("tuesday", "wednesday", "thursday"):
            assert budget.clear(epoch)
        for number, epoch in enumerate(("monday", "tuesday", "wednesday")):
            knows = KnownBudget(epoch, dollars(60), dollars(60))
            assert budget.run(f"b{number}", dollars(100), "x", knows).exchange(demand(0)).spent == 0


def test_what_the_server_forgot_can_be_cleared_where_a_home_knows_it(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        knows = KnownBudget("forgotten", dollars(60), dollars(60))
        assert not budget.clear("x")
        assert budget.clear("x", knows)
        assert budget.run("a", dollars(100), "y", knows).exchange(demand(0)).spent == 0


def test_what_a_home_knows_was_spent_is_counted_where_the_server_went_back(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        ask(budget.run("a", dollars(100), "e"), 20, ends=True)
        # Another run held 30 more when this home heard of it last, and has given them back since.
        assert budget.run("b", dollars(100), "x", KnownBudget("e", dollars(20), dollars(50))).exchange(
            demand(0)
        ).spent == dollars(20)
        assert budget.run("c", dollars(100), "x", KnownBudget("e", dollars(45), dollars(50))).exchange(
            demand(0)
        ).spent == dollars(45)


def test_amounts_are_rounded_up_to_nanodollars(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        run = budget.run("a", Decimal("0.0000000105"), "e")
        state = run.exchange(
            Demand(spent=Decimal("1e-12"), least=Decimal("1e-12"), need=Decimal("1.5e-9"), want=Decimal("1.5e-9"))
        )
        assert (state.spent, state.allowance) == (NANO, 2 * NANO)
        assert ask(run, 10, 10, 11) == 10


def test_a_part_that_stays_is_told_again_at_any_time_and_counts_once(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        for _ in range(2):  # two commands of a job, of which the second sends nothing more
            job = budget.run("job", dollars(CAP), "e")
            assert ask(job, 0, 0, 500, 700) == 700
            held = job.stay(demand(0, 400))
            assert held is not None
            assert (held.committed, held.spent) == (dollars(400), 0)
        other = budget.run("other", dollars(CAP), "e")
        seen = other.exchange(demand(0))
        assert seen.held == dollars(400)  # at once: nobody waits for it
        done = budget.run("job", dollars(CAP), "e").stay(demand(300, 300))
        overview = budget.look()
        assert done is not None
        assert overview is not None
        assert (overview.committed, overview.spent) == (dollars(300), dollars(300))
        assert [share.run for share in overview.runs] == ["other"]
        again = budget.run("job", dollars(CAP), "e").stay(demand(300, 300))
        assert again is not None
        assert again.committed == dollars(300)


def test_a_part_that_holds_nothing_is_not_brought_into_a_budget_that_began_again(redis: RedisServer) -> None:
    with budget_server(redis) as budget:
        job = budget.run("job", dollars(CAP), "e")
        ask(job, 0, 300)
        job.stay(demand(300, 300))
        budget.clear("f")
        assert budget.run("job", dollars(CAP), "g").stay(demand(300, 300)) is None
        overview = budget.look()
        assert overview is not None
        assert (overview.committed, overview.spent) == (0, 0)


@pytest.mark.parametrize("amount", ["-1", "-1e300", "nan", "inf", "1e300", "abc", "", "1.5", b"\xff", "9" * 400])
@pytest.mark.parametrize("field", ["committed", "spent", "a:a", "s:a"])
def test_what_another_program_has_written_is_not_an_amount(redis: RedisServer, field: str, amount: str | bytes) -> None:
    """A negative sum would let runs pass the cap; of none of these it is known what is left."""
    with budget_server(redis, "night") as budget:
        run = budget.run("a", dollars(CAP), "e")
        assert ask(run, 0, 0, 500, 700) == 700
        redis.client.hset("scrimp:budget:{night}", field, amount)

        for asked in (lambda: ask(run, 0, 0, 500, 700), lambda: budget.settle("a", dollars(5))):
            with pytest.raises(ServerRefusedError, match="what another program has written"):
                asked()
        assert budget.clear("f")
        assert ask(budget.run("a", dollars(CAP), "e"), 0, 0, 500, 700) == 700


def test_a_budget_can_be_cleared_whatever_another_program_put_in_its_place(redis: RedisServer) -> None:
    with budget_server(redis, "night") as budget:
        redis.client.set("scrimp:budget:{night}", "x")
        redis.client.set("scrimp:budget:{night}:seen", b"\xff")
        with pytest.raises(ServerRefusedError):
            budget.look()

        assert budget.clear("f")
        assert ask(budget.run("a", dollars(CAP), "e"), 0, 0, 500, 700) == 700


def test_names_that_are_no_text_are_shown_and_harm_nobody(redis: RedisServer) -> None:
    with budget_server(redis, "night") as budget:
        run = budget.run("a", dollars(CAP), "e")
        assert ask(run, 0, 0, 500, 700) == 700
        redis.client.hset("scrimp:budget:{night}", mapping={b"a:\xff": "5", b"s:\xff": "nan"})
        redis.client.zadd("scrimp:budget:{night}:seen", {b"\xff": 0})

        assert ask(run, 1, 1, 500, 700) == 700
        overview = budget.look()
        assert overview is not None
        assert [share.run for share in overview.runs] == ["a"]
