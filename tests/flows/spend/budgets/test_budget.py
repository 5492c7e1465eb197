from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from flows.rows import bill, call_recorder, row_recorder
from scrimp.errors import UnknownPriceError
from scrimp.flows.spend.budgets.budget import Budget
from scrimp.flows.spend.budgets.overruns import Overruns
from scrimp.flows.spend.budgets.spend_guard import SpendGuard
from scrimp.flows.spend.recorder import RowRecorder
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.values import Call, Completion, Entry, Failure, Parameters, Usage
from transport.virtual_loop import run, settled
from transport.wire import BROKEN, NEVER_SENT, ClientHarness, FakeHttp, error, ok

# Rates that make fractions of a nanodollar, the smallest amount the ledger holds.
RATES = Rates(input=Decimal("0.0375"), output=Decimal("0.2955"))
PRICES = PriceBook({"acme/m": RATES, "acme/n": RATES})


class Watched(Budget):
    """A budget that looks at itself whenever something changes."""

    def settle(self, upper_bound: Decimal, cost: Decimal | None, *, at_most: Decimal | None = None) -> None:
        super().settle(upper_bound, cost, at_most=at_most)
        self.look()

    async def reserve(self, most: Decimal) -> bool:
        fits = await super().reserve(most)
        self.look()
        return fits

    def look(self) -> None:
        assert self.reserved >= 0
        assert self.cap is None or self.spent + self.reserved <= self.cap


class Provider:
    """One that bills whatever comes into its head, and often fails to say so.

    Its bill stays within what a request can cost, or goes up to so many times as far: hidden reasoning, a dearer model.
    """

    def __init__(self, seed: int, *, overrun: int = 1) -> None:
        self._chance, self._overrun = Random(seed), overrun
        self.billed = Decimal(0)

    async def answer(self, endpoint: Endpoint, request: HttpRequest) -> HttpReply:
        random_fraction, body = self._chance, json.loads(request.body)
        fate = random_fraction.random()
        await asyncio.sleep(random_fraction.choice((0.0, 0.1, random_fraction.expovariate(0.5))))
        if fate < 0.05:
            raise NEVER_SENT
        if fate < 0.25:
            return error(
                random_fraction.choice((400, 429, 429, 500, 503)), retry_after=random_fraction.choice(("0.5", "7"))
            )
        # As many tokens as bytes, and as many again as roles and separators could be.
        bound = sum(len(turn["content"].encode()) + 64 for turn in body["messages"])
        usage = Usage(
            input=random_fraction.choice((bound, random_fraction.randint(0, bound))),
            output=random_fraction.choice((body["max_tokens"], random_fraction.randint(0, body["max_tokens"])))
            * random_fraction.randint(1, self._overrun),
        )
        self.billed += bill(usage, RATES)
        await asyncio.sleep(
            random_fraction.choice((0.0, 1.0, random_fraction.expovariate(0.2), 60.0 if fate < 0.35 else 0.0))
        )
        if fate < 0.45:
            raise BROKEN
        if fate < 0.5:
            return HttpReply(status=200, body=b'{"error": {"message": "failed while generating", "code": 502}}')
        if fate < 0.53:
            return HttpReply(status=200, body=b"<html>")
        return ok(tokens=(usage.input, usage.output))


class Run:
    """Rows that are answered under a cap, each through a purse of its own."""

    def __init__(
        self, seed: int, cap: Decimal | None, *, width: int, retries: int, budget: Budget | None = None,
        overrun: int = 1,
    ) -> None:  # fmt: skip
        self.provider, self.budget = Provider(seed, overrun=overrun), budget or Watched(cap)
        self.house = ClientHarness(FakeHttp(self.provider.answer), width=width, retries=retries, timeout=30.0)
        self.call_recorder = call_recorder(PRICES)
        self.entries: list[Entry] = []
        self.said: list[str] = []
        self.overruns = Overruns(self.said.append)

    def guard(self, recorder: RowRecorder) -> SpendGuard:
        return SpendGuard(recorder, self.budget, PRICES, self.overruns, allow_unpriced=False)

    async def row(self, text: str, output: int, later: float, model: str = "m") -> Completion | Failure:
        await asyncio.sleep(later)
        call = Call(provider="acme", model=model, text=text, parameters=Parameters(max_output=output))
        recorder = row_recorder(self.call_recorder)
        try:
            return await self.house.ask(call, self.guard(recorder))
        finally:
            self.entries += recorder.entries


