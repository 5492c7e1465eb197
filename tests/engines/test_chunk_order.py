from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from outcomes import answered
from scrimp.engines.chunk_order import ChunkOrder
from scrimp.values import Outcome


@pytest.mark.parametrize(
    ("in_order", "handed_on"),
    [
        (True, [[], [], [0, 1, 2], [], [3, 4]]),
        (False, [[2], [1], [0], [4], [3]]),
    ],
)
def test_a_chunk_waits_for_those_before_it_where_order_matters(in_order: bool, handed_on: list[list[int]]) -> None:
    order = ChunkOrder(in_order=in_order)

    assert [added(order, number) for number in (2, 1, 0, 4, 3)] == handed_on
    assert list(order.rest()) == []


def test_no_more_chunks_than_allowed_wait_for_one_that_is_late() -> None:
    order = ChunkOrder(in_order=True, most_held=2)

    assert [added(order, number) for number in (1, 2, 3, 0)] == [[], [], [1, 2, 3], [0]]


def test_what_did_not_come_is_known_once_the_number_of_chunks_is() -> None:
    order = ChunkOrder(in_order=True)
    for number in (0, 3, 1):
        added(order, number)

    assert order.missing == frozenset()
    order.count = 6
    assert order.missing == {2, 4, 5}
    assert numbers(order.rest()) == [3]


def added(order: ChunkOrder, number: int) -> list[int]:
    """Add a chunk with its number in the place of an outcome; return the numbers of those handed on."""
    return numbers(order.add(number, [answered(index=number)]))


def numbers(handed_on: Iterable[Sequence[Outcome]]) -> list[int]:
    return [outcome.prompt.index for outcomes in handed_on for outcome in outcomes]
