"""Time-outs count time in which the process ran, whatever stopped it and for how long."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.transport.limits.running_timeout import RunningTimeouts
from transport.virtual_loop import VirtualLoop, now, run


def stop(seconds: float) -> None:
    """Let time pass without the loop, as for a process that is stopped."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.now += seconds


def test_what_takes_too_long_is_ended_on_time() -> None:
    async def main() -> None:
        began = now()
        with pytest.raises(TimeoutError):
            async with RunningTimeouts().timeout(3.5):
                await asyncio.sleep(100)
        assert now() - began == pytest.approx(3.5)

    run(main())


@given(st.floats(0.5, 20), st.floats(0.1, 30), st.floats(3, 1_000))
def test_a_call_has_the_time_it_would_have_had_without_the_stop(takes: float, limit: float, stopped: float) -> None:
    async def main() -> bool:
        try:
            async with RunningTimeouts().timeout(limit):
                await asyncio.sleep(min(takes, limit) / 2)
                stop(stopped)
                await asyncio.sleep(takes - min(takes, limit) / 2)
        except TimeoutError:
            return False
        return True

    answered = run(main())

    # A stop is known to a second, in favor of what was paid for.
    assert answered or takes > limit - 0.001
    assert not answered or takes <= limit + 2


def test_every_call_in_flight_has_its_time_and_later_ones_no_more() -> None:
    async def call(timeouts: RunningTimeouts, seconds: float) -> str:
        try:
            async with timeouts.timeout(5):
                await asyncio.sleep(seconds)
        except TimeoutError:
            return "late"
        return "answered"

    async def main() -> None:
        timeouts = RunningTimeouts()
        calls = [asyncio.create_task(call(timeouts, seconds)) for seconds in (4.0, 4.9, 9.0)]
        await asyncio.sleep(2)
        stop(60)
        assert await asyncio.gather(*calls[:2]) == ["answered", "answered"]
        began = now()
        assert await call(timeouts, 50) == "late"
        assert now() - began == pytest.approx(5)
        assert await calls[2] in ("late", "answered")  # within the two seconds that a stop may seem longer

    run(main())


@pytest.mark.parametrize("seconds", [4.9, 5.0])
def test_what_is_canceled_from_outside_is_canceled_even_where_its_time_is_up_as_well(seconds: float) -> None:
    async def call() -> None:
        async with RunningTimeouts().timeout(5):
            await asyncio.sleep(100)

    async def main() -> None:
        task = asyncio.create_task(call())
        asyncio.get_running_loop().call_later(seconds, task.cancel)
        await asyncio.wait([task])
        assert task.cancelled()

    run(main())


def test_a_task_that_was_ended_in_time_can_go_on() -> None:
    async def main() -> None:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with RunningTimeouts().timeout(5):
                    await asyncio.sleep(100)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    run(main())
