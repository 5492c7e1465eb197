from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from outcomes import answered
from scrimp.flows.engine.reorder_buffer import ReorderBuffer
from scrimp.values import Outcome
from transport.virtual_loop import run, settled


class Out:
    """What was printed, by its place in the input."""

    def __init__(self, *, in_order: bool = True, window: int = 4) -> None:
        self.printed: list[int] = []
        self.output = ReorderBuffer(self._sink, in_order=in_order, window=window)

    def _sink(self, outcomes: Sequence[Outcome]) -> None:
        self.printed += [outcome.prompt.index for outcome in outcomes]

    def put(self, *places: int) -> None:
        self.output.put([(place, answered(index=place)) for place in places])


def test_rows_come_out_in_the_order_of_input() -> None:
    out = Out()

    out.put(2)
    out.put(1, 3)
    before = list(out.printed)
    out.put(0)

    assert (before, out.printed) == ([], [0, 1, 2, 3])


def test_rows_come_out_as_they_come_where_that_was_asked_for() -> None:
    out = Out(in_order=False)

    out.put(2)
    out.put(0, 1)

    assert out.printed == [2, 0, 1]


def test_what_waits_behind_rows_that_never_come_is_printed_in_the_end() -> None:
    out = Out()

    out.put(3)
    out.put(1)
    out.output.flush()

    assert out.printed == [1, 3]


def test_no_more_rows_are_admitted_than_the_window_holds() -> None:
    async def main() -> None:
        out, admitted = Out(window=4), []

        async def admit() -> None:
            for place in range(10):
                await out.output.admit()
                admitted.append(place)

        task = asyncio.create_task(admit())
        await settled()
        assert len(admitted) == 4
        out.put(1, 2, 3)  # nothing is printed: the first is not there
        await settled()
        assert len(admitted) == 4
        out.put(0)
        await settled()
        assert len(admitted) == 8
        out.put(*range(4, 8))
        await task

    run(main())


def test_a_long_row_takes_the_room_of_several_until_it_is_printed() -> None:
    async def main() -> None:
        for in_order in (True, False):
            out = Out(window=4, in_order=in_order)
            await out.output.admit(2, {1: 2})
            waiting = asyncio.create_task(out.output.admit())
            await settled()
            assert not waiting.done()
            out.put(0)
            await waiting
            large = asyncio.create_task(out.output.admit(1, {3: 2}))
            await settled()
            assert not large.done()
            out.put(1)
            await large

    run(main())


def test_rows_that_are_dropped_keep_nobody_waiting() -> None:
    async def main() -> None:
        out = Out(window=1)
        await out.output.admit()
        waiting = asyncio.create_task(out.output.admit())
        await settled()
        out.output.stop_waiting()
        await waiting

    run(main())


@given(st.permutations(range(30)), st.integers(1, 10), st.booleans())
def test_every_row_is_printed_once_and_never_too_many_wait(order: list[int], window: int, in_order: bool) -> None:
    async def main() -> None:
        out, admitted = Out(in_order=in_order, window=window), set()

        async def admit() -> None:
            for place in range(30):
                await out.output.admit()
                admitted.add(place)

        task = asyncio.create_task(admit())
        left = list(order)
        while left:
            await settled()
            assert len(admitted) - len(out.printed) <= window
            place = next(place for place in left if place in admitted)
            left.remove(place)
            out.put(place)
        await task
        assert sorted(out.printed) == list(range(30))
        assert not in_order or out.printed == sorted(out.printed)

    run(main())
