from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.rate_limit_headers import StatedLimits
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.values import Completion, Failure, Usage
from transport.virtual import now, run, settled

LIMITED = Failure(kind="rate_limit", message="slower", http=429)


def completion(*, tokens: int = 0) -> Completion:
    return Completion(text="ok", usage=Usage(input=tokens), stop_reason="stop", model="m")


def queue(
    width: int, *, rpm: int | None = None, tpm: int | None = None, pace: RateLimiter | None = None
) -> ProviderQueue:
    """A lane that has found out that so many calls may be in flight."""
    window = AdaptiveLimit(width)
    window.answered(now(), now())
    return ProviderQueue(window, pace or RateLimiter(rpm=rpm, tpm=tpm), now)


def held(seconds: float) -> RateLimiter:
    """A pace that sends nothing for a while."""
    pace = RateLimiter()
    pace.hold(now() + seconds)
    return pace


async def visit(queue: ProviderQueue, name: object, came: list[object], *, seconds: float = 1.0, size: int = 0) -> None:
    await queue.enter(size)
    came.append(name)
    try:
        await asyncio.sleep(seconds)
    finally:
        queue.leave()


async def free_places(queue: ProviderQueue, most: int) -> int:
    """Return how many calls get in without waiting."""
    entered = 0
    for _ in range(most):
        task = asyncio.create_task(queue.enter(0))
        await settled()
        if not task.done():
            task.cancel()
            await settled()
            break
        entered += 1
    for _ in range(entered):
        queue.leave()
    return entered


def test_calls_enter_in_the_order_they_came() -> None:
    async def main() -> None:
        road, came = queue(3), []
        await asyncio.gather(*(visit(road, number, came) for number in range(20)))
        assert came == list(range(20))

    run(main())


def test_no_more_are_in_flight_than_the_window_is_wide() -> None:
    async def main() -> None:
        road, came = queue(3), []
        visits = [asyncio.create_task(visit(road, number, came)) for number in range(10)]
        seen = []
        for _ in range(4):
            await asyncio.sleep(0.5)
            seen.append(len(came))
            await asyncio.sleep(0.5)
        await asyncio.gather(*visits)
        assert seen == [3, 6, 9, 10]

    run(main())


def test_one_who_comes_late_does_not_overtake_those_who_wait() -> None:
    async def main() -> None:
        road, came = queue(10, tpm=60_000), []  # a bucket of 5000 tokens
        await visit(road, "first", came, seconds=0, size=4 * 4900)
        big = asyncio.create_task(visit(road, "big", came, size=4 * 4000))
        await settled()
        await visit(road, "small", came, size=4)
        await big
        assert came == ["first", "big", "small"]

    run(main())


def test_a_call_that_is_tried_again_goes_before_those_that_wait() -> None:
    async def main() -> None:
        road, came = queue(1), []
        waiting = [asyncio.create_task(visit(road, name, came)) for name in "abc"]
        await settled()
        assert came == ["a"]

        await road.enter(0, resumed=True)
        came.append("again")
        road.leave()

        await asyncio.gather(*waiting)
        assert came == ["a", "again", "b", "c"]

    run(main())


def test_calls_that_are_tried_again_keep_their_order_among_themselves() -> None:
    async def main() -> None:
        road, came = queue(1), []

        async def again(name: str) -> None:
            await road.enter(0, resumed=True)
            came.append(name)
            road.leave()

        await road.enter(0)
        waiting = [asyncio.create_task(again(name)) for name in "abc"]
        await settled()
        road.leave()

        await asyncio.gather(*waiting)
        assert came == ["a", "b", "c"]

    run(main())


def test_who_waits_for_the_pace_is_woken_when_it_allows() -> None:
    async def main() -> None:
        road, began, times = queue(10, rpm=60), now(), []

        async def call() -> None:
            await road.enter(0)
            times.append(now() - began)
            road.leave()

        await asyncio.gather(*(call() for _ in range(8)))
        assert times == pytest.approx([0, 0, 0, 0, 0, 1, 2, 3], abs=1e-6)

    run(main())


def test_nobody_enters_while_the_lane_is_held_and_all_do_afterwards() -> None:
    async def main() -> None:
        road, came = queue(10, pace=held(30.0)), []
        visits = [asyncio.create_task(visit(road, number, came)) for number in range(5)]
        await asyncio.sleep(29.9)
        before = len(came)
        await asyncio.sleep(0.2)
        assert (before, len(came)) == (0, 5)
        await asyncio.gather(*visits)

    run(main())


def test_a_hold_that_is_prolonged_while_others_wait_holds_them_all() -> None:
    async def main() -> None:
        pace = held(1.0)
        road, came = queue(10, pace=pace), []
        waiting = asyncio.create_task(visit(road, "a", came))
        await settled()
        pace.hold(now() + 10.0)
        await asyncio.sleep(9.9)
        assert came == []
        await waiting

    run(main())


async def refused(queue: ProviderQueue, *, seconds: float = 30.0) -> None:
    """A round of calls that are all refused for their rate."""
    for _ in range(50):
        await queue.enter(0)
    began = now()
    await asyncio.sleep(1.0)
    for _ in range(50):
        queue.learn(LIMITED, None, estimated=0, began=began)
        queue.refused_for_rate(seconds)
        queue.leave()


def test_a_round_refused_for_its_rate_between_others_that_are_answered_holds_nobody_else() -> None:
    async def main() -> None:
        road = queue(10_000)
        for _ in range(3):
            await refused(road)
            road.learn(completion(), None, estimated=0, began=now())
        assert await free_places(road, 5) == 5

    run(main())


