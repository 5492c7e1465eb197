from __future__ import annotations

import asyncio

import pytest

from scrimp.transport.limits.circuit_breaker import OPENS_AFTER, CircuitBreaker
from scrimp.transport.limits.health import ProviderHealth
from scrimp.values import Completion, Failure
from transport.virtual import now, run, settled

MODEL, ANOTHER = ("acme", "m"), ("other", "m")
OK = Completion(text="ok", usage=None, stop="stop", model="m")
DOWN = Failure(kind="server", message="down", http=500)
WRONG_KEY = Failure(kind="auth", message="key", http=401)
NO_MONEY = Failure(kind="quota", message="balance", http=402)
FORBIDDEN = Failure(kind="auth", message="forbidden", http=403)
LIMITED = Failure(kind="rate_limit", message="slower", http=429)


def _cool_down() -> float:
    breaker = CircuitBreaker()
    for _ in range(OPENS_AFTER):
        breaker.failed(DOWN, -1.0, 0.0)
    return breaker.retry_at


COOL_DOWN = _cool_down()


class Clock:
    """Seconds that pass when told to, and how often somebody looked."""

    def __init__(self) -> None:
        self.now, self.looks = 1000.0, 0

    def __call__(self) -> float:
        self.looks += 1
        return self.now


def call(circuits: ProviderHealth, result: Completion | Failure, *, provider: str = "acme", model: str = "m") -> None:
    began = circuits.admit(provider, model)
    assert isinstance(began, float)
    circuits.saw(provider, model, result, began)


def break_down(circuits: ProviderHealth, *, provider: str = "acme", model: str = "m") -> None:
    """A model that has answered fails five times."""
    call(circuits, OK, provider=provider, model=model)
    for _ in range(OPENS_AFTER):
        call(circuits, DOWN, provider=provider, model=model)


@pytest.mark.parametrize("failure", [WRONG_KEY, NO_MONEY, FORBIDDEN])
def test_a_provider_that_refuses_the_first_call_is_left_at_once(failure: Failure) -> None:
    circuits = ProviderHealth(Clock())

    call(circuits, failure)

    assert circuits.refused("acme") == failure
    assert circuits.admit("acme", "m") == circuits.admit("acme", "another") == failure
    assert not circuits.ready("acme", "m")


@pytest.mark.parametrize("failure", [WRONG_KEY, NO_MONEY])
def test_a_provider_that_stops_taking_the_key_is_left_at_once(failure: Failure) -> None:
    circuits = ProviderHealth(Clock())

    call(circuits, OK)
    call(circuits, failure)

    assert circuits.refused("acme") == failure


def test_a_provider_that_has_answered_may_forbid_two_prompts_but_not_three_in_a_row() -> None:
    circuits = ProviderHealth(Clock())

    states = []
    for result in (OK, FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN):
        call(circuits, result)
        states.append(circuits.refused("acme") is None)

    assert states == [True] * 6 + [False]


def test_a_refusal_says_nothing_of_other_providers() -> None:
    circuits = ProviderHealth(Clock())

    call(circuits, WRONG_KEY)

    assert isinstance(circuits.admit("other", "m"), float)


def test_trouble_of_a_model_says_nothing_of_its_neighbours() -> None:
    circuits = ProviderHealth(Clock())

    break_down(circuits)

    assert circuits.admit("acme", "m") == DOWN
    assert isinstance(circuits.admit("acme", "another"), float)


def test_a_model_in_trouble_that_has_answered_is_one_to_wait_for() -> None:
    circuits = ProviderHealth(Clock())

    break_down(circuits)

    assert circuits.failure("acme", "m") is None
    assert not circuits.ready("acme", "m")


def test_a_model_that_never_answered_is_nothing_to_wait_for() -> None:
    circuits = ProviderHealth(Clock())

    for _ in range(OPENS_AFTER):
        call(circuits, DOWN)

    assert circuits.failure("acme", "m") == DOWN


def test_a_dead_provider_costs_ten_calls() -> None:
    clock = Clock()
    circuits, calls = ProviderHealth(clock), 0
    call(circuits, OK)

    while circuits.failure("acme", "m") is None:
        began = circuits.admit("acme", "m")
        if isinstance(began, float):
            calls += 1
            circuits.saw("acme", "m", DOWN, began)
        clock.now += 0.5

    assert calls == 10


def test_a_probe_that_was_not_made_frees_the_place() -> None:
    clock = Clock()
    circuits = ProviderHealth(clock)
    break_down(circuits)
    clock.now += COOL_DOWN
    began = circuits.admit("acme", "m")
    assert isinstance(began, float)
    assert not circuits.ready("acme", "m")

    circuits.withdrawn("acme", "m", began)

    assert circuits.ready("acme", "m")


def test_a_probe_that_is_forbidden_does_not_shut_the_model_for_good() -> None:
    clock = Clock()
    circuits = ProviderHealth(clock)
    break_down(circuits)
    clock.now += COOL_DOWN

    call(circuits, FORBIDDEN)  # of one prompt, as it may be: the provider has answered before
    clock.now += 1000

    assert circuits.refused("acme") is None
    assert circuits.ready("acme", "m")


