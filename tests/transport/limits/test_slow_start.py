"""Whole clients in virtual time, before providers that take so many calls at once and refuse the others with 429."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.limits.slow_start import ALONE, FIRST, STEP, TIMES
from scrimp.values import Completion
from transport.virtual_loop import now, run
from transport.wire import ClientHarness, FakeHttp, error, ok, scripted


def provider(slots: int, *, moment: float = 0.05, seconds: tuple[float, float] = (0.7, 1.3)) -> FakeHttp:
    """Return a provider that refuses after a moment what comes while so many calls are being answered."""
    random, answering = Random(1), 0

    async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
        nonlocal answering
        await asyncio.sleep(moment)
        if answering >= slots:
            return error(429)
        answering += 1
        await asyncio.sleep(random.uniform(*seconds))
        answering -= 1
        return ok()

    return FakeHttp(answer)


async def asked(http: FakeHttp, calls: int, width: int = 1000) -> tuple[int, float]:
    """Have so many calls answered; return how many were refused meanwhile, and the seconds it took."""
    began = now()
    results = await ClientHarness(http, width=width, random_fraction=Random(3).random).ask_all(calls)
    assert sum(isinstance(each, Completion) for each in results) == calls
    return len(http.sent) - calls, now() - began


def test_without_refusals_four_times_as_many_calls_go_after_each_step() -> None:
    async def main() -> list[float]:
        http, began = scripted(ok(), seconds=60.0), now()
        await ClientHarness(http, width=1000).ask_all(1000)
        return [at - began for at in http.times]

    times = run(main())

    second, third = FIRST, FIRST * TIMES
    wanted = [0.0] + [ALONE] * (second - 1) + [ALONE + STEP] * (third - second) + [ALONE + 2 * STEP] * (1000 - third)
    assert times == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize(("slots", "most"), [(1, 300), (4, 300), (16, 450)])
def test_a_provider_that_takes_few_is_asked_for_few(slots: int, most: int) -> None:
    refused, seconds = run(asked(provider(slots), 20 * slots + 40))

    assert refused < most
    assert seconds < 1.5 * (20 * slots + 40) / slots


def test_of_the_calls_in_flight_at_the_first_refusals_those_that_are_not_refused_are_what_the_provider_takes() -> None:
    async def main() -> tuple[int, int]:
        http = provider(150, seconds=(3.0, 3.0))
        calls = asyncio.create_task(asked(http, 600))
        await asyncio.sleep(ALONE + STEP + 0.1)
        at_first = len(http.sent)
        await asyncio.sleep(2.0)  # refused calls would have come back, and again, were there places for them
        later = len(http.sent)
        await calls
        return at_first, later

    at_first, later = run(main())

    assert 256 <= at_first == later < 260


def test_what_is_refused_at_first_holds_no_place_while_it_waits() -> None:
    async def main() -> float:
        answering, refused = 0, 0

        async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
            nonlocal answering, refused
            await asyncio.sleep(0.05)
            if answering >= 4 and refused < 60:
                refused += 1
                return error(429, retry_after="30")
            answering += 1
            await asyncio.sleep(1.0)
            answering -= 1
            return ok()

        began, answered = now(), []
        harness = ClientHarness(FakeHttp(answer), width=1000)

        async def one() -> None:
            await harness.ask()
            answered.append(now() - began)

        await asyncio.gather(*(one() for _ in range(100)))
        return answered[35]

    assert run(main()) < 30.0  # those that were never refused do not wait for those that are asked to


def test_a_refusal_of_the_first_call_tells_nothing_of_how_many_may_go() -> None:
    async def main() -> list[float]:
        http, began = scripted(error(429, retry_after="3"), ok(), seconds=0.1), now()
        await ClientHarness(http, width=50).ask_all(50)
        return [at - began for at in http.times]

    assert run(main())[:50] == pytest.approx([0.0, 0.1] + [0.2] * 48)


def test_where_a_call_is_lost_no_others_go_until_one_is_answered() -> None:
    async def main() -> list[float]:
        http, began = scripted(error(500), ok(), seconds=0.2), now()
        await ClientHarness(http, width=50).ask_all(50)
        return [at - began for at in http.times]

    assert sorted(run(main()))[:50] == pytest.approx([0.0, 0.2] + [0.4] * 48)
