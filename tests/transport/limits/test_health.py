from __future__ import annotations

import asyncio

import pytest

from scrimp.transport.limits.circuit_breaker import OPENS_AFTER, CircuitBreaker
from scrimp.transport.limits.health import ProviderHealth
from scrimp.values import Completion, Failure
from transport.virtual_loop import now, run, settled

MODEL, ANOTHER = ("acme", "m"), ("other", "m")
OK = Completion(text="ok", usage=None, stop_reason="stop", model="m")
DOWN = Failure(kind="server", message="down", http=500)
WRONG_KEY = Failure(kind="auth", message="key", http=401)
NO_MONEY = Failure(kind="quota", message="balance", http=402)
FORBIDDEN = Failure(kind="auth", message="forbidden", http=403)
LIMITED = Failure(kind="rate_limit", message="slower", http=429)


def _cool_down() -> float:
    breaker = CircuitBreaker()
    breaker.answered(-2.0)
    for _ in range(OPENS_AFTER):
        breaker.failed(DOWN, -1.0, 0.0)
    return breaker.retry_at


COOL_DOWN = _cool_down()


class Clock:
    """A clock that is set by the test and counts its readings."""

    def __init__(self) -> None:
        self.now, self.looks = 1000.0, 0

    def __call__(self) -> float:
        self.looks += 1
        return self.now


def call(health: ProviderHealth, result: Completion | Failure, *, provider: str = "acme", model: str = "m") -> None:
    began = health.admit(provider, model)
    assert isinstance(began, float)
    health.observe(provider, model, result, began)


def break_down(health: ProviderHealth, *, provider: str = "acme", model: str = "m") -> None:
    """Let a model that has answered fail five times."""
    call(health, OK, provider=provider, model=model)
    for _ in range(OPENS_AFTER):
        call(health, DOWN, provider=provider, model=model)


@pytest.mark.parametrize("failure", [WRONG_KEY, NO_MONEY, FORBIDDEN])
def test_a_provider_that_refuses_the_first_call_is_dropped_at_once(failure: Failure) -> None:
    health = ProviderHealth(Clock())

    call(health, failure)

    assert health.refused("acme") == failure
    assert health.admit("acme", "m") == health.admit("acme", "another") == failure
    assert not health.ready("acme", "m")


@pytest.mark.parametrize("failure", [WRONG_KEY, NO_MONEY])
def test_a_provider_that_stops_accepting_the_key_is_dropped_at_once(failure: Failure) -> None:
    health = ProviderHealth(Clock())

    call(health, OK)
    call(health, failure)

    assert health.refused("acme") == failure


def test_a_provider_that_has_answered_is_dropped_after_three_403s_in_a_row() -> None:
    health = ProviderHealth(Clock())

    states = []
    for result in (OK, FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN):
        call(health, result)
        states.append(health.refused("acme") is None)

    assert states == [True] * 6 + [False]


def test_a_refusal_does_not_affect_other_providers() -> None:
    health = ProviderHealth(Clock())

    call(health, WRONG_KEY)

    assert isinstance(health.admit("other", "m"), float)


def test_trouble_of_a_model_does_not_affect_other_models() -> None:
    health = ProviderHealth(Clock())

    break_down(health)

    assert health.admit("acme", "m") == DOWN
    assert isinstance(health.admit("acme", "another"), float)


def test_a_model_in_trouble_that_has_answered_is_not_given_up() -> None:
    health = ProviderHealth(Clock())

    break_down(health)

    assert health.failure("acme", "m") is None
    assert not health.ready("acme", "m")


def test_a_model_that_never_answered_is_given_up_after_some_seconds() -> None:
    clock = Clock()
    health = ProviderHealth(clock)
    for _ in range(OPENS_AFTER):
        call(health, DOWN)
    assert health.failure("acme", "m") is None

    clock.now += 6
    call(health, DOWN)

    assert health.failure("acme", "m") == DOWN


def test_a_dead_provider_costs_ten_calls() -> None:
    clock = Clock()
    health, calls = ProviderHealth(clock), 0
    call(health, OK)

    while health.failure("acme", "m") is None:
        began = health.admit("acme", "m")
        if isinstance(began, float):
            calls += 1
            health.observe("acme", "m", DOWN, began)
        clock.now += 0.5

    assert calls == 10


def test_a_withdrawn_probe_leaves_its_place() -> None:
    clock = Clock()
    health = ProviderHealth(clock)
    break_down(health)
    clock.now += COOL_DOWN
    began = health.admit("acme", "m")
    assert isinstance(began, float)
    assert not health.ready("acme", "m")

    health.withdraw("acme", "m", began)

    assert health.ready("acme", "m")


