from __future__ import annotations

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Struct

from scrimp.flows.reconcile.compare import compared, verdict
from scrimp.providers.usage_reports.report import UsedInHour
from scrimp.store.ledger_queries.lost_calls import HourSum, LostCall
from scrimp.values import Usage

RATE_IN, RATE_OUT = Decimal("0.000001"), Decimal("0.000004")


class Truth(Struct, frozen=True):
    """A call as it was: when, its tokens, whether its reply was lost, and whether it was billed."""

    hour: int
    input: int
    output: int
    lost: bool
    billed: bool


CALLS = st.lists(
    st.builds(
        Truth, st.sampled_from((10, 20, 30)), st.integers(1, 99), st.integers(0, 9), st.booleans(), st.booleans()
    ),
    max_size=12,
)


def price_of(model: str, usage: Usage, when: float) -> Decimal | None:
    del model, when
    return usage.input * RATE_IN + usage.output * RATE_OUT


def ours(calls: list[Truth]) -> list[HourSum]:
    return [
        HourSum(
            model="m", hour=each.hour, calls=1, input=each.input, output=each.output, cache_read=0, cache_write=0,
            cost=price_of("m", Usage(input=each.input, output=each.output), 0) or Decimal(0), unpriced=0,
        )
        for each in calls
        if not each.lost
    ]  # fmt: skip


def theirs(calls: list[Truth]) -> list[UsedInHour]:
    return [
        UsedInHour(
            model="m-2026-01-01", hour=each.hour, batch=False, calls=1,
            usage=Usage(input=each.input, output=each.output),
        )
        for each in calls
        if each.billed or not each.lost
    ]  # fmt: skip


def lost(calls: list[Truth]) -> list[LostCall]:
    return [
        LostCall(
            call=str(number), time=each.hour * 3600.0, provider="p", model="m", most_input=each.input,
            most_output=each.output,
        )
        for number, each in enumerate(calls)
        if each.lost
    ]  # fmt: skip


@given(calls=CALLS)
def test_what_lost_calls_are_closed_at_is_what_the_billed_ones_of_them_cost(calls: list[Truth]) -> None:
    found = compared(ours(calls), theirs(calls), lost(calls), batch=False)
    verdicts = [verdict(each, price_of) for each in found]

    assert [each.reason for each in verdicts if each.reason] == []
    closed = [call for each in verdicts for call in each.closed]
    assert {call.call for call in closed} == {call.call for call in lost(calls)}
    billed = [each for each in calls if each.lost and each.billed]
    assert sum((call.cost for call in closed), Decimal(0)) == sum(
        (price_of("m", Usage(input=each.input, output=each.output), 0) or Decimal(0) for each in billed), Decimal(0)
    )
    assert sum(call.usage is not None for call in closed) == len(billed)
    assert sum(call.usage.input for call in closed if call.usage) == sum(each.input for each in billed)


@given(calls=CALLS, others=st.integers(1, 5), tokens=st.integers(1, 500))
def test_lost_calls_are_never_closed_at_more_than_they_can_have_cost(
    calls: list[Truth], others: int, tokens: int
) -> None:
    assume(any(each.lost for each in calls))
    strangers = [UsedInHour(model="m", hour=10, batch=False, calls=others, usage=Usage(input=tokens, output=tokens))]
    for each in compared(ours(calls), [*theirs(calls), *strangers], lost(calls), batch=False):
        closed = verdict(each, price_of).closed
        most = sum(call.most_input or 0 for call in each.lost) * RATE_IN
        most += sum(call.most_output or 0 for call in each.lost) * RATE_OUT
        assert sum((call.cost for call in closed), Decimal(0)) <= most


@given(calls=CALLS)
def test_nothing_is_closed_where_the_provider_counts_less_than_came_back(calls: list[Truth]) -> None:
    kept = [each for each in calls if not each.lost]
    assume(any(each.hour == 10 for each in kept))
    told = [each for each in theirs(kept) if each.hour != 10]
    for each in compared(ours(kept), told, lost([Truth(10, 1, 1, lost=True, billed=False)]), batch=False):
        if each.lost:
            assert (verdict(each, price_of).closed, verdict(each, price_of).reason) == (
                (), "the provider counts less than came back",
            )  # fmt: skip


def test_hours_apart_are_told_apart_and_batches_are_one() -> None:
    calls = [Truth(10, 5, 1, lost=False, billed=True), Truth(30, 5, 1, lost=False, billed=True)]

    assert [(each.first, each.last) for each in compared(ours(calls), [], [], batch=False)] == [(10, 10), (30, 30)]
    (batches,) = compared(ours(calls), [], [], batch=True)
    assert (batches.first, batches.here.calls, batches.there.calls) == (None, 2, 0)