def test_where_one_round_after_another_is_refused_for_its_rate_all_wait() -> None:
    async def main() -> None:
        road = queue(10_000)
        for _ in range(3):
            await refused(road)
        began = now()
        await road.enter(0)
        assert now() == pytest.approx(began + 30.0)

    run(main())


def test_where_few_calls_are_refused_for_their_rate_the_next_ones_are_spaced() -> None:
    async def main() -> None:
        road, sent = queue(1), []
        for _ in range(30):
            await road.enter(0)
            await asyncio.sleep(0.5)
            road.learn(completion(), None, estimated=0, began=now() - 0.5)
            road.leave()
        await road.enter(0)
        road.learn(LIMITED, None, estimated=0, began=now())
        road.leave()
        for _ in range(3):
            await road.enter(0)
            sent.append(now())
            road.leave()
        assert [later - earlier for earlier, later in pairwise(sent)] == pytest.approx([0.5, 0.5], rel=0.1)

    run(main())


def test_one_who_stops_waiting_gives_up_the_place_in_the_queue() -> None:
    async def main() -> None:
        road, came = queue(1), []
        first, second, third = (asyncio.create_task(visit(road, name, came)) for name in "abc")
        await settled()
        second.cancel()
        await asyncio.gather(first, third)
        assert came == ["a", "c"]
        assert await free_places(road, 5) == 1

    run(main())


def test_one_who_stops_at_the_moment_of_entering_gives_the_place_back() -> None:
    async def main() -> None:
        road, came = queue(1), []
        await road.enter(0)
        second, third = (asyncio.create_task(visit(road, name, came)) for name in "bc")
        await settled()
        road.leave()  # the second has its place now, and does not know it yet
        second.cancel()
        await third
        assert came == ["c"]
        assert await free_places(road, 5) == 1

    run(main())


def test_when_a_big_call_stops_waiting_for_the_pace_the_small_one_behind_it_goes() -> None:
    async def main() -> None:
        road, began = queue(10, tpm=60_000), now()  # a thousand tokens a second, a bucket of five thousand
        await road.enter(4 * 4900)
        road.leave()
        big = asyncio.create_task(road.enter(4 * 4800))
        small = asyncio.create_task(road.enter(4))
        await settled()

        big.cancel()
        await small

        assert now() - began < 1.0

    run(main())


def test_tokens_given_back_let_the_next_one_go_earlier() -> None:
    async def main() -> None:
        road, began = queue(10, tpm=60_000), now()
        estimated = await road.enter(4 * 4800)
        waiting = asyncio.create_task(road.enter(4 * 4800))
        await settled()

        await asyncio.sleep(0.5)
        road.learn(completion(tokens=2900), None, estimated=estimated, began=began)  # two thousand less than set aside
        road.leave()
        await waiting

        assert now() - began == pytest.approx(2.8, abs=0.05)

    run(main())


def test_one_lane_holds_nobody_back_in_another() -> None:
    async def main() -> None:
        slow, fast, came = queue(1, pace=held(100.0)), queue(1), []
        waiting = [asyncio.create_task(visit(slow, "slow", came)) for _ in range(3)]
        await settled()
        began = now()
        for _ in range(3):
            await visit(fast, "fast", came)
        assert came == ["fast"] * 3
        assert now() - began == pytest.approx(3.0)
        await asyncio.gather(*waiting)

    run(main())


def test_an_answer_opens_the_lane_and_an_objection_narrows_it() -> None:
    async def main() -> None:
        road = ProviderQueue(AdaptiveLimit(100), RateLimiter(), now)
        assert await free_places(road, 200) == 1
        road.learn(completion(), None, estimated=0, began=now())
        assert await free_places(road, 200) == 100
        await refused(road)
        assert await free_places(road, 200) == 70

    run(main())


def test_what_a_provider_states_of_its_limits_is_kept() -> None:
    async def main() -> None:
        road = queue(100)
        road.learn(completion(), StatedLimits(requests=60, requests_remaining=3), estimated=0, began=now())
        assert await free_places(road, 20) == 3

    run(main())


steps = st.lists(
    st.tuples(
        st.floats(0, 3, allow_subnormal=False), st.floats(0, 3, allow_subnormal=False),
        st.one_of(st.none(), st.floats(0, 6, allow_subnormal=False)), st.integers(0, 3000),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


@given(st.integers(1, 4), st.sampled_from([None, 30, 600]), st.sampled_from([None, 6000]), steps)
def test_no_place_is_lost_whoever_stops_and_whenever(
    width: int, rpm: int | None, tpm: int | None, calls: Sequence[tuple[float, float, float | None, int]]
) -> None:
    async def main() -> None:
        road, came, entered = queue(width, rpm=rpm, tpm=tpm), [], 0

        async def call(name: int, later: float, seconds: float, size: int) -> None:
            nonlocal entered
            await asyncio.sleep(later)
            await road.enter(size)
            entered += 1
            assert entered <= width
            try:
                await asyncio.sleep(seconds)
            finally:
                entered -= 1
                road.leave()
            came.append(name)

        tasks = []
        for name, (later, seconds, stops, size) in enumerate(calls):
            task = asyncio.create_task(call(name, later, seconds, size))
            if stops is not None:
                asyncio.get_running_loop().call_later(stops, task.cancel)
            tasks.append(task)
        results = await asyncio.gather(*tasks, return_exceptions=True)

        patient = [name for name, (_, _, stops, _) in enumerate(calls) if stops is None]
        assert set(patient) <= set(came)
        assert all(result is None or isinstance(result, asyncio.CancelledError) for result in results)
        await asyncio.sleep(3600.0)
        assert await free_places(road, width + 1) == min(width, 2 if rpm == 30 else width)

    run(main())
