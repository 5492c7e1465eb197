"""Many calls in flight: rows are admitted, those to call for are called, completions made durable, then printed."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.engine.claimed_rows import RowAtPosition
from scrimp.flows.engine.deduplication import Deduplication, FinishedRow
from scrimp.flows.engine.prefetcher import Prefetcher
from scrimp.flows.engine.reorder_buffer import ROWS_PER_CALL, ReorderBuffer
from scrimp.flows.engine.stops.run_stop import PIPE, RunStop, interrupted, out_of_money, store_unwritable
from scrimp.flows.engine.stops.stop_conditions import StopConditions
from scrimp.flows.engine.wiring import EngineParts
from scrimp.flows.event_loops.handled_signals import STATUSES
from scrimp.flows.plan.row_size import portions, room
from scrimp.flows.spend.recorder import RowInDoubtError, RowRecorder
from scrimp.values import Answered, Failed, Failure, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.cache_lookup import CacheLookup
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.planner import Planner
    from scrimp.flows.plan.run_options import RunOptions

# Rows planned before the event loop gets its turn: about five milliseconds.
_PLANNED_AT_ONCE = 64
# Rows that wait to be called, or are, for each call in flight: where there are more, more can wait.
_ENOUGH_ROWS = 2
# Parts of the window that are waited for one after the other: with a large one, calls would end before others begin.
_PORTIONS = 16
_STOPPED = Failure(kind="network", message="stopped before the row was answered: rerun the same command to resume")


class Engine:
    """One run in its event loop."""

    def __init__(
        self, options: RunOptions, planner: Planner, lookup: CacheLookup, parts: EngineParts, output: ReorderBuffer,
        warn: Callable[[str], None], recover: Callable[[AbstractSet[bytes]], bool],
    ) -> None:  # fmt: skip
        """`recover` imports completions of dead runs under these keys; it returns whether there may be some."""
        self._options, self._planner, self._warn = options, planner, warn
        self._answerer, self._recorder, self._output = parts.answerer, parts.recorder, output
        self._commits, self._client = parts.commits, parts.client
        self._commits.on_durable = self._print
        self._commits.on_unwritable = lambda error: self._halt(store_unwritable(error))
        self._tasks: dict[asyncio.Task[None], RowRecorder] = {}
        self._uncommitted = 0  # rows on their way to the disk
        self._stop: RunStop | None = None
        self._interrupted = False
        self._error: BaseException | None = None
        self._conditions = StopConditions(options, lambda: parts.answerer.all_down(planner.chains()), warn)
        self._deduplication = Deduplication(
            options, lookup, parts, recover, begin=self._begin, emit=self._emit, ended=self._waiting_ended, warn=warn
        )
        self._prefetcher: Prefetcher | None = None
        self._idle = asyncio.Event()

    async def run(self, first: Sequence[PlannedRow], prefetcher: Prefetcher) -> RunStop | None:
        """Admit rows until the input or the run ends, then wait for the calls in flight."""
        self._prefetcher = prefetcher
        self._watch_signals()
        try:
            position = await self._admit(first, 0)
            while self._stop is None and (prompts := await prefetcher.next()) is not None:
                position = await self._admit(await self._planned(prompts), position)
        except Exception as error:  # noqa: BLE001 - of the reader, raised again below: the rows before it are answered first
            self._error = self._error or error
        await self._drain()
        if self._error is not None:
            raise self._error
        self._stop = self._stop or self._conditions.stop_at_end()
        if self._stop is None:
            return None
        # Calls in flight have ended: what they cost is part of what was spent.
        refusal = self._answerer.refusal if self._stop.reason == "budget" else None
        stop = self._stop if refusal is None else replace(self._stop, message=f"stopped: {refusal}")
        return stop.after(self._conditions.answered, self._options.cache)

    async def _planned(self, prompts: Sequence[Prompt]) -> list[PlannedRow]:
        """Plan a group, some rows at a time, letting calls be sent and replies be read in between."""
        size = _PLANNED_AT_ONCE if self._planner.plans_each_alone else len(prompts)
        rows: list[PlannedRow] = []
        for start in range(0, len(prompts), size):
            await self._let_calls_go()
            rows += self._planner.plan(prompts[start : start + size])
        return rows

    async def _let_calls_go(self) -> None:
        """Start the calls that may go, and let replies be read first, if enough rows wait to be called."""
        if len(self._tasks) > _ENOUGH_ROWS * self._options.concurrency:
            await self._client.caught_up()
        await asyncio.sleep(0)

    async def _admit(self, rows: Sequence[PlannedRow], start: int) -> int:
        """Wait for room, then begin a group; return the position after it.

        Room first: a claim is made only for a row whose call begins now, or two runs could wait for each other.
        """
        window = self._output.window
        most = max(1, window // (ROWS_PER_CALL * self._options.concurrency))  # otherwise calls would wait for room
        rooms = [room(row.prompt, most) for row in rows]
        for first, end in portions(rooms, max(1, window // _PORTIONS)):
            more = {start + place: rooms[place] - 1 for place in range(first, end) if rooms[place] > 1}
            await self._output.admit(end - first, more)
            await self._let_calls_go()
            if self._stop is None:
                self._deduplication.admit(rows[first:end], start + first)
        return start + len(rows)

    def _begin(self, rows: Sequence[RowAtPosition]) -> None:
        if self._stop is None and rows:
            self._answerer.expect([each.row for each in rows])
            self._commits.expect(more=True)
        for each in rows if self._stop is None else ():
            recorder = RowRecorder(self._recorder, each.row, self._deduplication.doubts)
            task = asyncio.create_task(self._answer(each.row, each.position, recorder))
            self._tasks[task] = recorder
            task.add_done_callback(self._task_done)

    def _waiting_ended(self, error: BaseException | None) -> None:
        if error is not None:
            self._fail(error)
        self._check_idle()

    async def _answer(self, row: PlannedRow, position: int, recorder: RowRecorder) -> None:
        outcome: Outcome
        try:
            outcome = await self._answerer.outcome(row, recorder)
        except RowInDoubtError:
            if self._stop is None:
                self._deduplication.look_again(RowAtPosition(row, position))
            else:
                self._deduplication.give_up(row)
            return
        except asyncio.CancelledError:
            if not recorder.has_called:
                self._deduplication.give_up(row)
                raise
            # A request was sent for it, and may have to be paid: that belongs in the bill.
            outcome = Failed(prompt=row.prompt, failure=_STOPPED, status="skipped", entries=tuple(recorder.entries))
        except Exception as error:
            if not recorder.has_called:
                raise
            self._fail(error)  # raised again at the end of the run; what was paid is in the bill
            outcome = Failed(prompt=row.prompt, failure=_STOPPED, status="skipped", entries=tuple(recorder.entries))
        if isinstance(outcome, Failed) and outcome.failure.kind == "budget" and not outcome.failure.rule_only:
            self._halt(out_of_money(outcome.failure))
            if not recorder.has_called:
                self._deduplication.give_up(row)
                return  # like every row that was not reached: it is neither answered nor failed
        if self._stop is not None and self._stop.reason == "store" and not recorder.has_called:
            self._deduplication.give_up(row)
            return  # as above
        completion = (row.key, outcome.answer) if isinstance(outcome, Answered) else None
        self._uncommitted += 1
        self._conditions.count_called(outcome)
        self._commits.commit(FinishedRow(row, position, outcome), recorder.take_unwritten(), completion)

    def _print(self, finished: Sequence[FinishedRow]) -> None:
        """Print rows that are durable, and the equal ones that waited for them."""
        self._uncommitted -= len(finished)
        self._deduplication.end(finished)
        for each in finished:
            if self._stop is None and (stop := self._conditions.stop_after(each.row, each.outcome)) is not None:
                self._halt(stop)
        self._check_idle()

    def _emit(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        self._conditions.count_printed(outcomes)
        self._write(lambda: self._output.put(outcomes))

    def _write(self, write: Callable[[], None]) -> None:
        """Write rows; if the reader has left, or they cannot be written, the run ends."""
        try:
            write()
        except BrokenPipeError:
            self._halt(PIPE)
        except Exception as error:  # noqa: BLE001 - raised again at the end of the run
            self._fail(error)

    def _halt(self, stop: RunStop) -> None:
        """Admit no more rows, and drop those without a call in flight; the first reason is the one reported."""
        if self._stop is not None:
            return
        self._stop = stop
        if self._prefetcher is not None:
            self._prefetcher.stop()
        self._output.stop_waiting()
        self._deduplication.stop_waiting()
        self._client.halt()
        for task, recorder in self._tasks.items():
            if not (recorder.in_flight if stop.abandons else recorder.in_flight_or_paid):
                task.cancel()

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self._halt(RunStop("error", str(error), 1))

    def _task_done(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not self._tasks:
            self._commits.expect(more=False)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
        self._check_idle()

    def _check_idle(self) -> None:
        if not self._tasks and not self._uncommitted and not self._deduplication.waits_for_others:
            self._idle.set()

    async def _drain(self) -> None:
        """Wait for the calls in flight; a stop with a time limit cancels those left at its end."""
        self._check_idle()
        while self._tasks or self._uncommitted or self._deduplication.waits_for_others:
            self._idle.clear()
            limit = None if self._stop is None else self._stop.drain
            try:
                # A stop may come while we wait: check now and then.
                async with asyncio.timeout(0.2 if limit is None else limit):
                    await self._idle.wait()
            except TimeoutError:
                if limit is not None:
                    self._cancel()
        self._write(self._output.flush)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _watch_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # signals go to the main thread, and this is another one
        loop = asyncio.get_running_loop()
        for number in STATUSES:
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # nohup
            loop.add_signal_handler(number, self._on_signal, interrupted(number))

    def _on_signal(self, stop: RunStop) -> None:
        if self._interrupted:
            self._cancel()
            return
        self._interrupted = True
        if self._stop is None:
            self._halt(stop)
        else:  # already stopping: from now on the time it may take is limited
            self._stop = replace(self._stop, drain=stop.drain)
        if self._options.ends_at_once:
            self._cancel()
            return
        self._warn(f"{stop.message}: waiting for calls in flight; a second signal stops at once")
