"""Rows by their size: what is read at once, and what has room together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.flows.plan.groups import groups
from scrimp.flows.plan.row_size import characters, portions, room
from scrimp.values import Message, Prompt


def test_a_row_is_as_large_as_its_text_its_turns_and_its_columns() -> None:
    turns = (Message("user", "four"), Message("assistant", "x"))
    prompt = Prompt(index=0, text="hello", history=turns, row={"text": "hello", "n": 7, "list": ["a"]})

    assert characters(prompt) == 5 + 4 + 1 + 5
    assert [room(Prompt(index=0, text="x" * size), 9) for size in (0, 1023, 1024, 10**6)] == [1, 1, 2, 9]


def test_groups_of_long_rows_are_short_and_lack_none() -> None:
    short, long = (
        [Prompt(index=n, text="x") for n in range(600)],
        [Prompt(index=n, text="x" * 900_000) for n in range(7)],
    )

    assert [len(group) for group in groups(iter(short), one_by_one=False)] == [256, 256, 88]
    assert [len(group) for group in groups(iter(long), one_by_one=False)] == [3, 3, 1]
    assert [len(group) for group in groups(iter(short[:256]), one_by_one=False)] == [256]
    assert [prompt for group in groups(iter(long), one_by_one=False) for prompt in group] == long


@given(st.lists(st.integers(1, 20)), st.integers(20, 60))
def test_portions_are_all_rows_in_order_and_none_is_too_large(rooms: list[int], most: int) -> None:
    found = list(portions(rooms, most))

    assert [place for first, end in found for place in range(first, end)] == list(range(len(rooms)))
    assert all(0 < sum(rooms[first:end]) <= most for first, end in found)