rows = st.lists(
    st.tuples(
        st.integers(0, 3000), st.integers(1, 500), st.sampled_from([0.0, 0.0, 0.0, 1.0, 7.5]),
        st.one_of(st.none(), st.none(), st.none(), st.floats(0, 40)),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@settings(max_examples=6 * settings().max_examples)
@given(st.integers(0, 2**32), rows, st.integers(0, 400), st.integers(1, 30), st.integers(0, 2))
def test_the_cap_is_never_passed_whatever_a_provider_does_and_whoever_stops(
    seed: int, options: Sequence[tuple[int, int, float, float | None]], cents: int, width: int, retries: int
) -> None:
    async def main() -> None:
        course = Run(seed, Decimal(cents) / 100_000, width=width, retries=retries)
        tasks = []
        for size, output, later, stops in options:
            task = asyncio.create_task(course.row("x" * size, output, later))
            if stops is not None:
                asyncio.get_running_loop().call_later(stops, task.cancel)
            tasks.append(task)
        async with asyncio.timeout(50_000.0):  # nobody is left waiting
            results = await asyncio.gather(*tasks, return_exceptions=True)

        assert all(isinstance(each, Completion | Failure | asyncio.CancelledError) for each in results)
        known = sum((entry.cost for entry in course.entries if entry.cost is not None), Decimal(0))
        assert course.budget.reserved == 0
        assert known <= course.budget.spent
        assert course.budget.spent <= Decimal(cents) / 100_000
        assert course.provider.billed <= Decimal(cents) / 100_000

    run(main())


class Tolerant(Budget):
    """A budget that adds up what calls in flight did cost beyond what was reserved for them."""

    def __init__(self, cap: Decimal) -> None:
        super().__init__(cap)
        self.beyond = Decimal(0)  # of all calls
        self.of_those_in_flight = Decimal(0)  # of those that were in flight when the last call began

    def _take(self, upper_bound: Decimal) -> None:
        super()._take(upper_bound)
        assert self.reserved + self.spent <= (self.cap or 0)  # no call begins above the cap
        self.of_those_in_flight = Decimal(0)

    def settle(self, upper_bound: Decimal, cost: Decimal | None, *, at_most: Decimal | None = None) -> None:
        more = max(Decimal(0), (cost or Decimal(0)) - upper_bound)
        self.beyond += more
        self.of_those_in_flight += more
        super().settle(upper_bound, cost, at_most=at_most)

    def reserve_more(self, dollars: Decimal) -> None:
        self.beyond += dollars
        self.of_those_in_flight += dollars
        super().reserve_more(dollars)


@settings(max_examples=6 * settings().max_examples)
@given(st.integers(0, 2**32), rows, st.integers(1, 400), st.integers(1, 30), st.integers(0, 2))
def test_a_provider_that_bills_ten_times_the_bound_passes_the_cap_only_by_calls_in_flight_and_it_is_said(
    seed: int, options: Sequence[tuple[int, int, float, float | None]], cents: int, width: int, retries: int
) -> None:
    async def main() -> None:
        cap = Decimal(cents) / 100_000
        budget = Tolerant(cap)
        course = Run(seed, cap, width=width, retries=retries, budget=budget, overrun=10)
        tasks = []
        for size, output, later, stops in options:
            task = asyncio.create_task(course.row("x" * size, output, later, "mn"[size % 2]))
            if stops is not None:
                asyncio.get_running_loop().call_later(stops, task.cancel)
            tasks.append(task)
        async with asyncio.timeout(50_000.0):
            await asyncio.gather(*tasks, return_exceptions=True)

        known = sum((entry.cost for entry in course.entries if entry.cost is not None), Decimal(0))
        assert budget.reserved == 0
        assert known <= budget.spent <= cap + budget.of_those_in_flight
        assert bool(course.said) == (budget.beyond > 0)

    run(main())


def test_what_one_call_cost_above_its_bound_is_reserved_for_the_next() -> None:
    async def main() -> None:
        said: list[str] = []
        budget, overruns = Budget(Decimal(10)), Overruns(said.append)

        async def call(output: int) -> Decimal:
            guard = SpendGuard(row_recorder(call_recorder(PRICES)), budget, PRICES, overruns, allow_unpriced=False)
            ticket = await guard.begin(PLAIN)
            assert isinstance(ticket, str)
            reserved = budget.reserved
            guard.end(ticket, Completion(text="hi", usage=Usage(output=output), stop_reason="stop", model="m"))
            return reserved

        first, second, third = await call(10_000), await call(1000), await call(1000)

        assert second == third
        assert second >= bill(Usage(output=10_000), RATES) > first
        assert len(said) == 1
        assert "acme/m cost" in said[0]

    run(main())


@pytest.mark.parametrize("fails", [False, True])
def test_the_first_call_of_a_model_goes_alone_and_a_failed_one_shows_nothing(*, fails: bool) -> None:
    async def main() -> None:
        budget, overruns = Budget(Decimal(10)), Overruns(print)
        guards = [
            SpendGuard(row_recorder(call_recorder(PRICES)), budget, PRICES, overruns, allow_unpriced=False)
            for _ in range(4)
        ]
        first = await guards[0].begin(PLAIN)
        waiting = [asyncio.create_task(guard.begin(replace(PLAIN, text="again"))) for guard in guards[1:3]]
        waiting[1].cancel()
        await settled()
        assert not waiting[0].done()

        assert isinstance(first, str)
        done = Completion(text="hi", usage=Usage(output=1), stop_reason="stop", model="m")
        guards[0].end(first, Failure(kind="rate_limit", message="no", http=429) if fails else done)
        await settled()
        assert isinstance(await waiting[0], str)

        last = asyncio.create_task(guards[3].begin(replace(PLAIN, text="and again")))
        await settled()
        assert last.done() is not fails
        last.cancel()

    run(main())


def test_without_a_cap_nobody_waits() -> None:
    async def main() -> None:
        budget = Budget(None)
        assert all([await budget.reserve(Decimal(10**9)) for _ in range(5)])

    run(main())


def test_a_request_waits_until_one_in_flight_turns_out_cheaper() -> None:
    async def main() -> None:
        budget = Budget(Decimal(10))
        await budget.reserve(Decimal(8))
        waiting = asyncio.create_task(budget.reserve(Decimal(5)))
        await settled()
        assert not waiting.done()

        budget.settle(Decimal(8), Decimal(2))

        assert await waiting
        assert (budget.spent, budget.reserved) == (2, 5)

    run(main())


def test_first_come_is_first_served_even_where_a_later_one_would_fit() -> None:
    async def main() -> None:
        budget, served = Budget(Decimal(10)), []

        async def reserve(name: str, most: int) -> None:
            assert await budget.reserve(Decimal(most))
            served.append(name)

        await budget.reserve(Decimal(8))
        waiting = [asyncio.create_task(reserve(name, most)) for name, most in (("big", 6), ("small", 1), ("tiny", 1))]
        await settled()
        assert served == []

        budget.settle(Decimal(8), Decimal(0))
        await asyncio.gather(*waiting)
        assert served == ["big", "small", "tiny"]

    run(main())


@pytest.mark.parametrize("in_flight", [0, 1])
def test_a_request_that_can_never_fit_is_refused_at_once(in_flight: int) -> None:
    async def main() -> None:
        budget = Budget(Decimal(10))
        await budget.reserve(Decimal(5))
        budget.settle(Decimal(5), Decimal(5))
        for _ in range(in_flight):
            await budget.reserve(Decimal(1))

        assert await budget.reserve(Decimal(6)) is False  # five are spent, and what is spent does not come back

    run(main())


def test_a_request_that_will_never_fit_any_longer_holds_nobody_up() -> None:
    async def main() -> None:
        budget = Budget(Decimal(10))
        await budget.reserve(Decimal(4))
        await budget.reserve(Decimal(4))
        big, small = (asyncio.create_task(budget.reserve(Decimal(most))) for most in (7, 2))
        await settled()

        budget.settle(Decimal(4), Decimal(4))  # now at most six are left for anybody
        await settled()

        assert (big.done() and big.result(), small.done() and small.result()) == (False, True)

    run(main())


def test_who_stops_waiting_holds_nobody_up() -> None:
    async def main() -> None:
        budget = Budget(Decimal(10))
        await budget.reserve(Decimal(8))
        big, small = (asyncio.create_task(budget.reserve(Decimal(most))) for most in (6, 1))
        await settled()

        big.cancel()
        await settled()

        assert small.done()
        assert (budget.spent, budget.reserved) == (0, 9)

    run(main())


def test_who_stops_at_the_moment_of_being_served_gives_it_back() -> None:
    async def main() -> None:
        budget = Budget(Decimal(10))
        await budget.reserve(Decimal(8))
        first, second = (asyncio.create_task(budget.reserve(Decimal(9))) for _ in range(2))
        await settled()

        budget.settle(Decimal(8), Decimal(0))
        first.cancel()

        assert await second
        assert (first.cancelled(), budget.reserved) == (True, 9)

    run(main())


def test_a_cost_nobody_knows_counts_as_all_that_was_reserved() -> None:
    async def main() -> None:
        budget = Budget(Decimal(10))
        await budget.reserve(Decimal(8))
        budget.settle(Decimal(8), None)
        assert (budget.spent, budget.reserved) == (8, 0)

    run(main())


def most_of(call: Call, prices: PriceBook, *, allow_unpriced: bool = False) -> Decimal:
    """Return what is reserved for a call."""

    async def main() -> Decimal:
        budget = Budget(Decimal(10**6))
        await SpendGuard(
            row_recorder(call_recorder(prices)), budget, prices, Overruns(print), allow_unpriced=allow_unpriced
        ).begin(call)
        return budget.reserved

    return run(main())


PLAIN = Call(provider="acme", model="m", text="hello", parameters=Parameters(max_output=1000))
DEAR_PARTS = {
    "reasoning": Rates(input=Decimal(1), output=Decimal(10), reasoning=Decimal(40)),
    "writes": Rates(input=Decimal(1), output=Decimal(10), cache_write=Decimal(3)),
    "long writes": Rates(input=Decimal(1), output=Decimal(10), cache_write=Decimal(2), cache_write_long=Decimal(9)),
}


@pytest.mark.parametrize("rates", DEAR_PARTS.values(), ids=DEAR_PARTS)
def test_what_is_reserved_covers_the_most_expensive_kinds_of_token(rates: Rates) -> None:
    usage = Usage(input=5, output=1000, cache_write=5, cache_write_long=5, reasoning=1000)

    assert most_of(PLAIN, PriceBook({"acme/m": rates})) >= bill(usage, rates)


@pytest.mark.parametrize("size", range(8))
def test_what_is_reserved_is_not_passed_by_rounding_what_it_cost(size: int) -> None:
    async def main() -> None:
        call = Call(provider="acme", model="m", text="x" * size, parameters=Parameters(max_output=1))
        budget = Budget(Decimal(1))
        guard = SpendGuard(row_recorder(call_recorder(PRICES)), budget, PRICES, Overruns(print), allow_unpriced=False)
        ticket = await guard.begin(call)
        assert isinstance(ticket, str)
        most = budget.reserved
        tokens = int((most - bill(Usage(output=1), RATES)) / bill(Usage(input=1), RATES))

        used = Usage(input=tokens, output=1)
        assert bill(used, RATES) <= most
        guard.end(ticket, Completion(text="hi", usage=used, stop_reason="stop", model="m"))

        assert budget.spent <= most

    run(main())


def test_a_model_without_a_price_is_refused_under_a_cap_unless_that_is_allowed() -> None:
    unknown = Call(provider="nowhere", model="unheard-of", text="hello")

    with pytest.raises(UnknownPriceError, match="nowhere/unheard-of"):
        most_of(unknown, PriceBook())
    assert most_of(unknown, PriceBook(), allow_unpriced=True) == 0


def test_a_note_that_fails_gives_the_reservation_back() -> None:
    async def main() -> None:
        def note(_: Entry) -> None:
            raise ZeroDivisionError

        budget, recorder = Budget(Decimal(1)), row_recorder(call_recorder(PRICES, note))
        with pytest.raises(ZeroDivisionError):
            await SpendGuard(recorder, budget, PRICES, Overruns(print), allow_unpriced=False).begin(PLAIN)
        assert (budget.reserved, budget.spent) == (0, 0)

    run(main())


# Prices of the table: one that the user gave a model goes before that of the model that answered.
LISTED = PriceBook()
CHEAP = replace(PLAIN, provider="openai", model="gpt-6-luna")


def guard_of(budget: Budget, overruns: Overruns, *, allow_unpriced: bool = False) -> SpendGuard:
    return SpendGuard(row_recorder(call_recorder(LISTED)), budget, LISTED, overruns, allow_unpriced=allow_unpriced)


async def end_first(budget: Budget, overruns: Overruns, said: Completion, *, allow_unpriced: bool = False) -> None:
    guard = guard_of(budget, overruns, allow_unpriced=allow_unpriced)
    call_id = await guard.begin(CHEAP)
    assert isinstance(call_id, str)
    guard.end(call_id, said)


def said_by(model: str, usage: Usage | None) -> Completion:
    return Completion(text="x", usage=usage, stop_reason="stop", model=model)


USED = Usage(input=5, output=1000)
UNTOLD = {
    "another model answered, which has no price": (said_by("unheard-of", USED), "unheard-of"),
    "another one without a price says nothing of tokens": (said_by("unheard-of", None), "unheard-of"),
    "something is billed that no list has": (said_by("gpt-6-luna", replace(USED, unlisted=1)), "bills what no"),
}


@pytest.mark.parametrize(("said", "names"), UNTOLD.values(), ids=UNTOLD)
def test_a_model_whose_cost_nobody_can_tell_is_not_called_again_under_a_cap(said: Completion, names: str) -> None:
    async def main() -> None:
        budget, overruns = Budget(Decimal(1)), Overruns(print)
        await end_first(budget, overruns, said)
        refused = await guard_of(budget, overruns).begin(CHEAP)
        assert isinstance(refused, Failure)
        assert (refused.kind, refused.sent) == ("budget", False)
        assert names in refused.message
        assert "--max-cost cannot be kept" in refused.message

        allowed = Overruns(print)
        await end_first(budget, allowed, said, allow_unpriced=True)
        assert isinstance(await guard_of(budget, allowed, allow_unpriced=True).begin(CHEAP), str)

    run(main())


def test_a_more_expensive_model_that_says_nothing_of_tokens_counts_as_the_most_it_can_cost() -> None:
    async def main() -> None:
        plain, dear = (Budget(Decimal(100)) for _ in range(2))
        await end_first(plain, Overruns(print), said_by("gpt-6-luna", None))
        overruns = Overruns(print)
        await end_first(dear, overruns, said_by("gpt-6-astra", None))

        assert dear.spent >= 50 * plain.spent > 0
        assert dear.may_be_less
        assert overruns.factor(CHEAP) >= 50

    run(main())
