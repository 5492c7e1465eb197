"""Whether cheap steps pay for a task, by what they did for it before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.escalation.payoff import MIN_ROWS, can_pay, paid_below

shares = st.lists(st.floats(0, 2), min_size=1, max_size=4)
counts = st.integers(0, 500)


def test_cheap_steps_pay_where_enough_rows_need_no_dear_one() -> None:
    assert can_pay(agreed=60, rows=100, ratio=0.3)
    assert not can_pay(agreed=5, rows=100, ratio=0.3)


def test_a_share_just_below_what_pays_may_be_bad_luck_and_is_not_where_rows_are_many() -> None:
    assert can_pay(agreed=8, rows=40, ratio=0.25)
    assert not can_pay(agreed=800, rows=4000, ratio=0.25)


@given(st.integers(0, MIN_ROWS - 1), st.floats(0, 2))
def test_a_handful_of_rows_decides_nothing(rows: int, ratio: float) -> None:
    assert can_pay(0, rows, ratio)


@given(st.integers(MIN_ROWS, 5000), st.data(), st.floats(0, 2))
def test_more_agreement_and_cheaper_steps_never_pay_less(rows: int, data: st.DataObject, ratio: float) -> None:
    agreed = data.draw(st.integers(0, rows))
    if can_pay(agreed, rows, ratio):
        assert can_pay(min(agreed + 1, rows), rows, ratio)
        assert can_pay(agreed, rows, ratio / 2)
    if agreed / rows > ratio:
        assert can_pay(agreed, rows, ratio)


@given(st.integers(MIN_ROWS, 5000))
def test_steps_as_expensive_as_the_last_never_pay(rows: int) -> None:
    assert not can_pay(rows, rows, 1.0)


def test_a_row_pays_for_every_step_up_to_its_end() -> None:
    # Sixty rows ended at the second step, and paid 0.1 + 0.2; forty paid the third, too, before they went up.
    assert paid_below({1: 60, 3: 40}, (0.1, 0.2, 0.3)) == pytest.approx(0.6 * 0.3 + 0.4 * 0.6)


@given(st.dictionaries(st.integers(0, 4), counts), shares)
def test_no_row_pays_less_than_the_first_step_nor_more_than_all(ends: dict[int, int], each: list[float]) -> None:
    paid = paid_below(ends, each)
    if not sum(ends.values()):
        assert paid == 0.0
    else:
        assert each[0] - 1e-9 <= paid <= sum(each) + 1e-9
