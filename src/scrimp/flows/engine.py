"""Many calls in flight: rows are admitted, equal ones joined, answers made durable, then printed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import ScrimpError, StoreError
from scrimp.flows.booking import Booking, RowBook
from scrimp.flows.emitter import Emitter
from scrimp.flows.feeder import Feeder
from scrimp.flows.stop import PIPE, Stop, stopped_by_signal
from scrimp.store.writer import Deed
from scrimp.values import Answered, Failed, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.answering import Answerer
    from scrimp.flows.asked import Asked
    from scrimp.flows.recall import Recall
    from scrimp.flows.services import Services
    from scrimp.flows.work import Planner, Work

# Rows between the oldest unprinted and the newest admitted one: bounds memory, hides one slow row among fast ones.
_WINDOW = 1024


def drive(
    groups: Iterator[list[Prompt]], asked: Asked, services: Services, planner: Planner, recall: Recall,
    sink: Callable[[Sequence[Outcome]], None],
) -> Stop | None:  # fmt: skip
    """Run the engine in an event loop of its own until all is printed; return why it stopped early, if it did."""

    async def main() -> Stop | None:
        async with services.calling(asked) as calling:
            emitter = Emitter(sink, in_order=asked.order == "input", window=max(_WINDOW, 4 * asked.concurrency))
            engine = Engine(asked, planner, recall, calling.answerer, calling.booking, emitter, services.warn)
            return await engine.run(Feeder(groups))

    return asyncio.run(main())


class Engine:
    """One run in its event loop."""

    def __init__(
        self, asked: Asked, planner: Planner, recall: Recall, answerer: Answerer, booking: Booking, emitter: Emitter,
        warn: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._asked, self._planner, self._recall = asked, planner, recall
        self._answerer, self._booking, self._emitter, self._warn = answerer, booking, emitter, warn
        self._in_flight: dict[bytes, list[tuple[int, Prompt]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(asked.concurrency)
        self._stop: Stop | None = None
        self._error: BaseException | None = None
        self._done = self._failed = 0
        self._feeder: Feeder | None = None

    async def run(self, feeder: Feeder) -> Stop | None:
        """Admit rows until the input or the run ends, then wait for the calls in flight."""
        self._feeder = feeder
        self._watch_signals()
        place = 0
        try:
            while self._stop is None and (group := await feeder.next()) is not None:
                place = await self._admit(group, place)
        except ScrimpError as error:  # of the reader: what it had given is answered first
            self._error = error
        await self._drain()
        if self._error is not None:
            raise self._error
        return self._stop

    async def _admit(self, group: list[Prompt], place: int) -> int:
        works = [self._planner.work(prompt) for prompt in group]
        known = self._recall.known(works)
        leaders = self._join(works, known, place)
        for offset, work in enumerate(works):
            await self._emitter.admit()
            if offset in known:
                self._emit([(place + offset, known[offset])])
            elif offset in leaders:
                await self._slots.acquire()
                if self._stop is not None:
                    break
                task = asyncio.create_task(self._answer(work, place + offset))
                self._tasks.add(task)
                task.add_done_callback(self._ended)
        return place + len(group)

    def _join(self, works: Sequence[Work], known: Mapping[int, Outcome], place: int) -> set[int]:
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

    async def _answer(self, work: Work, place: int) -> None:
        book = RowBook(self._booking, work)
        try:
            outcome = await self._answerer.outcome(work, book)
        except BaseException:
            self._booking.write(Deed(ended=book.take()))
            raise
        await self._make_durable(work, book, outcome)
        followers = self._in_flight.pop(work.key)
        self._emit([(place, outcome), *((each, _again(outcome, prompt)) for each, prompt in followers)])
        self._judge(outcome)

    async def _make_durable(self, work: Work, book: RowBook, outcome: Outcome) -> None:
        """Return once the completion is on disk, or cannot be: then a warning says so, and the row is printed."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[StoreError | None] = loop.create_future()

        def done(trouble: StoreError | None) -> None:
            loop.call_soon_threadsafe(_resolve, written, trouble)

        kept = (work.key, outcome.answer) if isinstance(outcome, Answered) else None
        self._booking.write(Deed(ended=book.take(), kept=kept, done=done))
        if trouble := await written:
            self._warn(f"completions are printed but not kept: {trouble}")

    def _emit(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        self._done += len(outcomes)
        self._failed += sum(isinstance(outcome, Failed) for _, outcome in outcomes)
        try:
            self._emitter.put(outcomes)
        except BrokenPipeError:
            self._halt(PIPE)

    def _judge(self, outcome: Outcome) -> None:
        """Stop the run where going on would only fail or cost more than was allowed."""
        if not isinstance(outcome, Failed):
            return
        if outcome.failure.kind == "budget":
            self._halt(Stop("budget", outcome.failure.message, 5))
        elif self._answerer.all_down(self._planner.chains()):
            self._halt(Stop("auth", f"no provider is left: {outcome.failure.message}", 4))
        elif self._asked.limits.too_many(self._failed, self._done):
            self._halt(Stop("failures", f"{self._failed} rows failed, more than --max-failures allows", 5))

    def _halt(self, stop: Stop) -> None:
        """Take no more rows; the first reason is the one reported."""
        if self._stop is None:
            self._stop = stop
            if self._feeder is not None:
                self._feeder.stop()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._error = self._error or error
            self._halt(Stop("error", str(error), 1))

    async def _drain(self) -> None:
        """Wait for the calls in flight; a stop that has a limit cancels what is left at its end."""
        loop = asyncio.get_running_loop()
        cancelling = None
        while self._tasks:
            if cancelling is None and self._stop is not None and self._stop.drain is not None:
                cancelling = loop.call_later(self._stop.drain, self._cancel)
            await asyncio.wait(set(self._tasks), timeout=0.2)
        if cancelling is not None:
            cancelling.cancel()
        try:
            self._emitter.flush()
        except BrokenPipeError:
            self._halt(PIPE)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            loop.add_signal_handler(number, self._signalled, number.name, status)

    def _signalled(self, name: str, status: int) -> None:
        if self._stop is None:
            stop = stopped_by_signal(name, status)
            self._warn(stop.message)
            self._halt(stop)
        else:
            self._cancel()


def _resolve(written: asyncio.Future[StoreError | None], trouble: StoreError | None) -> None:
    if not written.done():
        written.set_result(trouble)


def _again(outcome: Outcome, prompt: Prompt) -> Outcome:
    """Return the outcome of a row for an equal one: nothing was called for it."""
    if isinstance(outcome, Answered):
        return replace(outcome, prompt=prompt, cache="dup", entries=())
    return replace(outcome, prompt=prompt, entries=())
