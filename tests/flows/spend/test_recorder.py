from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from clock import Clock
from flows.rows import call_recorder, planned_row, row_recorder
from scrimp.enums import StopReason
from scrimp.prices.book import Price, PriceBook
from scrimp.prices.rates import Band, Rates
from scrimp.values import Call, Completion, Entry, Failure, Parameters, Usage
from transport.virtual_loop import run

CALL = Call(provider="acme", model="alias", text="hello")
USED = Usage(input=2_000_000)
ONE, TEN = (Rates(input=Decimal(each), output=Decimal(each)) for each in (1, 10))
PRICES = PriceBook({"acme/alias": ONE})


def completion(
    *, model: str = "alias", usage: Usage | None = USED, stop_reason: StopReason = "stop",
    reported: Decimal | None = None,
) -> Completion:  # fmt: skip
    return Completion(text="hi", usage=usage, stop_reason=stop_reason, model=model, reported_cost=reported)


def entry_of(result: Completion | Failure, prices: PriceBook = PRICES) -> Entry:
    """Return what is booked for a call that ended so."""

    async def main() -> Entry:
        recorder = row_recorder(call_recorder(prices))
        recorder.end(await recorder.begin(CALL), result)
        (entry,) = recorder.entries
        return entry

    return run(main())


@pytest.mark.parametrize(
    ("result", "status", "cost"),
    [
        (completion(), "paid", Decimal(2)),
        (completion(stop_reason="length"), "truncated", Decimal(2)),
        (Failure(kind="server", message="down", http=500), "failed", Decimal(0)),
        (Failure(kind="network", message="no connection", sent=False), "failed", Decimal(0)),
        (Failure(kind="timeout", message="silence"), "lost", None),
        (Failure(kind="server", message="failed while generating", http=200), "lost", None),
        (Failure(kind="server", message="stopped", http=200, billed=completion()), "paid", Decimal(2)),
        (completion(usage=None), "paid", None),
    ],
    ids=["paid", "truncated", "declined", "not sent", "silence", "error in a 200", "counted error", "no usage"],
)
def test_a_call_is_booked_as_what_it_was_and_what_it_cost(
    result: Completion | Failure, status: str, cost: Decimal | None
) -> None:
    entry = entry_of(result)

    assert (entry.status, entry.cost) == (status, cost)
    assert (entry.most_input is not None) == (cost is None)  # what it can have cost is kept where it is not known


@pytest.mark.parametrize(("cap", "most"), [(100, 1124), (None, None)])
def test_a_lost_call_may_have_thought_beside_its_cap(cap: int | None, most: int | None) -> None:
    call = replace(CALL, parameters=Parameters(max_output=cap), thought_budget=1024 if cap else 0)

    async def main() -> Entry:
        recorder = row_recorder(call_recorder(PRICES))
        return recorder.end(str(await recorder.begin(call)), Failure(kind="timeout", message="silence"))

    assert run(main()).most_output == most


def test_a_lost_call_is_bounded_by_the_cap_that_it_was_sent_though_the_user_gave_none() -> None:
    async def main() -> Entry:
        recorder = row_recorder(call_recorder(PRICES))
        return recorder.end(
            str(await recorder.begin(replace(CALL, default_cap=8192))), Failure(kind="timeout", message="silence")
        )

    assert run(main()).most_output == 8192


def test_what_a_provider_says_it_cost_goes_before_our_own_reckoning() -> None:
    entry = entry_of(completion(reported=Decimal("0.5")))

    assert (entry.cost, entry.price) == (Decimal("0.5"), "reported")


def test_the_price_is_that_of_the_model_that_answered() -> None:
    entry = entry_of(completion(model="gpt-4o"), PriceBook({"acme/gpt-4o": TEN}))

    assert (entry.cost, entry.model) == (Decimal(20), "alias")


def test_a_price_the_user_gave_the_alias_is_the_users_word() -> None:
    entry = entry_of(completion(model="snapshot"), PriceBook({"acme/alias": ONE, "acme/snapshot": TEN}))

    assert entry.cost == Decimal(2)


def test_a_request_is_written_down_before_it_is_sent_and_those_before_it_are_booked() -> None:
    async def main() -> None:
        said: list[tuple[str, int]] = []
        recorder = row_recorder(
            call_recorder(PRICES, lambda _: said.append(("begun", 1)), lambda ended: said.append(("ended", len(ended))))
        )
        recorder.end(await recorder.begin(CALL), Failure(kind="server", message="down", http=500))
        recorder.end(await recorder.begin(CALL), completion())

        assert said == [("begun", 1), ("ended", 0), ("begun", 1), ("ended", 1)]
        assert len(recorder.take_unwritten()) == 1

    run(main())


def test_how_a_call_ended_is_written_down_before_its_row_waits_for_anything_else() -> None:
    async def main() -> None:
        noted: list[str] = []
        recorder = row_recorder(call_recorder(PRICES, note=lambda ended: noted.extend(each.status for each in ended)))
        recorder.goes_on()
        recorder.end(await recorder.begin(CALL), Failure(kind="server", message="down", http=500))
        assert noted == ["failed"]

        recorder.end(await recorder.begin(CALL), completion())
        assert noted == ["failed"]
        recorder.goes_on()
        recorder.goes_on()
        await recorder.begin(CALL)
        assert noted == ["failed", "paid"]

    run(main())


