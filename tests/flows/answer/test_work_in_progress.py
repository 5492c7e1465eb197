from __future__ import annotations

import asyncio

from scrimp.flows.answer.work_in_progress import WorkInProgress
from scrimp.values import Chain, ModelRef, Step
from transport.virtual_loop import run

CHEAP, DEAR, OTHER = (Step(name, (ModelRef("acme", name),)) for name in ("cheap", "dear", "other"))
CHAIN = Chain(steps=(CHEAP, DEAR))


def admitted(limit: WorkInProgress, chains: list[Chain]) -> int:
    """Return how many of these rows begin before any of them ends."""

    async def main() -> int:
        begun, end = 0, asyncio.Event()

        async def row(chain: Chain) -> None:
            nonlocal begun
            async with limit.place(chain):
                begun += 1
                await end.wait()

        rows = [asyncio.create_task(row(chain)) for chain in chains]
        await asyncio.sleep(1)
        at_first = begun
        end.set()
        await asyncio.gather(*rows)
        assert begun == len(chains)  # all have their turn
        return at_first

    return run(main())


def test_rows_that_go_on_to_a_second_model_do_not_pile_up_before_it() -> None:
    assert admitted(WorkInProgress(calls=8, checks=0), [CHAIN] * 100) == 24


def test_rows_do_not_pile_up_before_a_check() -> None:
    assert admitted(WorkInProgress(calls=8, checks=4), [Chain(steps=(CHEAP,))] * 100) == 24
    assert admitted(WorkInProgress(calls=1, checks=4), [Chain(steps=(CHEAP,))] * 100) == 12


def test_a_model_that_judges_is_passed_like_a_step() -> None:
    judged = Chain(steps=(CHEAP, DEAR), signal="judge", judge=OTHER)

    assert admitted(WorkInProgress(calls=8, checks=0), [judged] * 100) == 32


def test_rows_of_one_call_are_not_limited_and_a_slow_chain_holds_back_no_other() -> None:
    limit = WorkInProgress(calls=1, checks=0)

    assert admitted(limit, [Chain(steps=(CHEAP,))] * 100) == 100
    assert admitted(limit, [CHAIN] * 10 + [Chain(steps=(CHEAP, OTHER))] * 10) == 3 + 3