def test_a_refused_probe_does_not_shut_the_model_out() -> None:
    clock = Clock()
    health = ProviderHealth(clock)
    break_down(health)
    clock.now += COOL_DOWN

    call(health, FORBIDDEN)  # of one prompt, as it may be: the provider has answered before
    clock.now += 1000

    assert health.refused("acme") is None
    assert health.ready("acme", "m")


def test_a_model_that_asks_for_a_very_long_wait_is_suspended_for_it() -> None:
    clock = Clock()
    health = ProviderHealth(clock)
    call(health, OK)

    health.suspend("acme", "m", LIMITED, 3600.0)

    assert health.failure("acme", "m") == LIMITED
    clock.now += 3599
    assert not health.ready("acme", "m")
    clock.now += 2
    assert health.ready("acme", "m")


def test_waiting_for_a_healthy_model_ends_at_once() -> None:
    async def main() -> None:
        began = now()
        await ProviderHealth(now).recovery([MODEL])
        assert now() == began

    run(main())


def test_waiting_ends_with_the_cool_down() -> None:
    async def main() -> None:
        health, began = ProviderHealth(now), now()
        break_down(health)

        await health.recovery([MODEL])
        assert health.ready(*MODEL)
        assert now() == pytest.approx(began + COOL_DOWN)

    run(main())


def test_all_waiters_continue_as_soon_as_the_probe_succeeds() -> None:
    async def main() -> None:
        health = ProviderHealth(now)
        break_down(health)
        await health.recovery([MODEL])
        began = health.admit("acme", "m")
        assert isinstance(began, float)
        waiting = [asyncio.create_task(health.recovery([MODEL])) for _ in range(5)]
        await asyncio.sleep(20.123)
        assert not any(task.done() for task in waiting)

        health.observe("acme", "m", OK, began)
        await settled()

        assert all(task.done() for task in waiting)
        assert health.ready(*MODEL)

    run(main())


def test_all_waiters_continue_as_soon_as_waiting_is_pointless() -> None:
    async def main() -> None:
        health = ProviderHealth(now)
        break_down(health)
        waiting = [asyncio.create_task(health.recovery([MODEL])) for _ in range(5)]
        await settled()

        health.observe("acme", "other", WRONG_KEY, now())
        await settled()

        assert all(task.done() for task in waiting)
        assert health.failure(*MODEL) == WRONG_KEY

    run(main())


def test_waiting_for_a_model_whose_probes_all_fail_ends() -> None:
    async def probe(health: ProviderHealth) -> Failure | None:
        while (down := health.failure(*MODEL)) is None:
            await health.recovery([MODEL])
            began = health.admit(*MODEL)
            if isinstance(began, float):
                await asyncio.sleep(1.0)
                health.observe("acme", "m", DOWN, began)
        return down

    async def main() -> None:
        health = ProviderHealth(now)
        break_down(health)

        assert await asyncio.gather(*(probe(health) for _ in range(20))) == [DOWN] * 20

    run(main())


def test_waiting_for_a_slow_probe_does_not_poll() -> None:
    async def main() -> None:
        loop, looks = asyncio.get_running_loop(), 0

        def clock() -> float:
            nonlocal looks
            looks += 1
            return loop.time()

        health = ProviderHealth(clock)
        break_down(health)
        await health.recovery([MODEL])
        began = health.admit("acme", "m")
        assert isinstance(began, float)
        waiting = asyncio.create_task(health.recovery([MODEL]))
        await settled()
        looks = 0
        await asyncio.sleep(600.0)
        polled = looks
        health.observe("acme", "m", OK, began)

        await waiting
        assert polled <= 60

    run(main())


def test_a_canceled_waiter_does_not_affect_the_others() -> None:
    async def main() -> None:
        health = ProviderHealth(now)
        break_down(health)
        first, second = (asyncio.create_task(health.recovery([MODEL])) for _ in range(2))
        await settled()

        first.cancel()
        await settled()

        assert (first.cancelled(), second.done()) == (True, False)
        await second

    run(main())


def test_of_several_models_the_first_to_recover_ends_the_wait() -> None:
    async def main() -> None:
        health, began = ProviderHealth(now), now()
        break_down(health)
        call(health, OK, provider="other")
        health.suspend(*ANOTHER, LIMITED, 3600.0)

        await health.recovery([ANOTHER, MODEL])

        assert now() == pytest.approx(began + COOL_DOWN)

    run(main())


def test_a_waiter_woken_just_before_the_cool_down_ends_waits_again() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        ahead = 0.0

        def clock() -> float:
            nonlocal ahead
            ahead += 0.01  # looking at the clock takes its time, too
            return loop.time() + ahead

        for early in range(20):
            health = ProviderHealth(clock)
            break_down(health)
            await asyncio.sleep(max(0.0, COOL_DOWN - 0.005 * early))
            async with asyncio.timeout(60.0):
                await health.recovery([MODEL])

    run(main())
