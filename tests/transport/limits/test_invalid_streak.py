from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from scrimp.transport.limits.health import ProviderHealth
from scrimp.values import Completion, Failure
from transport.virtual_loop import now, run

MODEL = ("acme", "m")
OK = Completion(text="ok", usage=None, stop_reason="stop", model="m")
INVALID = Failure(kind="invalid", message="bad parameter", http=400)
DOWN = Failure(kind="server", message="down", http=500)


def called(
    rows: int, result_of: Callable[[int, int], Completion | Failure], *, seconds: float = 0.01, at_once: int = 4,
    pause: float = 0.0,
) -> list[int]:  # fmt: skip
    """Run all rows as a flow does, some at once; return which of them were sent, in order.

    `result_of` gets a row and how many were sent before it. A row comes after a `pause`, in seconds, since the last.
    """
    sent: list[int] = []

    async def row(health: ProviderHealth, places: asyncio.Semaphore, number: int) -> None:
        await asyncio.sleep(number * pause)
        while True:
            await health.recovery([MODEL])
            if health.failure(*MODEL) is not None:
                return
            async with places:
                began = health.admit(*MODEL)
                if isinstance(began, Failure):
                    continue
                result = result_of(number, len(sent))
                sent.append(number)
                await asyncio.sleep(seconds)
                health.observe(*MODEL, result, began)
                if result != DOWN:
                    return

    async def main() -> None:
        health, places = ProviderHealth(now), asyncio.Semaphore(at_once)
        await asyncio.gather(*(row(health, places, number) for number in range(rows)))

    run(main())
    return sent


def faulty(bad: range) -> Callable[[int, int], Completion | Failure]:
    return lambda row, _: INVALID if row in bad else OK


def test_a_request_that_is_always_invalid_is_sent_a_handful_of_times() -> None:
    sent = called(4000, faulty(range(4000)))

    assert len(sent) <= 5 + 3 + 5  # until the doubt, in flight then, and the rows tried after it


def test_the_rows_tried_before_a_model_is_given_up_are_far_from_each_other() -> None:
    tried = sorted(called(4000, faulty(range(4000)))[-5:])

    assert all(later - earlier > 300 for earlier, later in pairwise(tried)), tried
    assert tried[0] > 300


@pytest.mark.parametrize("answered_first", [0, 1, 50])
@pytest.mark.parametrize("bad", [1, 5, 30, 1500])
def test_a_stretch_of_faulty_rows_is_not_a_reason_to_give_up_a_model(answered_first: int, bad: int) -> None:
    stretch = range(answered_first, answered_first + bad)

    assert sorted(called(2000, faulty(stretch))) == list(range(2000))


def test_rows_that_come_slowly_on_a_busy_machine_are_waited_for_before_one_is_tried() -> None:
    assert sorted(called(300, faulty(range(40)), pause=0.005)) == list(range(300))


def test_a_model_that_has_answered_is_given_up_anyway() -> None:
    sent = called(4000, lambda row, before: OK if before < 100 else INVALID)

    assert len(sent) <= 100 + 5 + 3 + 5


def test_few_calls_of_a_long_stretch_of_faulty_rows_go_alone() -> None:
    began: list[float] = []
    called(3000, lambda row, _: (began.append(now()), INVALID if row < 2500 else OK)[1], seconds=1.0, at_once=50)

    assert began[-1] - began[0] < 3000 / 50 + 20


def test_a_try_that_meets_an_outage_decides_nothing() -> None:
    sent = called(500, lambda row, before: DOWN if 8 <= before < 12 else INVALID if row < 100 else OK)

    assert set(sent) == set(range(500))


def test_a_last_row_alone_decides_for_itself() -> None:
    assert called(6, faulty(range(6)), at_once=1) == [0, 1, 2, 3, 4, 5]


def test_a_row_that_is_passed_over_for_another_model_is_tried_now_and_then() -> None:
    health = ProviderHealth(lambda: 0.0)
    for _ in range(5):
        began = health.admit(*MODEL)
        assert isinstance(began, float)
        health.observe(*MODEL, INVALID, began)

    ready_after = []
    for passed in range(1, 100):
        health.pass_over(*MODEL)
        if health.ready(*MODEL):
            ready_after.append(passed)
            began = health.admit(*MODEL)
            assert isinstance(began, float)
            health.observe(*MODEL, INVALID, began)

    assert ready_after == [32, 64, 96]