def test_a_row_costs_what_all_its_calls_cost_and_is_unknown_when_one_that_was_paid_is() -> None:
    async def main() -> None:
        recorder = row_recorder(call_recorder(PRICES), planned_row())
        for result in (completion(), Failure(kind="timeout", message="silence"), completion(stop_reason="length")):
            recorder.end(await recorder.begin(CALL), result)
        known = recorder.cost
        recorder.end(await recorder.begin(CALL), completion(usage=None))

        assert (known, recorder.cost) == (Decimal(4), None)

    run(main())


@pytest.mark.parametrize(
    ("asked", "answered", "cost"),
    [
        ("gpt-6-luna", "gpt-6-luna-2026-05-01", Decimal(1)), ("gpt-6-luna", "openai/gpt-6-luna", Decimal(1)),
        ("claude-haiku-5.5", "claude-haiku-5-5-20260701", Decimal(1)), ("large-latest", "large-2512", Decimal(1)),
        ("gpt-6-luna", "gpt-6-sol", None), ("gpt-6", "gpt-6-sol", None), ("auto", "anthropic/claude-opus-5-5", None),
    ],
)  # fmt: skip
def test_a_model_that_answered_in_another_s_place_is_never_priced_by_the_name_asked_for(
    asked: str, answered: str, cost: Decimal | None
) -> None:
    class Listed(PriceBook):
        """A table that knows only the name asked for."""

        def price(self, provider: str, model: str, when: float, **context: Any) -> Price | None:
            band = Band(Rates(input=Decimal(1), output=Decimal(0)))
            known = Price(bands=(band,), source="table", rule="exact", provider=provider, model=model, origin="table")
            return known if model == asked else None

    recorder = call_recorder(Listed())
    given = completion(model=answered, usage=Usage(input=1_000_000))

    assert recorder.price(asked, "acme", given, 0.0)[0] == cost


@pytest.mark.parametrize(("free", "expected"), [((), ("lost", None)), (("acme",), ("failed", Decimal(0)))])
def test_a_call_that_runs_in_this_process_is_never_lost_nor_billed(
    free: tuple[str, ...], expected: tuple[str, Decimal | None]
) -> None:
    begun: list[Entry] = []

    async def main() -> Entry:
        recorder = row_recorder(call_recorder(PRICES, begun.append, free=free))
        stopped = Failure(kind="network", message="stopped before the reply arrived")
        return recorder.end(await recorder.begin(CALL), stopped)

    ended = run(main())

    assert [(entry.status, entry.cost) for entry in (*begun, ended)] == [expected] * 2  # killed, and stopped


def test_each_call_says_which_of_its_row_it_was_and_whether_the_one_before_it_had_failed() -> None:
    declined, lost = Failure(kind="server", message="down", http=500), Failure(kind="timeout", message="silence")
    results = [declined, lost, completion(), completion(stop_reason="length"), completion()]

    async def main() -> list[Entry]:
        recorder = row_recorder(call_recorder(PRICES), planned_row())
        for result in results:
            recorder.end(await recorder.begin(CALL), result)
        return recorder.entries

    assert [(entry.attempt, entry.retry) for entry in run(main())] == [
        (0, False), (1, True), (2, True), (3, False), (4, False),
    ]  # fmt: skip


def test_calls_of_one_row_that_are_in_flight_together_are_counted_apart() -> None:
    async def main() -> list[int | None]:
        recorder = row_recorder(call_recorder(PRICES), planned_row())
        calls = [await recorder.begin(CALL) for _ in range(3)]
        return [recorder.end(call, completion()).attempt for call in calls if isinstance(call, str)]

    assert run(main()) == [0, 1, 2]


def test_a_call_takes_as_long_as_it_does_whatever_its_machine_s_clock_is_set_to() -> None:
    async def main() -> list[float]:
        calls = call_recorder(PRICES)
        recorder, clock = row_recorder(calls), Clock()
        calls.clock = lambda: 1_795_000_000.0 - clock.now * 3600  # set back while a call is in flight
        calls.timer = clock
        call = await recorder.begin(CALL)
        clock.now += 2.5
        return [
            recorder.end(call, completion()).seconds,
            recorder.add(CALL, completion(), call_id="b-1", sent=calls.clock() + 60, batch="b").seconds,
        ]

    assert run(main()) == [2.5, 0.0]


def test_what_a_failed_call_of_a_batch_was_billed_costs_what_batches_do() -> None:
    call, used = replace(CALL, provider="openai", model="gpt-6-luna"), completion(model="gpt-6-luna")
    costs = [
        row_recorder(call_recorder(PriceBook())).add(call, result, call_id="1", sent=1_796_000_000.0, batch="b").cost
        for result in (Failure(kind="server", message="no", http=200, billed=used), replace(used, batch=True), used)
    ]

    assert costs[0] == costs[1]
    assert costs[2] == 2 * costs[1]  # type: ignore[operator]  # all are known
