from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from string import ascii_lowercase

import pytest

from flows.rows import call_recorder, planned_row
from outcomes import answer, answered
from scrimp.enums import CacheMode
from scrimp.errors import InputError
from scrimp.flows.engine.engine import Engine
from scrimp.flows.engine.reorder_buffer import ReorderBuffer
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.engine.wiring import EngineParts
from scrimp.flows.plan.planned_row import PlannedRow
from scrimp.flows.plan.run_options import RunLimits, RunOptions
from scrimp.flows.spend.recorder import RowRecorder
from scrimp.prices.book import PriceBook
from scrimp.values import Answered, Call, Chain, Entry, Failed, Failure, Outcome, Prompt
from transport.virtual_loop import run

CALL = Call(provider="acme", model="m", text="hello")
DOWN = Failure(kind="server", message="down", http=500)
WRONG_KEY = Failure(kind="auth", message="wrong key", http=401)
NO_MONEY = Failure(kind="budget", message="the next call could pass the cap", sent=False)

Answering = Callable[[PlannedRow, RowRecorder], Awaitable[Outcome]]


async def echo(work: PlannedRow, recorder: RowRecorder) -> Outcome:
    await recorder.begin(CALL)
    await asyncio.sleep(1.0)
    return Answered(prompt=work.prompt, answer=answer(work.text), cache="miss")


def failed(work: PlannedRow, failure: Failure = DOWN) -> Outcome:
    return Failed(prompt=work.prompt, failure=failure, status="error")


class Groups:
    """Prompts, a group at a time, and in the end perhaps trouble."""

    def __init__(self, groups: Sequence[Sequence[str]], trouble: Exception | None) -> None:
        self._groups, self._trouble, self._index = list(groups), trouble, 0

    async def next(self) -> list[Prompt] | None:
        await asyncio.sleep(0)
        if not self._groups:
            if self._trouble is not None:
                raise self._trouble
            return None
        texts = self._groups.pop(0)
        self._index += len(texts)
        return [Prompt(index=self._index - len(texts) + at, text=text) for at, text in enumerate(texts)]

    def stop(self) -> None:
        self._groups, self._trouble = [], None


class Disk:
    """Where rows become durable a moment later."""

    on_durable: Callable[[Sequence[object]], None]

    def __init__(self) -> None:
        self.kept: list[object] = []
        self.booked: list[Entry] = []

    def expect(self, *, more: bool) -> None:
        """Wait for nothing."""

    def commit(self, tag: object, ended: Sequence[Entry], kept: object) -> None:
        self.kept.append(kept)
        self.append(ended)
        asyncio.get_running_loop().call_later(0.01, lambda: self.on_durable([tag]))

    def append(self, ended: Sequence[Entry]) -> None:
        self.booked += ended


