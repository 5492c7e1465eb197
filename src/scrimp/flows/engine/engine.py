"""Many calls in flight: rows are admitted, equal ones joined, answers made durable, then printed."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.flows.engine.escalation_limit import EscalationLimit
from scrimp.flows.engine.prefetcher import Prefetcher
from scrimp.flows.engine.reorder_buffer import ReorderBuffer
from scrimp.flows.engine.run_stop import PIPE, RunStop, interrupted, no_provider_left, out_of_money, too_many_failures
from scrimp.flows.engine.wiring import EngineParts, engine_parts
from scrimp.flows.spend.recorder import RowRecorder
from scrimp.values import Answered, Failed, Failure, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.cache_lookup import CacheLookup
    from scrimp.flows.plan.planner import PlannedRow, Planner
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

# Rows between the oldest unprinted and the newest admitted one, for each call in flight and at the least: bounds
# memory, hides one slow row (or one slow provider's) among fast ones.
_ROWS_PER_CALL, _LEAST_WINDOW = 4, 4096
# New objects between two looks for cycles. A row makes some hundred objects and no cycle.
_GARBAGE = 50_000

_STOPPED = Failure(kind="network", message="stopped before the row was answered: the same command line continues")


def drive(
    groups: Iterator[list[Prompt]], asked: RunOptions, services: Services, planner: Planner, recall: CacheLookup,
    sink: Callable[[Sequence[Outcome]], None],
) -> RunStop | None:  # fmt: skip
    """Run the engine in an event loop of its own until all is printed; return why it stopped early, if it did."""

    async def main() -> RunStop | None:
        async with engine_parts(asked, services) as rooms:
            window = max(_LEAST_WINDOW, _ROWS_PER_CALL * asked.concurrency)
            emitter = ReorderBuffer(sink, in_order=asked.order == "input", window=window)
            engine = Engine(asked, planner, recall, rooms, emitter, services.warn)
            return await engine.run(Prefetcher(groups))

    gc.freeze()
    gc.set_threshold(_GARBAGE)
    return asyncio.run(main())


class FinishedRow(Struct, frozen=True):
    """A row that was called for, and what became of it."""

    work: PlannedRow
    place: int
    outcome: Outcome


class Engine:
    """One run in its event loop."""

    def __init__(
        self, asked: RunOptions, planner: Planner, recall: CacheLookup, rooms: EngineParts, emitter: ReorderBuffer,
        warn: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._asked, self._planner, self._recall = asked, planner, recall
        self._answerer, self._booking, self._emitter, self._warn = rooms.answerer, rooms.booking, emitter, warn
        self._durable, self._door = rooms.durable, rooms.door
        self._durable.heard = self._print
        self._in_flight: dict[bytes, list[tuple[int, Prompt]]] = {}
        self._tasks: dict[asyncio.Task[None], RowRecorder] = {}
        self._unsettled = 0  # rows on their way to the disk
        self._stop: RunStop | None = None
        self._interrupted = False
        self._error: BaseException | None = None
        self._done = self._failed = 0
        self._brake = EscalationLimit(warn)
        self._feeder: Prefetcher | None = None
        self._quiet = asyncio.Event()

    async def run(self, feeder: Prefetcher) -> RunStop | None:
        """Admit rows until the input or the run ends, then wait for the calls in flight."""
        self._feeder = feeder
        self._watch_signals()
        place = 0
        try:
            while self._stop is None and (group := await feeder.next()) is not None:
                place = await self._admit(group, place)
        except Exception as error:  # noqa: BLE001 - of the reader, raised again below: what it had given is answered first
            self._error = self._error or error
        await self._drain()
        if self._error is not None:
            raise self._error
        return None if self._stop is None else self._stop.after(self._done - self._failed, self._asked.cache)

    async def _admit(self, group: list[Prompt], place: int) -> int:
        works = [self._planner.work(prompt) for prompt in group]
        known = self._recall.known(works)
        leaders = self._join(works, known, place)
        for offset, work in enumerate(works):
            await self._emitter.admit()
            if self._stop is not None:
                break
            if offset in known:
                self._emit([(place + offset, known[offset])])
            elif offset in leaders:
                book = RowRecorder(self._booking, work)
                task = asyncio.create_task(self._answer(work, place + offset, book))
                self._tasks[task] = book
                task.add_done_callback(self._ended)
        return place + len(group)

    def _join(self, works: Sequence[PlannedRow], known: Mapping[int, Outcome], place: int) -> set[int]:
        """Note which rows are to be called; equal rows follow the first one, in flight or of this group.

        Nothing may be awaited between the look-up and this: a call that ended between the two would be made again.
        """
        leaders = set()
        for offset, work in enumerate(works):
            if offset in known:
                continue
            if work.key in self._in_flight:
                self._in_flight[work.key].append((place + offset, work.prompt))
            else:
                self._in_flight[work.key] = []
                leaders.add(offset)
        return leaders

    async def _answer(self, work: PlannedRow, place: int, book: RowRecorder) -> None:
        outcome: Outcome
        try:
            outcome = await self._answerer.outcome(work, book)
        except asyncio.CancelledError:
            if not book.begun:
                raise
            # Something was sent for it, and may have to be paid: that belongs in the bill.
            outcome = Failed(prompt=work.prompt, failure=_STOPPED, status="skipped", entries=tuple(book.entries))
        except Exception as error:
            if not book.begun:
                raise
            self._fail(error)  # raised again at the end of the run; what was paid is in the bill
            outcome = Failed(prompt=work.prompt, failure=_STOPPED, status="skipped", entries=tuple(book.entries))
        if isinstance(outcome, Failed) and outcome.failure.kind == "budget" and not outcome.failure.rule_only:
            self._halt(out_of_money(outcome.failure))
            if not book.begun:
                return  # as every row that was not reached: it is neither answered nor failed
        kept = (work.key, outcome.answer) if isinstance(outcome, Answered) else None
        self._unsettled += 1
        self._durable.keep(FinishedRow(work, place, outcome), book.take(), kept)

    def _print(self, rows: Sequence[FinishedRow]) -> None:
        """Print rows that are durable, and the equal ones that waited for them."""
        self._unsettled -= len(rows)
        outcomes: list[tuple[int, Outcome]] = []
        for row in rows:
            outcomes.append((row.place, row.outcome))
            followers = self._in_flight.pop(row.work.key)
            outcomes += [(place, _again(row.outcome, prompt)) for place, prompt in followers]
        self._emit(outcomes)
        for row in rows:
            self._judge(row.outcome)
            if self._stop is None and (stop := self._brake.saw(row.work.route.chain, row.outcome.entries)) is not None:
                self._halt(stop)
        self._settle()

    def _emit(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        self._done += len(outcomes)
        self._failed += sum(isinstance(outcome, Failed) for _, outcome in outcomes)
        self._out(lambda: self._emitter.put(outcomes))

    def _out(self, write: Callable[[], None]) -> None:
        """Write rows; where nobody reads them any more, or they cannot be written, the run ends."""
        try:
            write()
        except BrokenPipeError:
            self._halt(PIPE)
        except Exception as error:  # noqa: BLE001 - raised again at the end of the run
            self._fail(error)

    def _judge(self, outcome: Outcome) -> None:
        """Stop the run where going on would only fail or cost more than was allowed."""
        if self._stop is not None or not isinstance(outcome, Failed):
            return
        if self._answerer.all_down(self._planner.chains()):
            self._halt(no_provider_left(outcome.failure))
        elif self._asked.limits.too_many(self._failed, self._done):
            self._halt(too_many_failures(self._failed))

    def _halt(self, stop: RunStop) -> None:
        """Take no more rows, and let go of those that have nothing in flight; the first reason is the one reported."""
        if self._stop is not None:
            return
        self._stop = stop
        if self._feeder is not None:
            self._feeder.stop()
        self._emitter.let_go()
        self._door.halt()
        for task, book in self._tasks.items():
            if not (book.in_flight if stop.abandons else book.invested):
                task.cancel()

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self._halt(RunStop("error", str(error), 1))

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self._settle()

    def _settle(self) -> None:
        if not self._tasks and not self._unsettled:
            self._quiet.set()

    async def _drain(self) -> None:
        """Wait for the calls in flight; a stop that has a limit cancels what is left at its end."""
        self._settle()
        while self._tasks or self._unsettled:
            self._quiet.clear()
            limit = None if self._stop is None else self._stop.drain
            try:
                # A stop may come while we wait: look again every now and then.
                async with asyncio.timeout(0.2 if limit is None else limit):
                    await self._quiet.wait()
            except TimeoutError:
                if limit is not None:
                    self._cancel()
        self._out(self._emitter.flush)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            loop.add_signal_handler(number, self._signalled, interrupted(number.name, status))

    def _signalled(self, stop: RunStop) -> None:
        if self._interrupted:
            self._cancel()
            return
        self._interrupted = True
        if self._stop is None:
            self._halt(stop)
        else:  # it is stopping already: from now on it may not take as long as it likes
            self._stop = replace(self._stop, drain=stop.drain)
        self._warn(f"{stop.message}: waiting for calls in flight, once more stops at once")


def _again(outcome: Outcome, prompt: Prompt) -> Outcome:
    """Return the outcome of a row for an equal one: nothing was called for it."""
    if isinstance(outcome, Answered):
        return replace(outcome, prompt=prompt, cache="dup", entries=())
    return replace(outcome, prompt=prompt, entries=())
