"""The life of a job in one command: its rows are collected into batches, these are followed, and rows made at the end.

Each pass reads the input again, so that nothing of it is held in memory, and all that a pass knows is in the store: a
job that was killed, or left to itself, goes on with any later pass in any later process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.batch.job.climb import climb
from scrimp.flows.batch.job.collect import Collected
from scrimp.flows.batch.job.collector import Collector
from scrimp.flows.batch.job.ending import JobEnding
from scrimp.flows.batch.job.rows import RowPass
from scrimp.flows.batch.job.session import BatchPlan, JobSession
from scrimp.flows.batch.job.watch import JobWatch
from scrimp.flows.batch.shards.progress import JobProgress
from scrimp.flows.batch.shards.refusals import ProviderRefusedError
from scrimp.flows.batch.timing.idle import BUSY, IDLE_QUEUE, is_busy
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.event_loops.run_in_loop import SignalledError, raised_signals, run_in_loop
from scrimp.store.files.process_lock import locked
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job
    from scrimp.values import Entry, OutcomeSink, Prompt


class BatchRun:
    """One command's work on a job."""

    def __init__(
        self, job: Job, plan: BatchPlan, options: RunOptions, services: Services, tell: Callable[[JobProgress], None],
        paid_without_row: Callable[[Entry], None] | None = None,
    ) -> None:  # fmt: skip
        """`tell` gets the progress of the job, `paid_without_row` what no row's call cost."""
        self._session = JobSession(job, plan, options, services, paid_without_row)
        self._job, self._goal, self._services = self._session.job, plan.goal, services
        self._watch = JobWatch(self._session, tell)
        self._ending = JobEnding(self._session)
        self._has_waited = False  # whether it has waited for cheap hours
        self._is_held_back = False  # whether it waits because another run is calling models

    def close(self) -> None:
        """Close what the job has open."""
        self._session.close()

    def run(self, open_prompts: Callable[[], Iterator[Prompt]], sink: OutcomeSink) -> RunStop | None:
        """Work on the job up to its goal; return why rows are missing, None if none is."""
        with locked(self._session.spool.folder, self._job.name, self._say_waiting):
            try:
                with raised_signals():
                    found = self._to_the_goal(open_prompts)
                    self._wait_until_idle(found)
            except ProviderRefusedError as refused:
                return RunStop("auth", f"stopped: {refused}; {self._job.to_go_on()}", refused.exit_status)
            except KeyboardInterrupt as signalled:
                left = self._ending.interrupted(is_held_back=self._is_held_back)
                asked = signalled.exit_status if isinstance(signalled, SignalledError) else left.exit_status
                return replace(left, exit_status=asked)
            return self._at_the_goal(open_prompts, sink, found)

    def _to_the_goal(self, open_prompts: Callable[[], Iterator[Prompt]]) -> Collected:
        """Collect and follow until nothing is left to send or the goal is reached; return the last pass."""
        collector = Collector(self._session, open_prompts)
        while not self._job.is_late() and not self._job.is_cancelled():
            found = collector.collect()
            if found.below_batches and self._goal != "submitted" and climb(self._session, open_prompts):
                continue
            if not self._job.is_moving:
                if self._job.is_open or found.wait is None or self._goal in ("submitted", "fetched"):
                    return found
                self._wait_for_cheap_hours(found.wait.until)
                continue
            self._watch.work()
            if self._goal in ("submitted", "fetched") and self._job.is_moving:
                return found
        if self._job.is_open:
            self._watch.work()
        return Collected()  # after its deadline what is not answered is called live, of a cancelled job it is not

    def _wait_for_cheap_hours(self, until: float) -> None:
        self._watch.tell(waits=True)
        run_in_loop(self._session.context.hours.sleep(until))
        self._has_waited = True
        self._watch.tell()

    def _wait_until_idle(self, found: Collected) -> None:
        """Wait until no other run is calling models, unless the command prints the rows as they are."""
        if self._job.record.queue != IDLE_QUEUE or not found.for_live or self._goal in ("submitted", "followed"):
            return
        self._is_held_back = is_busy(self._services)
        if self._is_held_back and self._goal == "answered":
            waiting = pluralize(found.for_live, "request")
            self._services.note(f"job {self._job.name}: {waiting} that no batch takes wait while {BUSY}")
            hours, pause = self._session.context.hours, min(1.0, self._session.plan.longest_wait)
            while self._is_held_back:
                run_in_loop(hours.sleep(self._services.clock() + pause))
                self._is_held_back = is_busy(self._services)

    def _at_the_goal(
        self, open_prompts: Callable[[], Iterator[Prompt]], sink: OutcomeSink, found: Collected
    ) -> RunStop | None:
        """Make rows if the goal asks for them, or leave that to another command."""
        if self._goal == "followed" and self._has_waited and self._session.options.cache == "on":
            # Rows are printed by another command, which may come when calls cost more again.
            stop = self._make_rows(open_prompts, lambda _: None, found)
            return self._ending.left(found) if stop is None else stop
        if self._goal == "followed" and not self._watch.has_looked:  # all had ended before, or wait in a queue
            self._watch.tell()
        if self._goal in ("submitted", "followed"):
            return self._ending.left(found)
        return self._make_rows(open_prompts, sink, found)

    def _make_rows(
        self, open_prompts: Callable[[], Iterator[Prompt]], sink: OutcomeSink, found: Collected
    ) -> RunStop | None:
        rows = RowPass(
            self._session, self._ending, open_prompts, found,
            is_overdue=self._watch.is_overdue, is_held_back=self._is_held_back,
        )  # fmt: skip
        return rows.run(sink)

    def _say_waiting(self) -> None:
        self._services.note(f"another scrimp works on job {self._job.name}: waiting for it")
