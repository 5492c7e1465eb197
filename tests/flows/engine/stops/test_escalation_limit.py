"""A chain whose rows climb more often than was allowed, and the run that stops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.flows.engine.stops.escalation_limit import ROWS_TO_STOP, ROWS_TO_WARN, EscalationLimit
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.values import Chain, Entry, ModelRef, Step

STEPS = tuple(Step(name, (ModelRef("p", name),)) for name in "abc")
NARROW = Chain(steps=STEPS, name="narrow", max_escalation=0.25)


def called(*steps: int) -> tuple[Entry, ...]:
    return tuple(
        Entry(call=f"{step}", run="r", time=0.0, provider="p", model="m", status="paid", seconds=1.0, step=step)
        for step in steps
    )


UP, KEPT = called(0, 1, 2), called(0, 1)


def stopped(rows: list[tuple[Entry, ...]], chain: Chain = NARROW) -> tuple[list[RunStop | None], list[str]]:
    warned: list[str] = []
    brake = EscalationLimit(warned.append)
    return [brake.observe(chain, row) for row in rows], warned


def test_a_run_whose_rows_climb_too_often_stops_with_a_sentence_and_a_status() -> None:
    *before, stop = stopped([UP] * ROWS_TO_STOP)[0]

    assert before == [None] * (ROWS_TO_STOP - 1)
    assert stop is not None
    assert stop.exit_status == 5
    assert stop.message == (
        "stopped: 50 of 50 rows reached the last step of chain 'narrow', more than its max_escalation of 25 %: "
        "choose other cheap models, or raise it"
    )


def test_it_is_warned_of_once_before() -> None:
    _, early = stopped([UP] * (ROWS_TO_WARN - 1))
    _, warned = stopped([UP] * (ROWS_TO_STOP - 1))

    assert early == []
    assert warned == [
        (
            "20 of 20 rows reached the last step of chain 'narrow', more than its max_escalation of 25 %: the run "
            "stops if it is still so after 50 rows"
        )
    ]


@pytest.mark.parametrize(
    "chain",
    [
        Chain(steps=STEPS, name="free"),
        Chain(steps=STEPS[:1], name="one", max_escalation=0.0),
        Chain(steps=STEPS, max_escalation=0.0),
    ],
)
def test_a_chain_without_a_limit_or_without_a_climb_is_never_stopped(chain: Chain) -> None:
    assert stopped([UP if len(chain.steps) > 1 else called(0)] * 100, chain) == ([None] * 100, [])


def test_what_came_from_the_cache_is_not_counted() -> None:
    assert stopped([(), UP] * (ROWS_TO_STOP - 1))[0] == [None] * (2 * (ROWS_TO_STOP - 1))


def test_each_chain_is_counted_by_itself() -> None:
    brake = EscalationLimit()
    other = Chain(steps=STEPS, name="other", max_escalation=0.25)

    assert [brake.observe(chain, UP) for chain in (NARROW, other) * (ROWS_TO_STOP - 1)] == [None] * (
        2 * (ROWS_TO_STOP - 1)
    )


@given(st.lists(st.sampled_from([UP, KEPT]), max_size=120), st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
def test_it_stops_exactly_where_the_share_is_passed(rows: list[tuple[Entry, ...]], limit: float) -> None:
    found, _ = stopped(rows, Chain(steps=STEPS, name="c", max_escalation=limit))

    for place, stop in enumerate(found, 1):
        assert (stop is not None) is (place >= ROWS_TO_STOP and rows[:place].count(UP) > limit * place)