class OthersClaims:
    """The claims of this run, and of another one that has some keys."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.others = {planned_row(text).key for text in texts}
        self.own: set[bytes] = set()
        self.doubted: set[bytes] = set()

    def doubts(self, key: bytes) -> bool:
        return key in self.doubted

    def claim(self, keys: Iterable[bytes]) -> set[bytes]:
        wanted = set(keys)
        self.doubted -= wanted
        self.own |= wanted - self.others
        return wanted & self.others

    def release(self, keys: Iterable[bytes]) -> None:
        self.own -= set(keys)


class Rooms:
    """The planner, the cache and the answerer of a run, all in one; made inside the loop."""

    def __init__(
        self,
        answering: Answering = echo,
        *,
        options: RunOptions | None = None,
        known: Sequence[str] = (),
        window: int = 100,
        sink: Callable[[Sequence[Outcome]], None] | None = None,
        claimed: Iterable[str] = (),
        among_workers: bool = False,
    ) -> None:
        """`claimed` are the texts of rows that another run has claimed."""
        self.claims = OthersClaims(claimed)
        self.recovered: list[int] = []
        self.left: list[str] = []  # by a run that died, in its journal
        self._answering, self.known = answering, list(known)
        self.called: list[str] = []
        self.rows: list[Outcome] = []
        self.warnings: list[str] = []
        self.disk = Disk()
        self.read = asyncio.Event()  # all replies that came
        self.read.set()
        self.options = options or RunOptions()
        output = ReorderBuffer(sink or self.rows.extend, in_order=self.options.order == "input", window=window)
        self.engine = Engine(
            self.options, self, self,  # type: ignore[arg-type]
            EngineParts(self, call_recorder(PriceBook()), self.disk, self, self.claims, among_workers),  # type: ignore[arg-type]
            output, self.warnings.append, self.recover,
        )  # fmt: skip

    def recover(self, keys: AbstractSet[bytes]) -> bool:
        """Bring in what runs that died had answered."""
        self.recovered.append(len(self.rows))
        self.known += self.left
        return bool(self.left)

    def halt(self) -> None:
        """As the door: nothing is tried again here anyway."""

    async def caught_up(self) -> None:
        """As the client: replies that wait are read first."""
        await self.read.wait()

    plans_each_alone = True

    def plan(self, prompts: Sequence[Prompt]) -> list[PlannedRow]:
        return [planned_row(prompt.text, index=prompt.index) for prompt in prompts]

    def chains(self) -> list[Chain]:
        return []

    def find(self, works: Sequence[PlannedRow]) -> Mapping[int, Outcome]:
        return {
            place: answered(answer(each.text), cache="hit", index=each.prompt.index)
            for place, each in enumerate(works)
            if each.text in self.known
        }

    refusal = None

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """What the rows have in common changes nothing here."""

    def all_down(self, chains: Sequence[Chain]) -> bool:
        return False

    async def outcome(self, work: PlannedRow, recorder: RowRecorder) -> Outcome:
        self.called.append(work.text)
        return await self._answering(work, recorder)

    async def run(self, *groups: Sequence[str], trouble: Exception | None = None) -> RunStop | None:
        async with asyncio.timeout(100_000.0):
            coming = Groups(groups, trouble)
            first = self.plan(await coming.next() or [])
            return await self.engine.run(first, coming)  # type: ignore[arg-type]

    @property
    def places(self) -> list[int]:
        return [row.prompt.index for row in self.rows]


def test_rows_come_out_in_the_order_of_input_whatever_takes_longer() -> None:
    async def slow_first(work: PlannedRow, recorder: RowRecorder) -> Outcome:
        await asyncio.sleep(10.0 - work.prompt.index)
        return await echo(work, recorder)

    async def main() -> None:
        rooms = Rooms(slow_first)
        assert await rooms.run("abc", "def") is None
        assert rooms.places == [0, 1, 2, 3, 4, 5]

    run(main())


def test_equal_rows_are_called_once_in_a_group_and_across_groups() -> None:
    async def main() -> None:
        rooms = Rooms()
        await rooms.run("aba", "bca")
        assert sorted(rooms.called) == ["a", "b", "c"]
        assert [(row.prompt.index, row.cache, len(row.entries)) for row in rooms.rows if row.cache == "dup"] == [
            (2, "dup", 0), (3, "dup", 0), (5, "dup", 0),
        ]  # fmt: skip
        assert rooms.places == [0, 1, 2, 3, 4, 5]

    run(main())


def test_what_the_cache_knows_is_not_called() -> None:
    async def main() -> None:
        rooms = Rooms(known="ac")
        await rooms.run("abcd")
        assert (rooms.called, rooms.places) == (["b", "d"], [0, 1, 2, 3])

    run(main())


def test_no_row_is_printed_before_it_is_durable() -> None:
    async def main() -> None:
        rooms = Rooms()
        rooms.disk.commit = lambda tag, ended, kept: rooms.disk.kept.append(tag)  # type: ignore[method-assign, assignment]
        task = asyncio.create_task(rooms.run("ab"))
        await asyncio.sleep(50.0)
        assert (rooms.rows, task.done()) == ([], False)
        rooms.disk.on_durable(rooms.disk.kept)
        await task
        assert rooms.places == [0, 1]

    run(main())


def test_one_slow_row_bounds_how_many_wait_behind_it() -> None:
    async def main() -> None:
        async def stuck_first(work: PlannedRow, recorder: RowRecorder) -> Outcome:
            if work.prompt.index == 0:
                await asyncio.sleep(1000.0)
            return await echo(work, recorder)

        rooms = Rooms(stuck_first, window=10)
        task = asyncio.create_task(rooms.run([str(number) for number in range(100)]))
        await asyncio.sleep(500.0)
        assert len(rooms.called) == 10
        await task
        assert rooms.places == list(range(100))

    run(main())


@pytest.mark.parametrize(("alone", "planned"), [(True, [10, 64, 64, 22]), (False, [10, 150])])
def test_rows_that_were_read_ahead_are_planned_some_at_a_time_and_those_before_them_go_on(
    alone: bool, planned: list[int]
) -> None:
    class ReadAhead(Groups):
        async def next(self) -> list[Prompt] | None:
            return [Prompt(index=index, text=str(index)) for index in range(10, 160)] if self._groups.pop() else None

    class Planning(Rooms):
        plans_each_alone = alone

        def plan(self, prompts: Sequence[Prompt]) -> list[PlannedRow]:
            sizes.append(len(prompts))
            begun.append(len(self.called))
            return super().plan(prompts)

    begun, sizes = list[int](), list[int]()

    async def main() -> None:
        rooms = Planning(window=1000)
        first = rooms.plan([Prompt(index=index, text=str(index)) for index in range(10)])
        await rooms.engine.run(first, ReadAhead(["", "more"], None))  # type: ignore[arg-type]
        assert rooms.places == list(range(160))

    run(main())
    assert sizes == planned
    assert begun[:2] == [0, 10]


def test_where_rows_enough_wait_to_be_called_replies_are_read_before_more_are_planned() -> None:
    async def main() -> None:
        rooms = Rooms(window=1000, options=RunOptions(concurrency=10))
        rooms.read.clear()
        texts = [str(number) for number in range(50)]
        task = asyncio.create_task(rooms.run(texts[:5], texts[5:20], texts[20:25], texts[25:]))
        await asyncio.sleep(0.5)
        assert rooms.called == texts[:25]  # more than two for each that may be in flight
        await asyncio.sleep(1.0)  # they are answered: of none that wait it could be told that they are enough
        assert rooms.called == texts[:25]
        rooms.read.set()
        await task
        assert rooms.places == list(range(50))

    run(main())


def test_a_failed_row_stops_nobody() -> None:
    async def b_fails(work: PlannedRow, recorder: RowRecorder) -> Outcome:
        return failed(work) if work.text == "b" else await echo(work, recorder)

    async def main() -> None:
        rooms = Rooms(b_fails)
        assert await rooms.run("abcb") is None
        assert [isinstance(row, Failed) for row in rooms.rows] == [False, True, False, True]

    run(main())


def test_too_many_failures_stop_the_run_and_rows_in_flight_are_kept() -> None:
    async def some_fail(work: PlannedRow, recorder: RowRecorder) -> Outcome:
        await recorder.begin(CALL)
        await asyncio.sleep(1.0 + work.prompt.index)
        return failed(work) if work.prompt.index < 2 else await echo(work, recorder)

    async def main() -> None:
        rooms = Rooms(some_fail, options=RunOptions(limits=RunLimits(max_failures=1)))
        stop = await rooms.run("abcd")
        assert stop is not None
        assert stop.reason == "failures"
        assert rooms.places == [0, 1, 2, 3]

    run(main())


@pytest.mark.parametrize(("failure", "reason"), [(DOWN, "failures"), (WRONG_KEY, "auth")])
def test_where_no_provider_is_left_too_many_failures_are_still_the_reason_unless_the_key_is(
    failure: Failure, reason: str
) -> None:
    async def fails(work: PlannedRow, recorder: RowRecorder) -> Outcome:
        return failed(work, failure)

    async def main() -> None:
        rooms = Rooms(fails, options=RunOptions(limits=RunLimits(max_failures=1)))
        rooms.all_down = lambda chains: True  # type: ignore[method-assign]
        stop = await rooms.run("abcd")
        assert stop is not None
        assert stop.reason == reason

    run(main())


def test_a_run_out_of_money_drops_rows_that_were_not_begun_and_keeps_those_that_were() -> None:
    async def main() -> None:
        never: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def out_of_money(work: PlannedRow, recorder: RowRecorder) -> Outcome:
            if work.text == "b":
                return failed(work, NO_MONEY)
            if work.text == "c":
                await never
            return await echo(work, recorder)

        rooms = Rooms(out_of_money)
        stop = await rooms.run("abc")
        assert stop is not None
        assert (stop.reason, rooms.places) == ("budget", [0])

    run(main())


def test_trouble_of_the_reader_comes_after_the_rows_before_it() -> None:
    async def main() -> None:
        rooms = Rooms()
        with pytest.raises(InputError, match="row 3"):
            await rooms.run("ab", trouble=InputError("row 3 is no JSON"))
        assert rooms.places == [0, 1]

    run(main())


def test_a_bug_of_ours_ends_the_run_after_the_calls_in_flight_and_is_raised() -> None:
    async def buggy(work: PlannedRow, recorder: RowRecorder) -> Outcome:
        if work.text == "b":
            await recorder.begin(CALL)
            await asyncio.sleep(0.5)
            raise ZeroDivisionError
        return await echo(work, recorder)

    async def main() -> None:
        rooms = Rooms(buggy)
        with pytest.raises(ZeroDivisionError):
            await rooms.run("abc")
        # Something was sent for the second row, and may have been paid: it is in the rows and in the bill.
        assert rooms.places == [0, 1, 2]

    run(main())


def test_a_reader_of_our_pipe_that_leaves_ends_the_run_quietly() -> None:
    def closed(rows: Sequence[Outcome]) -> None:
        raise BrokenPipeError

    async def main() -> None:
        rooms = Rooms(sink=closed)
        stop = await rooms.run("abc")
        assert stop is not None
        assert (stop.exit_status, stop.message) == (141, "")
        assert len(rooms.disk.kept) == 3  # what was paid for is kept

    run(main())


async def hang(work: PlannedRow, recorder: RowRecorder) -> Outcome:
    """A call that takes an hour."""
    await recorder.begin(CALL)
    await asyncio.sleep(3600.0)
    return failed(work)


def interrupt(*seconds: float) -> None:
    for each in seconds:
        asyncio.get_running_loop().call_later(each, os.kill, os.getpid(), signal.SIGINT)


def test_one_interruption_waits_for_calls_in_flight_but_not_for_ever() -> None:
    async def main() -> None:
        rooms, loop = Rooms(hang), asyncio.get_running_loop()
        began = loop.time()
        interrupt(1.0)
        stop = await rooms.run("ab")
        assert stop is not None
        assert (stop.reason, stop.exit_status) == ("interrupted", 130)
        assert 20.0 < loop.time() - began < 60.0
        assert [isinstance(row, Failed) for row in rooms.rows] == [True, True]

    run(main())


def test_a_second_interruption_stops_at_once() -> None:
    async def main() -> None:
        rooms, loop = Rooms(hang), asyncio.get_running_loop()
        began = loop.time()
        interrupt(1.0, 2.0)
        await rooms.run("ab")
        assert loop.time() - began < 5.0

    run(main())


def test_a_run_that_is_stopping_for_another_reason_can_still_be_interrupted() -> None:
    async def main() -> None:
        async def answering(work: PlannedRow, recorder: RowRecorder) -> Outcome:
            return failed(work, NO_MONEY) if work.text == "a" else await hang(work, recorder)

        rooms, loop = Rooms(answering), asyncio.get_running_loop()
        began = loop.time()
        interrupt(1.0, 2.0)
        await rooms.run("bca")
        assert loop.time() - began < 5.0

    run(main())


def test_after_an_interruption_no_more_rows_are_begun() -> None:
    async def main() -> None:
        rooms = Rooms(window=2)
        interrupt(0.5)
        stop = await rooms.run("abcdef", "ghi")
        assert stop is not None
        assert (rooms.called, rooms.places) == (["a", "b"], [0, 1])

    run(main())


def test_a_row_that_another_run_answers_is_taken_from_the_cache_and_its_equals_too() -> None:
    async def main() -> None:
        rooms = Rooms(claimed="b")

        def other_run_answers() -> None:
            rooms.known.append("b")
            rooms.claims.others.clear()

        asyncio.get_running_loop().call_later(30.0, other_run_answers)
        assert await rooms.run("abcb") is None
        assert (rooms.called, rooms.places) == (["a", "c"], [0, 1, 2, 3])
        assert [row.cache for row in rooms.rows] == ["miss", "hit", "miss", "dup"]
        assert not rooms.claims.own

    run(main())


def test_a_row_in_doubt_is_claimed_and_looked_up_again_before_it_is_called() -> None:
    async def main() -> None:
        rooms = Rooms()
        begun: list[str] = []

        async def once_the_server_is_back(work: PlannedRow, recorder: RowRecorder) -> Outcome:
            rooms.claims.doubted = {planned_row(text).key for text in "abcd"} if not begun else rooms.claims.doubted
            begun.append(work.text)
            return await echo(work, recorder)

        rooms._answering = once_the_server_is_back
        asyncio.get_running_loop().call_later(0.01, rooms.known.extend, "bc")
        assert await rooms.run("abcdb") is None
        assert [(row.prompt.index, row.cache) for row in rooms.rows] == [
            (0, "miss"), (1, "hit"), (2, "hit"), (3, "miss"), (4, "dup"),
        ]  # fmt: skip
        assert (sorted(begun), rooms.claims.own) == (list("aabcdd"), set())

    run(main())


@pytest.mark.parametrize("moment", [0.2, 0.45, 1.1, 3.1, 30.0])
def test_a_row_that_another_run_answers_is_found_a_tenth_later_at_most(moment: float) -> None:
    async def main() -> None:
        rooms, loop = Rooms(claimed="a"), asyncio.get_running_loop()
        began = loop.time()
        loop.call_later(moment, rooms.known.append, "a")
        loop.call_later(moment, rooms.claims.others.clear)
        assert await rooms.run("a") is None
        assert rooms.called == []
        assert loop.time() - began - moment <= min(max(0.06, 0.12 * moment), 0.51)

    run(main())


def test_many_rows_that_others_have_claimed_are_all_taken_over_and_none_twice() -> None:
    async def main() -> None:
        texts = "".join(chr(0x4E00 + number) for number in range(700))
        rooms, loop = Rooms(claimed=texts, window=1000), asyncio.get_running_loop()
        for start in range(0, 700, 35):  # the last ones first
            freed = {planned_row(text).key for text in texts[::-1][start : start + 35]}
            loop.call_later(1.0 + start / 100, rooms.claims.others.difference_update, freed)
        assert await rooms.run(texts) is None
        assert sorted(rooms.called) == sorted(texts)
        assert rooms.places == list(range(700))
        assert not rooms.claims.own

    run(main())


def test_a_row_that_a_dead_run_has_answered_is_not_called_for_when_its_claim_is_free() -> None:
    async def main() -> None:
        rooms = Rooms()
        rooms.left = ["b"]
        assert await rooms.run("abc") is None
        assert (rooms.called, rooms.places) == (["a", "c"], [0, 1, 2])
        assert not rooms.claims.own

    run(main())


def test_a_row_that_another_run_leaves_unanswered_is_called_for_after_its_journal_was_read() -> None:
    async def main() -> None:
        rooms = Rooms(claimed="b")
        asyncio.get_running_loop().call_later(30.0, rooms.claims.others.clear)
        assert await rooms.run("ab") is None
        assert (rooms.called, rooms.places, rooms.recovered) == (["a", "b"], [0, 1], [0, 1])
        assert not rooms.claims.own

    run(main())


def test_a_row_is_called_for_where_another_run_holds_it_and_does_nothing() -> None:
    async def main() -> None:
        rooms = Rooms(claimed="b", options=RunOptions(timeout=60.0))
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await rooms.run("ab") is None
        assert rooms.called == ["a", "b"]
        assert 60.0 < loop.time() - began < 65.0

    run(main())


@pytest.mark.parametrize(
    ("cache", "among_workers", "told"),
    [
        ("on", False, ["another run is calling for, so that nothing is paid twice; --cache refresh does not wait"]),
        ("on", True, ["another worker or another run is calling for, so that nothing is paid twice"]),
        ("off", True, []), ("refresh", True, []),  # an equal row of this run, which is nothing to tell
    ],
)  # fmt: skip
def test_a_run_tells_whom_it_waits_for(cache: CacheMode, among_workers: bool, told: list[str]) -> None:
    async def main() -> None:
        rooms = Rooms(claimed="b", options=RunOptions(cache=cache), among_workers=among_workers)
        asyncio.get_running_loop().call_later(30.0, rooms.claims.others.clear)
        assert await rooms.run("ab") is None
        assert rooms.warnings == [f"waiting for 1 row that {words}" for words in told]

    run(main())


def test_an_interruption_ends_the_wait_for_another_run_at_once() -> None:
    async def main() -> None:
        rooms, loop = Rooms(claimed="ab"), asyncio.get_running_loop()
        began = loop.time()
        interrupt(5.0)
        stop = await rooms.run("ab")
        assert stop is not None
        assert (stop.reason, rooms.rows) == ("interrupted", [])
        assert loop.time() - began < 6.0
        assert len([warning for warning in rooms.warnings if "another run" in warning]) == 1

    run(main())


def test_a_claim_is_let_go_of_whatever_becomes_of_its_row() -> None:
    async def b_fails(work: PlannedRow, recorder: RowRecorder) -> Outcome:
        return failed(work, NO_MONEY if work.text == "d" else DOWN) if work.text in "bd" else await echo(work, recorder)

    async def main() -> None:
        rooms = Rooms(b_fails, known="c")
        await rooms.run("abc", "d")
        assert not rooms.claims.own

    run(main())


def test_long_rows_are_not_called_far_ahead_but_enough_for_all_calls() -> None:
    async def main() -> None:
        go_on = asyncio.Event()

        async def held(work: PlannedRow, recorder: RowRecorder) -> Outcome:
            await go_on.wait()
            return await echo(work, recorder)

        texts = [letter * 500_000 for letter in ascii_lowercase]
        for options, begun in ((RunOptions(concurrency=2), 8), (RunOptions(concurrency=25), 26)):
            rooms = Rooms(held, options=options, window=100)
            ended = asyncio.create_task(rooms.run(texts[:5], texts[5:]))
            await asyncio.sleep(1.0)
            assert len(rooms.called) == begun  # four for each call in flight, of 26
            go_on.set()
            await ended
            go_on.clear()
            assert rooms.places == list(range(26))
            assert len(set(rooms.called)) == 26

    run(main())
