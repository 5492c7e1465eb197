from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrimp.flows.answer.provider_caches.prefix_warmup import PrefixWarmup
from scrimp.values import Call, Message
from transport.virtual_loop import now, run, settled

LONG = "instructions " * 400  # well over four thousand characters
WARM = 300.0


def call(text: str, *, system: str | None = LONG, model: str = "m", history: tuple[Message, ...] = ()) -> Call:
    return Call(provider="acme", model=model, text=text, system=system, history=history)


class Server:
    """Calls in their turns, and when each began."""

    def __init__(self) -> None:
        self.warming, self.began = PrefixWarmup(now), {}

    began: dict[str, float]

    async def visit(self, call: Call, name: str = "", *, seconds: float = 10.0, fails: bool = False) -> None:
        async with self.warming.turn(call, [hash(call.system)] if call.system else []):
            self.began[name or call.text] = now()
            await asyncio.sleep(seconds)
            if fails:
                raise RuntimeError("it failed")

    def visits(self, *calls: Call) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self.visit(each)) for each in calls]


def test_of_many_calls_with_one_long_beginning_the_first_goes_alone_and_the_rest_at_once_after_it() -> None:
    async def main() -> None:
        server, began = Server(), now()
        await asyncio.gather(*server.visits(*(call(name) for name in "abcdef")))
        assert server.began == {"a": began} | dict.fromkeys("bcdef", began + 10)

    run(main())


def test_the_rest_follow_at_once_when_the_first_fails() -> None:
    async def main() -> None:
        server, began = Server(), now()
        first = asyncio.create_task(server.visit(call("a"), fails=True))
        await settled()
        await asyncio.gather(*server.visits(*(call(name) for name in "bcd")))
        with pytest.raises(RuntimeError, match="it failed"):
            await first
        assert server.began == {"a": began} | dict.fromkeys("bcd", began + 10)

    run(main())


def test_the_rest_follow_at_once_when_the_first_is_cancelled() -> None:
    async def main() -> None:
        server, began = Server(), now()
        first, *rest = server.visits(*(call(name) for name in "abcd"))
        await asyncio.sleep(4.0)
        first.cancel()
        await asyncio.gather(*rest)
        assert server.began == {"a": began} | dict.fromkeys("bcd", began + 4)

    run(main())


def test_one_who_stops_waiting_takes_nobody_along() -> None:
    async def main() -> None:
        server, began = Server(), now()
        first, second, third = server.visits(*(call(name) for name in "abc"))
        await asyncio.sleep(4.0)
        second.cancel()
        await asyncio.gather(first, third)
        assert server.began == {"a": began, "c": began + 10}

    run(main())


@pytest.mark.parametrize(
    "calls",
    [
        [call("a", system=None), call("b", system=None)],
        [call("a", system="one " + LONG), call("b", system="two " + LONG)],
        [call("a", model="one"), call("b", model="two")],
    ],
    ids=["none", "different", "other model"],
)
def test_different_beginnings_wait_for_nobody(calls: list[Call]) -> None:
    async def main() -> None:
        server, began = Server(), now()
        await asyncio.gather(*server.visits(*calls))
        assert set(server.began.values()) == {began}

    run(main())


def test_a_beginning_that_is_warm_holds_nobody_up_as_long_as_it_is_used() -> None:
    async def main() -> None:
        server = Server()
        for lap in range(5):
            await server.visit(call("x"), str(lap), seconds=1.0)
            await asyncio.sleep(WARM - 20)
        began = now()
        await asyncio.gather(*server.visits(call("a"), call("b")))
        assert (server.began["a"], server.began["b"]) == (began, began)

    run(main())


def test_a_beginning_that_has_gone_cold_is_warmed_by_one_again() -> None:
    async def main() -> None:
        server = Server()
        await server.visit(call("x"))
        await asyncio.sleep(WARM + 1)
        began = now()
        await asyncio.gather(*server.visits(call("a"), call("b")))
        assert (server.began["a"], server.began["b"]) == (began, began + 10)

    run(main())


def test_a_run_of_prompts_that_are_all_long_and_all_different_remembers_few_of_them() -> None:
    async def main() -> None:
        server = Server()
        for number in range(10_000):
            await server.visit(call("x", system=f"{number} {LONG}"), "x", seconds=0.0)
        assert len(server.warming._seen) <= 4096

    run(main())


def test_a_beginning_in_steady_use_is_not_forgotten_for_those_used_once() -> None:
    async def main() -> None:
        server = Server()
        await server.visit(call("x"), seconds=0.0)
        for number in range(10_000):
            await server.visit(call("x", system=f"{number} {LONG}"), "x", seconds=0.0)
            if number % 1000 == 0:
                await server.visit(call("x"), seconds=0.0)
        began = now()
        await asyncio.gather(*server.visits(call("a"), call("b")))
        assert (server.began["a"], server.began["b"]) == (began, began)

    run(main())


visits = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 400), st.floats(0, 400), st.none() | st.floats(0, 400), st.booleans()),
    max_size=15,
)


@settings(max_examples=200)
@given(visits)
def test_whatever_fails_or_stops_every_call_ends_as_its_own_and_waits_for_one_other_at_most(
    options: list[tuple[int, float, float, float | None, bool]],
) -> None:
    async def main() -> None:
        server = Server()

        came: dict[str, float] = {}

        async def visit(name: str, which: int, later: float, seconds: float, fails: bool) -> None:
            await asyncio.sleep(later)
            came[name] = now()
            await server.visit(call("x", system=f"{which} {LONG}"), name, seconds=seconds, fails=fails)

        tasks = []
        for number, (which, later, seconds, stops, fails) in enumerate(options):
            task = asyncio.create_task(visit(str(number), which, later, seconds, fails))
            if stops is not None:
                asyncio.get_running_loop().call_later(stops, task.cancel)
            tasks.append(task)
        results = await asyncio.gather(*tasks, return_exceptions=True)

        for (*_, stops, fails), result in zip(options, results, strict=True):
            if isinstance(result, asyncio.CancelledError):
                assert stops is not None
            else:
                assert repr(result) == ("RuntimeError('it failed')" if fails else "None")
        longest = max((seconds for _, _, seconds, _, _ in options), default=0.0)
        assert all(began - came[name] <= longest + 1e-6 for name, began in server.began.items())

    run(main())


def test_a_call_that_shares_two_beginnings_waits_for_both_and_fills_only_what_is_cold() -> None:
    async def main() -> None:
        warming, began = PrefixWarmup(now), now()
        starts: dict[str, float] = {}

        async def visit(name: str, beginnings: list[int]) -> None:
            async with warming.turn(call(name), beginnings):
                starts[name] = now() - began
                await asyncio.sleep(10.0)

        # All share 1; b and c share 2 as well, d and e share 3.
        shared = {"a": [1], "b": [1, 2], "c": [1, 2], "d": [1, 3], "e": [1, 3], "f": [1]}
        await asyncio.gather(*(visit(name, beginnings) for name, beginnings in shared.items()))
        assert starts == {"a": 0, "b": 10, "d": 10, "f": 10, "c": 20, "e": 20}

    run(main())
