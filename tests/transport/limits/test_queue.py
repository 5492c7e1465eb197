from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.replies.rate_limit_headers import StatedLimits
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.transport.limits.slow_start import FIRST
from scrimp.values import Completion, Failure, Usage
from transport.virtual_loop import VirtualLoop, now, run, settled

LIMITED = Failure(kind="rate_limit", message="slower", http=429)


def completion(*, tokens: int = 0) -> Completion:
    return Completion(text="ok", usage=Usage(input=tokens), stop_reason="stop", model="m")


def open_queue(
    width: int, *, rpm: int | None = None, tpm: int | None = None, limiter: RateLimiter | None = None
) -> ProviderQueue:
    """Return a queue whose limit has been raised to `width` calls in flight."""
    limit = AdaptiveLimit(width)
    limit.answered(now(), now(), stated=width)
    return ProviderQueue(limit, limiter or RateLimiter(rpm=rpm, tpm=tpm), now)


async def hold_place(
    queue: ProviderQueue, name: object, order: list[object], *, seconds: float = 1.0, size: int = 0
) -> None:
    await queue.enter(size)
    order.append(name)
    try:
        await asyncio.sleep(seconds)
    finally:
        queue.leave()


async def free_places(queue: ProviderQueue, most: int) -> int:
    """Return how many calls enter without waiting."""
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


def test_calls_enter_in_the_order_they_arrived() -> None:
    async def main() -> None:
        queue, order = open_queue(3), []
        await asyncio.gather(*(hold_place(queue, number, order) for number in range(20)))
        assert order == list(range(20))

    run(main())


def test_more_go_by_time_though_others_enter_in_each_pass_of_the_loop() -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        queue, entered = ProviderQueue(AdaptiveLimit(1000), RateLimiter(), now), list[object]()
        tasks, at_once = [], []
        for number in range(100):
            tasks.append(asyncio.create_task(hold_place(queue, number, entered, seconds=100.0)))
            await asyncio.sleep(0)
            loop.now += 0.007  # what the pass took
            at_once.append(len(entered))
        await asyncio.gather(*tasks)
        return at_once

    at_once = run(main())
    assert at_once[30] == 1  # the first one alone
    assert at_once[45] > 40


def test_as_many_go_at_once_as_the_first_reply_states_and_no_more() -> None:
    async def main() -> list[int]:
        places = []
        for stated in (StatedLimits(requests=6000, requests_remaining=300), StatedLimits(tokens=10**9), None):
            queue = ProviderQueue(AdaptiveLimit(1000), RateLimiter(), now)
            estimated = await queue.enter(0)
            queue.learn(completion(), stated, estimated=estimated, began=now())
            queue.leave()
            places.append(await free_places(queue, 1000))
        return places

    assert run(main()) == [300, FIRST, FIRST]


def test_no_more_calls_are_in_flight_than_the_limit_allows() -> None:
    async def main() -> None:
        queue, order = open_queue(3), []
        tasks = [asyncio.create_task(hold_place(queue, number, order)) for number in range(10)]
        seen = []
        for _ in range(4):
            await asyncio.sleep(0.5)
            seen.append(len(order))
            await asyncio.sleep(0.5)
        await asyncio.gather(*tasks)
        assert seen == [3, 6, 9, 10]

    run(main())


def test_a_late_call_does_not_overtake_waiting_ones() -> None:
    async def main() -> None:
        queue, order = open_queue(10, tpm=60_000), []  # a bucket of 5000 tokens
        await hold_place(queue, "first", order, seconds=0, size=4 * 4900)
        big = asyncio.create_task(hold_place(queue, "big", order, size=4 * 4000))
        await settled()
        await hold_place(queue, "small", order, size=4)
        await big
        assert order == ["first", "big", "small"]

    run(main())


def test_a_retried_call_goes_before_waiting_ones() -> None:
    async def main() -> None:
        queue, order = open_queue(1), []
        waiting = [asyncio.create_task(hold_place(queue, name, order)) for name in "abc"]
        await settled()
        assert order == ["a"]

        await queue.enter(0, resumed=True)
        order.append("again")
        queue.leave()

        await asyncio.gather(*waiting)
        assert order == ["a", "again", "b", "c"]

    run(main())