def test_what_asks_for_longer_than_anybody_waits_is_left_for_as_long() -> None:
    clock = Clock()
    circuits = ProviderHealth(clock)
    call(circuits, OK)

    circuits.leave("acme", "m", LIMITED, 3600.0)

    assert circuits.failure("acme", "m") == LIMITED
    clock.now += 3599
    assert not circuits.ready("acme", "m")
    clock.now += 2
    assert circuits.ready("acme", "m")


def test_who_waits_for_a_healthy_model_does_not_wait() -> None:
    async def main() -> None:
        began = now()
        await ProviderHealth(now).recovery([MODEL])
        assert now() == began

    run(main())


def test_who_waits_goes_on_when_the_cool_down_is_over() -> None:
    async def main() -> None:
        circuits, began = ProviderHealth(now), now()
        break_down(circuits)

        await circuits.recovery([MODEL])
        assert circuits.ready(*MODEL)
        assert now() == pytest.approx(began + COOL_DOWN)

    run(main())


def test_all_who_wait_go_on_as_soon_as_the_probe_succeeds() -> None:
    async def main() -> None:
        circuits = ProviderHealth(now)
        break_down(circuits)
        await circuits.recovery([MODEL])
        began = circuits.admit("acme", "m")
        assert isinstance(began, float)
        waiting = [asyncio.create_task(circuits.recovery([MODEL])) for _ in range(5)]
        await asyncio.sleep(20.123)
        assert not any(task.done() for task in waiting)

        circuits.saw("acme", "m", OK, began)
        await settled()

        assert all(task.done() for task in waiting)
        assert circuits.ready(*MODEL)

    run(main())


def test_all_who_wait_give_up_as_soon_as_waiting_is_vain() -> None:
    async def main() -> None:
        circuits = ProviderHealth(now)
        break_down(circuits)
        waiting = [asyncio.create_task(circuits.recovery([MODEL])) for _ in range(5)]
        await settled()

        circuits.saw("acme", "other", WRONG_KEY, now())
        await settled()

        assert all(task.done() for task in waiting)
        assert circuits.failure(*MODEL) == WRONG_KEY

    run(main())


def test_waiting_for_a_model_whose_probes_all_fail_ends() -> None:
    async def probe(circuits: ProviderHealth) -> Failure | None:
        while (down := circuits.failure(*MODEL)) is None:
            await circuits.recovery([MODEL])
            began = circuits.admit(*MODEL)
            if isinstance(began, float):
                await asyncio.sleep(1.0)
                circuits.saw("acme", "m", DOWN, began)
        return down

    async def main() -> None:
        circuits = ProviderHealth(now)
        break_down(circuits)

        assert await asyncio.gather(*(probe(circuits) for _ in range(20))) == [DOWN] * 20

    run(main())


def test_who_waits_for_a_slow_probe_sleeps_meanwhile() -> None:
    async def main() -> None:
        loop, looks = asyncio.get_running_loop(), 0

        def clock() -> float:
            nonlocal looks
            looks += 1
            return loop.time()

        circuits = ProviderHealth(clock)
        break_down(circuits)
        await circuits.recovery([MODEL])
        began = circuits.admit("acme", "m")
        assert isinstance(began, float)
        waiting = asyncio.create_task(circuits.recovery([MODEL]))
        await settled()
        looks = 0
        await asyncio.sleep(600.0)
        polled = looks
        circuits.saw("acme", "m", OK, began)

        await waiting
        assert polled <= 60

    run(main())


def test_who_stops_waiting_takes_nobody_along() -> None:
    async def main() -> None:
        circuits = ProviderHealth(now)
        break_down(circuits)
        first, second = (asyncio.create_task(circuits.recovery([MODEL])) for _ in range(2))
        await settled()

        first.cancel()
        await settled()

        assert (first.cancelled(), second.done()) == (True, False)
        await second

    run(main())


def test_of_several_models_the_first_to_recover_ends_the_wait() -> None:
    async def main() -> None:
        circuits, began = ProviderHealth(now), now()
        break_down(circuits)
        call(circuits, OK, provider="other")
        circuits.leave(*ANOTHER, LIMITED, 3600.0)

        await circuits.recovery([ANOTHER, MODEL])

        assert now() == pytest.approx(began + COOL_DOWN)

    run(main())


def test_who_looks_just_before_the_cool_down_ends_is_not_forgotten() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        ahead = 0.0

        def clock() -> float:
            nonlocal ahead
            ahead += 0.01  # looking at the clock takes its time, too
            return loop.time() + ahead

        for early in range(20):
            circuits = ProviderHealth(clock)
            break_down(circuits)
            await asyncio.sleep(max(0.0, COOL_DOWN - 0.005 * early))
            async with asyncio.timeout(60.0):
                await circuits.recovery([MODEL])

    run(main())
