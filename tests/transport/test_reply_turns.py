from __future__ import annotations

import asyncio

from scrimp.transport.reply_turns import ReplyTurns
from transport.virtual_loop import run


async def read(turns: ReplyTurns, number: int, done: list[int]) -> None:
    await turns.take()
    done.append(number)


def test_of_many_replies_some_are_read_in_each_pass_of_the_loop_in_the_order_in_which_they_came() -> None:
    async def main() -> tuple[list[int], list[int]]:
        turns, done, after_a_pass = ReplyTurns(), list[int](), list[int]()
        tasks = [asyncio.create_task(read(turns, number, done)) for number in range(100)]
        while len(done) < 100:
            await asyncio.sleep(0)
            after_a_pass.append(len(done))
        assert all(task.done() for task in tasks)
        return done, after_a_pass

    done, after_a_pass = run(main())
    assert done == list(range(100))
    assert max(b - a for a, b in zip([0, *after_a_pass], after_a_pass, strict=False)) <= 16


def test_a_lone_reply_is_read_at_once() -> None:
    async def main() -> list[int]:
        turns, done = ReplyTurns(), list[int]()
        reading = read(turns, 1, done)
        try:
            reading.send(None)
        except StopIteration:
            return done
        return []

    assert run(main()) == [1]


def test_a_reply_whose_task_is_canceled_as_it_waits_is_read_before_the_task_ends() -> None:
    async def main() -> tuple[list[int], list[bool]]:
        turns, done = ReplyTurns(), list[int]()
        tasks = [asyncio.create_task(read(turns, number, done)) for number in range(50)]
        await asyncio.sleep(0)
        for task in tasks[20:40]:
            task.cancel()
        await asyncio.wait(tasks)
        return sorted(done), [task.cancelled() for task in tasks]

    done, cancelled = run(main())
    assert done == list(range(50))
    assert cancelled == [False] * 20 + [True] * 20 + [False] * 10


def test_whoever_waits_until_none_waits_goes_on_when_all_are_read_and_at_once_where_none_came() -> None:
    async def main() -> list[int]:
        turns, done = ReplyTurns(), list[int]()
        await turns.none_waits()
        tasks = [asyncio.create_task(read(turns, number, done)) for number in range(100)]
        await asyncio.sleep(0)
        came = len(done)
        await turns.none_waits()
        await asyncio.sleep(0)
        assert all(task.done() for task in tasks)
        return [came, len(done)]

    assert run(main()) == [16, 100]