def test_retried_calls_keep_their_order() -> None:
    async def main() -> None:
        queue, order = open_queue(1), []

        async def again(name: str) -> None:
            await queue.enter(0, resumed=True)
            order.append(name)
            queue.leave()

        await queue.enter(0)
        waiting = [asyncio.create_task(again(name)) for name in "abc"]
        await settled()
        queue.leave()

        await asyncio.gather(*waiting)
        assert order == ["a", "b", "c"]

    run(main())


def test_a_call_waiting_for_the_rate_limit_is_woken_when_it_allows() -> None:
    async def main() -> None:
        queue, began, times = open_queue(10, rpm=60), now(), []

        async def call() -> None:
            await queue.enter(0)
            times.append(now() - began)
            queue.leave()

        await asyncio.gather(*(call() for _ in range(8)))
        assert times == pytest.approx([0, 0, 0, 0, 0, 1, 2, 3], abs=1e-6)

    run(main())


def rate_limited(queue: ProviderQueue, calls: int) -> None:
    """Let calls be refused for their rate."""
    for _ in range(calls):
        queue.learn(LIMITED, None, estimated=0, began=now())


async def sleeping(queue: ProviderQueue, calls: int, seconds: float) -> list[asyncio.Task[None]]:
    """Let refused calls wait to be sent again."""

    async def sleep() -> None:
        with queue.asleep():
            await asyncio.sleep(seconds)

    tasks = [asyncio.create_task(sleep()) for _ in range(calls)]
    await settled()
    return tasks


def test_where_others_are_answered_a_refused_call_leaves_its_place_to_them_while_it_waits() -> None:
    async def main() -> None:
        queue = open_queue(10)
        for _ in range(50):
            rate_limited(queue, 1)
            for _ in range(3):
                queue.learn(completion(), None, estimated=0, began=now())
        await sleeping(queue, 50, 30.0)
        assert await free_places(queue, 20) == 10

    run(main())


def test_where_all_are_refused_a_call_keeps_its_place_while_it_waits() -> None:
    async def main() -> None:
        queue, began = open_queue(10), now()
        rate_limited(queue, 10)
        await sleeping(queue, 8, 30.0)
        assert await free_places(queue, 20) == 2

        await asyncio.gather(*(queue.enter(0) for _ in range(10)))
        assert now() == pytest.approx(began + 30.0)

    run(main())


def test_an_answer_frees_the_places_of_calls_that_wait() -> None:
    async def main() -> None:
        queue = open_queue(10)
        rate_limited(queue, 10)
        await sleeping(queue, 10, 30.0)
        waiting = asyncio.create_task(queue.enter(0))
        await settled()
        assert not waiting.done()

        queue.learn(completion(), None, estimated=0, began=now())
        queue.leave()
        await settled()

        assert waiting.done()

    run(main())


def test_a_call_that_waited_enters_before_those_that_never_did() -> None:
    async def main() -> None:
        queue, order = open_queue(1), []
        rate_limited(queue, 10)

        async def again() -> None:
            with queue.asleep():
                await asyncio.sleep(5.0)
            await queue.enter(0, resumed=True)
            order.append("again")
            queue.leave()

        resumed = asyncio.create_task(again())
        await settled()
        await asyncio.gather(resumed, *(hold_place(queue, name, order) for name in "ab"))
        assert order == ["again", "a", "b"]

    run(main())


def test_a_canceled_call_leaves_the_queue() -> None:
    async def main() -> None:
        queue, order = open_queue(1), []
        first, second, third = (asyncio.create_task(hold_place(queue, name, order)) for name in "abc")
        await settled()
        second.cancel()
        await asyncio.gather(first, third)
        assert order == ["a", "c"]
        assert await free_places(queue, 5) == 1

    run(main())


def test_a_call_canceled_as_it_enters_gives_its_place_back() -> None:
    async def main() -> None:
        queue, order = open_queue(1), []
        await queue.enter(0)
        second, third = (asyncio.create_task(hold_place(queue, name, order)) for name in "bc")
        await settled()
        queue.leave()  # the second has its place now, and does not know it yet
        second.cancel()
        await third
        assert order == ["c"]
        assert await free_places(queue, 5) == 1

    run(main())


