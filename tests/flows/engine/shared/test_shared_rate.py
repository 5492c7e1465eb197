from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from scrimp.errors import ServerDownError
from scrimp.flows.engine.shared.rate import SharedRateLimiter
from scrimp.providers.replies.rate_limit_headers import StatedLimits
from scrimp.shared.rate_limits import Granted, Wanted
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.values import Completion, Usage

Answer = Callable[[Wanted, Wanted], Granted]


class FakeServer:
    """Answers as it is told to, and notes what it was asked for."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[Wanted, Wanted]] = []

    def take(self, requests: Wanted, tokens: Wanted) -> Granted:
        self.asked.append((requests, tokens))
        return self.answer(requests, tokens)


def all_that_is_wanted(requests: Wanted, tokens: Wanted) -> Granted:
    return Granted(requests=requests.want, tokens=tokens.want, wait=0.0, sharing=4)


def no_answer(requests: Wanted, tokens: Wanted) -> Granted:
    raise ServerDownError("the server is down")


def opened(
    answer: Answer = all_that_is_wanted, *, rpm: int | None = None, tpm: int | None = None,
    said: list[str] | None = None,
) -> tuple[ProviderQueue, FakeServer, SharedRateLimiter]:  # fmt: skip
    server = FakeServer(answer)
    limiter = SharedRateLimiter(server, (said if said is not None else []).append, rpm=rpm, tpm=tpm)
    return ProviderQueue(AdaptiveLimit(1000), limiter, asyncio.get_running_loop().time), server, limiter


async def call(queue: ProviderQueue, used: Usage | None = None, stated: StatedLimits | None = None) -> None:
    """Make a call, of which a completion comes."""
    estimated = await queue.enter(400)
    completion = Completion(text="", model="m", usage=used, stop_reason="stop")
    queue.learn(completion, stated, estimated=estimated, began=asyncio.get_running_loop().time())
    queue.leave()


def test_without_a_limit_nobody_is_asked_until_a_reply_states_one() -> None:
    async def main() -> None:
        queue, server, _ = opened()
        await call(queue, stated=StatedLimits(requests=600, requests_remaining=7))
        assert not server.asked
        for _ in range(5):
            await call(queue)
        requests, _ = server.asked[0]
        assert (requests.rate, requests.most, requests.left) == (10.0, 600.0, 7)
        assert server.asked[-1][0].left is None  # it is said once

    asyncio.run(main())


def test_few_requests_to_the_server_carry_many_calls() -> None:
    async def main() -> None:
        queue, server, _ = opened(rpm=60_000, tpm=60_000_000)
        for _ in range(20):
            for _ in range(50):
                await call(queue)
            await asyncio.sleep(0.002)
        assert len(server.asked) < 300
        granted = sum(requests.want for requests, _ in server.asked)
        assert 1000 <= granted <= 1000 + 250 / 4  # a quarter of a second, and a quarter of that for each of four

    asyncio.run(main())


def test_calls_wait_until_the_server_grants_them() -> None:
    async def main() -> None:
        waits = iter((0.05, 0.02))
        times: list[float] = []

        def later(requests: Wanted, tokens: Wanted) -> Granted:
            times.append(loop.time())
            wait = next(waits, 0.0)
            return Granted(requests=0 if wait else 1, tokens=0, wait=wait, sharing=1)

        loop = asyncio.get_running_loop()
        queue, server, _ = opened(later, rpm=600)
        await call(queue)
        assert len(server.asked) >= 3
        assert times[1] - times[0] >= 0.05

    asyncio.run(main())


def test_what_a_call_used_beyond_its_estimate_is_taken_with_the_next() -> None:
    async def main() -> None:
        queue, server, _ = opened(tpm=600_000)
        await call(queue, Usage(input=5000, output=100))
        await call(queue)
        assert sum(tokens.want for _, tokens in server.asked) >= 5100 + 200

    asyncio.run(main())


def test_a_run_keeps_its_own_limits_where_others_share_higher_ones() -> None:
    async def main() -> None:
        _, _, limiter = opened(rpm=6)  # of a server that grants whatever is wanted
        limiter.take(400, 50.0)
        assert limiter.wait(400, 50.0) == 10.0

    asyncio.run(main())


def test_a_call_that_is_not_sent_leaves_its_place_to_the_next() -> None:
    async def main() -> None:
        queue, server, _ = opened(rpm=60, tpm=6000)
        queue.leave(unsent=await queue.enter(400))
        await call(queue)
        assert len([each for each in server.asked if each[0].need]) == 1

    asyncio.run(main())


def test_without_the_server_a_run_keeps_to_its_part_until_that_answers_again() -> None:
    async def main() -> None:
        said: list[str] = []
        queue, server, limiter = opened(rpm=24_000, said=said)  # 400 a second
        await call(queue)
        server.answer = no_answer
        began = asyncio.get_running_loop().time()
        for _ in range(30):
            await call(queue)
        # A hundred a second, as one of four; what was granted before is sent besides.
        assert asyncio.get_running_loop().time() - began >= 0.1
        (sentence,) = said
        assert sentence.endswith("this run keeps to a part of them, 1/4, by itself")
        server.answer = all_that_is_wanted
        asked = len(server.asked)
        now = asyncio.get_running_loop().time()
        limiter.wait(100, now + 3)  # by then it is asked again
        while len(server.asked) == asked:
            await call(queue)
        await call(queue)
        # What it sent alone is told once; what was granted before is counted there already.
        assert [0 < requests.sent <= 30 + len(server.asked) for requests, _ in server.asked].count(True) == 1

    asyncio.run(main())


@pytest.mark.parametrize("stated", [None, StatedLimits(requests=60_000, requests_remaining=60_000)])
def test_a_server_that_never_answered_leaves_the_whole_limit(stated: StatedLimits | None) -> None:
    async def main() -> None:
        queue, _, limiter = opened(no_answer, rpm=60_000)
        for _ in range(20):
            await call(queue)
            if stated is not None:
                limiter.learn(stated, asyncio.get_running_loop().time())

    asyncio.run(main())


def test_calls_that_wait_are_woken_by_the_answer() -> None:
    async def main() -> None:
        asked, may_answer = threading.Event(), threading.Event()

        def slow(requests: Wanted, tokens: Wanted) -> Granted:
            asked.set()
            assert may_answer.wait(100)
            return Granted(requests=1, tokens=0, wait=0.0, sharing=1)

        queue, _, limiter = opened(slow, rpm=60)
        waiting = asyncio.create_task(call(queue))
        await asyncio.to_thread(asked.wait, 20)
        assert not waiting.done()
        woken, wake = asyncio.Event(), limiter.changed

        def wake_and_tell() -> None:
            wake()
            woken.set()

        limiter.changed = wake_and_tell
        may_answer.set()
        await woken.wait()
        for _ in range(3):
            await asyncio.sleep(0)
        assert waiting.done()

    asyncio.run(main())