def test_when_a_big_call_is_canceled_the_small_one_behind_it_enters() -> None:
    async def main() -> None:
        queue, began = open_queue(10, tpm=60_000), now()  # a thousand tokens a second, a bucket of five thousand
        await queue.enter(4 * 4900)
        queue.leave()
        big = asyncio.create_task(queue.enter(4 * 4800))
        small = asyncio.create_task(queue.enter(4))
        await settled()

        big.cancel()
        await small

        assert now() - began < 1.0

    run(main())


def test_returned_tokens_let_the_next_call_enter_earlier() -> None:
    async def main() -> None:
        queue, began = open_queue(10, tpm=60_000), now()
        estimated = await queue.enter(4 * 4800)
        waiting = asyncio.create_task(queue.enter(4 * 4800))
        await settled()

        await asyncio.sleep(0.5)
        queue.learn(completion(tokens=2900), None, estimated=estimated, began=began)  # two thousand less than set aside
        queue.leave()
        await waiting

        assert now() - began == pytest.approx(2.8, abs=0.05)

    run(main())


def test_one_queue_does_not_hold_back_another() -> None:
    async def main() -> None:
        slow, fast, order = open_queue(1), open_queue(1), []
        rate_limited(slow, 10)
        await sleeping(slow, 1, 100.0)
        waiting = [asyncio.create_task(hold_place(slow, "slow", order)) for _ in range(3)]
        await settled()
        began = now()
        for _ in range(3):
            await hold_place(fast, "fast", order)
        assert order == ["fast"] * 3
        assert now() - began == pytest.approx(3.0)
        await asyncio.gather(*waiting)

    run(main())


def test_an_answer_raises_the_limit_and_objections_to_most_calls_lower_it() -> None:
    async def main() -> None:
        queue = ProviderQueue(AdaptiveLimit(50), RateLimiter(), now)
        assert await free_places(queue, 200) == 1
        queue.learn(completion(), None, estimated=0, began=now())
        assert await free_places(queue, 200) == 50
        await asyncio.sleep(1.0)
        queue.learn(completion(), None, estimated=0, began=now())
        rate_limited(queue, 50)
        assert await free_places(queue, 200) == 35

    run(main())


def test_limits_stated_by_a_provider_are_obeyed() -> None:
    async def main() -> None:
        queue = open_queue(100)
        queue.learn(completion(), StatedLimits(requests=60, requests_remaining=3), estimated=0, began=now())
        assert await free_places(queue, 20) == 3

    run(main())


steps = st.lists(
    st.tuples(
        st.floats(0, 3, allow_subnormal=False), st.floats(0, 3, allow_subnormal=False),
        st.one_of(st.none(), st.floats(0, 6, allow_subnormal=False)), st.integers(0, 3000),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


@given(st.integers(1, 4), st.sampled_from([None, 30, 600]), st.sampled_from([None, 6000]), steps)
def test_no_place_is_lost_whichever_call_is_canceled_and_when(
    width: int, rpm: int | None, tpm: int | None, calls: Sequence[tuple[float, float, float | None, int]]
) -> None:
    async def main() -> None:
        queue, order, entered = open_queue(width, rpm=rpm, tpm=tpm), [], 0

        async def call(name: int, later: float, seconds: float, size: int) -> None:
            nonlocal entered
            await asyncio.sleep(later)
            await queue.enter(size)
            entered += 1
            assert entered <= width
            try:
                await asyncio.sleep(seconds)
            finally:
                entered -= 1
                queue.leave()
            order.append(name)

        tasks = []
        for name, (later, seconds, stops, size) in enumerate(calls):
            task = asyncio.create_task(call(name, later, seconds, size))
            if stops is not None:
                asyncio.get_running_loop().call_later(stops, task.cancel)
            tasks.append(task)
        results = await asyncio.gather(*tasks, return_exceptions=True)

        patient = [name for name, (_, _, stops, _) in enumerate(calls) if stops is None]
        assert set(patient) <= set(order)
        assert all(result is None or isinstance(result, asyncio.CancelledError) for result in results)
        await asyncio.sleep(3600.0)
        assert await free_places(queue, width + 1) == min(width, 2 if rpm == 30 else width)

    run(main())


def test_what_is_attached_counts_by_its_tokens_beside_the_bytes_of_the_text() -> None:
    async def main() -> tuple[int, int]:
        queue = open_queue(4)
        return await queue.enter(400), await queue.enter(400, attached=765)

    text, with_picture = run(main())
    assert with_picture - text == 765
