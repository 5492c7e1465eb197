"""A run whose calls go through batches: rows are read to collect calls, shards followed, and rows made at the end.

Each pass reads the input again, so that nothing of it is held in memory, and all that a pass knows is in the store: a
job that was killed, or left to itself, goes on with any later pass in any later process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import BatchGoal
from scrimp.flows import live
from scrimp.flows.batch.batches import Batches
from scrimp.flows.batch.calls.answering_caller import AnsweringCaller
from scrimp.flows.batch.calls.climbing_caller import ClimbingCaller
from scrimp.flows.batch.calls.live_steps import forget_answered
from scrimp.flows.batch.collect import Collected, collect
from scrimp.flows.batch.costs.job_budget import job_budget
from scrimp.flows.batch.job_ending import JobEnding
from scrimp.flows.batch.job_quote import job_quote
from scrimp.flows.batch.job_state import JobState
from scrimp.flows.batch.jobs import COLLECT_LOCK
from scrimp.flows.batch.outbox import Outbox
from scrimp.flows.batch.overlap.unused import record_unused, record_without_row, tell_unused
from scrimp.flows.batch.paid_before import PaidBefore
from scrimp.flows.batch.queues import Queues
from scrimp.flows.batch.sent_before import RowsAsSent
from scrimp.flows.batch.shards.follow import Follower
from scrimp.flows.batch.shards.opening import open_follower
from scrimp.flows.batch.shards.progress import JobProgress, progress_of
from scrimp.flows.batch.shards.refusals import ProviderRefusedError
from scrimp.flows.batch.timing.cheap_hours import CheapHoursClock
from scrimp.flows.batch.timing.deadline import last_call_of
from scrimp.flows.batch.timing.idle import BUSY, IDLE_QUEUE, is_busy
from scrimp.flows.batch.unreadable_replies import UnreadableReplies
from scrimp.flows.engine.run_stop import RunStop
from scrimp.flows.event_loops import SignalledError, raised_signals, run_in_loop
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore
from scrimp.store.files.process_lock import locked
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.answer.step_caller import StepCaller
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job
    from scrimp.values import Outcome, Prompt, RuleCap


class BatchPlan(Struct, frozen=True, kw_only=True):
    """How a job goes through batches.

    `goal` is where this command ends: with the batches submitted, with all of them ended, with rows of what there is by
    now, or with all rows.
    """

    goal: BatchGoal
    longest_wait: float  # seconds between two looks at a batch
    window: float | None = None  # seconds that a batch may take, where the provider lets one choose


class BatchRun:
    """One command that works on a job."""

    def __init__(
        self, job: Job, plan: BatchPlan, options: RunOptions, services: Services, tell: Callable[[JobProgress], None]
    ) -> None:
        self._plan, self._options, self._services, self._tell = plan, options, services, tell
        self._store = BatchStore(services.paths.batches_db)
        unreadable = UnreadableReplies(services.clock)
        self._job = JobState(job, self._store, unreadable, services.clock)
        self._spool = Spool(services.paths.batch_files)
        self._has_waited = False  # for hours at which calls cost less
        self._has_looked = False  # at batches
        self._is_overdue = False  # a batch did not stop by the deadline
        self._has_quoted = False
        self._is_held_back = False  # since another run is calling models
        services.job_began = job.created
        services.sent = RowsAsSent(self._store, job.job, services.note)
        self._batches = Batches(
            job=job, store=self._store, own_only=options.cache in ("off", "refresh"), tries=options.retries + 1,
            endpoints=services.routes.endpoints, available=frozenset(services.routes.available),
            secrets=services.keys, prices=services.prices,
            hours=CheapHoursClock(services.prices, services.clock, last_call=last_call_of(job), look=plan.longest_wait),
            unreadable=unreadable, warn=services.warn,
            allow_unpriced=options.limits.allow_unpriced,
        )  # fmt: skip
        self._held_by = job_budget(options, services, self._batches)
        self._ending = JobEnding(self._job, plan.goal, options.limits, self._held_by, services)

    def close(self) -> None:
        """Give back what a budget holds for nothing, and close the store."""
        with closing(self._store):
            if self._held_by is not None:
                with closing(self._held_by):
                    self._held_by.settle()

    def run(
        self, open_prompts: Callable[[], Iterator[Prompt]], sink: Callable[[Sequence[Outcome]], None]
    ) -> RunStop | None:  # fmt: skip
        """Work on the job up to its goal; return why rows are missing, None if none is."""
        with locked(self._spool.folder, self._job.name, self._say_waiting):
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
            if self._plan.goal == "followed" and self._has_waited and self._options.cache == "on":
                # Rows are printed by another command, which may come when calls cost more again.
                stop = self._rows(open_prompts, lambda _: None, found)
                return self._ending.left(found) if stop is None else stop
            if self._plan.goal == "followed" and not self._has_looked:  # all had ended before, or wait in a queue
                self._tell_progress()
            if self._plan.goal in ("submitted", "followed"):
                return self._ending.left(found)
            return self._rows(open_prompts, sink, found)

    def _to_the_goal(self, open_prompts: Callable[[], Iterator[Prompt]]) -> Collected:
        """Collect and follow until nothing is left to be sent, or as far as the goal wants; return the last pass."""
        while not self._job.is_late() and not self._job.is_cancelled():
            found = self._collect(open_prompts)
            if found.below_batches and self._plan.goal != "submitted" and self._climb(open_prompts):
                continue
            if not self._job.is_moving:
                if self._job.is_open or found.wait is None or self._plan.goal in ("submitted", "fetched"):
                    return found
                self._tell_progress(waits=True)
                run_in_loop(self._batches.hours.sleep(found.wait.until))
                self._has_waited = True
                self._tell_progress()
                continue
            run_in_loop(self._work())
            if self._plan.goal in ("submitted", "fetched") and self._job.is_moving:
                return found
        if self._job.is_open:
            run_in_loop(self._work())
        return Collected()  # after its deadline what is not answered is called live, of a cancelled job it is not

    def _tell_progress(self, *, waits: bool = False) -> None:
        shards, portions = self._store.shards_for(self._job.name), self._store.portions(self._job.name)
        self._tell(progress_of(self._job.record, shards, portions, waits=waits))

    def _collect(self, open_prompts: Callable[[], Iterator[Prompt]]) -> Collected:
        cap = self._options.limits.max_cost if self._held_by is None else None
        if self._held_by is not None:
            self._held_by.begin()
        with locked(self._spool.folder, COLLECT_LOCK, lambda: None):
            queues = self._queues()
            found = run_in_loop(
                collect(
                    open_prompts(), self._options, self._services, self._batches, self._outbox(), queues, cap=cap,
                    held_by=self._held_by, goal=self._plan.goal,
                )
            )  # fmt: skip
            for shard in self._store.shards():
                if shard.shard in queues.wanted and shard.state == "queued":
                    self._store.save_shard(replace(shard, state="ready"))
        if self._held_by is not None:
            self._held_by.end_pass()
        self._job.save(cheap_from=None if found.wait is None else found.wait.until, for_later=found.for_later)
        if found.new or (found.quote.calls and not self._has_quoted):
            quote = job_quote(found, self._job.record, self._store, self._options, self._services)
            self._services.note(f"job {self._job.name}: {quote}")
        self._has_quoted = True
        return found

    def _outbox(self) -> Outbox:
        return Outbox(
            self._job.record, self._store, self._spool, clock=self._services.clock, window=self._plan.window
        )  # fmt: skip

    def _queues(self) -> Queues:
        leaves = self._plan.goal == "submitted"
        return Queues(self._job.record, self._store, self._options, self._services.rules, leaves=leaves)

    async def _work(self) -> None:
        self._has_looked = self._plan.goal != "submitted"
        async with open_follower(
            self._batches, self._services, patience=self._options.timeout, longest=self._plan.longest_wait,
            tell=self._tell,
        ) as follower:  # fmt: skip
            await follower.submit()
            if self._plan.goal == "submitted":
                return
            if self._plan.goal == "fetched":
                await follower.look()
            else:
                await follower.follow(self._job.is_late)
            if self._job.is_open and self._job.is_late():
                await self._end_stragglers(follower)

    async def _end_stragglers(self, follower: Follower) -> None:
        """Cancel what a deadline leaves no time for, and keep what had been answered by then."""
        deadline = self._job.deadline
        if deadline is None:
            return
        self._services.note(f"job {self._job.name}: its deadline is near, so what is in batches is cancelled")
        until = deadline.ends_waiting(self._services.clock())
        await follower.cancel()
        if self._plan.goal == "fetched":
            await follower.look()
            return
        await follower.follow(lambda: self._services.clock() >= until)
        if self._job.is_open and self._plan.goal == "answered":
            await self._batches.hours.sleep(until)  # of which nothing can be told
            self._is_overdue = True

    def _climb(self, open_prompts: Callable[[], Iterator[Prompt]]) -> bool:
        """Make the live calls that batches may follow from; return whether any was made."""
        callers, spent = list[ClimbingCaller](), self._spent(open_prompts)

        def before(inner: StepCaller) -> ClimbingCaller:
            inner.count_spent(*spent)
            callers.append(
                ClimbingCaller(
                    self._batches, inner, queues=self._queues(), patient=self._plan.goal != "fetched",
                    concurrency=self._options.concurrency,
                )
            )  # fmt: skip
            return callers[-1]

        self._services.batched = before
        stop = live.run(open_prompts(), self._options, self._services, lambda _: None, one_by_one=False)
        return stop is None and any(caller.steps.made for caller in callers)

    def _rows(
        self, open_prompts: Callable[[], Iterator[Prompt]], sink: Callable[[Sequence[Outcome]], None], found: Collected
    ) -> RunStop | None:  # fmt: skip
        """Make rows of what came back, and of live calls where all batches have ended."""
        still_open, cancelled = self._job.is_open, self._job.is_cancelled()
        self._batches = replace(self._batches, job=self._job.record)
        callers = list[AnsweringCaller]()
        live_too = (
            not self._is_held_back
            and (not still_open or self._is_overdue)
            and not found.held
            and found.braked is None
            and not found.in_batches
            and not cancelled
        )

        spent = self._spent(open_prompts) if live_too else (None, {})

        def before(inner: StepCaller) -> AnsweringCaller:
            inner.count_spent(*spent)
            callers.append(
                AnsweringCaller(
                    self._batches, inner, self._queues(), live=live_too, patient=self._plan.goal != "fetched",
                    concurrency=self._options.concurrency, late=self._job.is_late(),
                    not_live=self._not_live(found),
                )
            )  # fmt: skip
            return callers[-1]

        self._services.batched = before
        # What is paid for is printed and entered in the ledger, however much of it failed or climbed.
        calls_any = live_too and (found.for_live or self._job.is_late())
        options = self._options if calls_any else replace(self._options, paid_already=True)
        with closing(PaidBefore(self._services)) as paid_before:
            stop = live.run(
                open_prompts(), options, self._services, lambda rows: sink(paid_before.without(rows)),
                one_by_one=False,
            )  # fmt: skip
        if stop is not None:
            return stop
        if self._job.record.cancelled:
            self._ending.tell_of_cancelled()
        if still_open and self._is_overdue:
            self._ending.tell_of_overdue(sum(caller.overdue for caller in callers))
            return None
        if (missing := self._ending.missing(found, callers, still_open=still_open)) is not None:
            return missing
        self._record_unused(open_prompts, found)
        printed = self._services.clock() if self._plan.goal in ("fetched", "answered") else None
        if printed is not None:
            forget_answered(self._batches, self._services.paths.cache_db)
        self._job.save(ended=printed, cheap_from=None, for_later=0)
        return None

    def _not_live(self, found: Collected) -> str | None:
        """Return why calls that no batch has answered are not made; None where they are, or wait for a batch."""
        if found.braked is not None:
            return found.braked.message
        return f"waits while {BUSY}" if self._is_held_back else None

    def _wait_until_idle(self, found: Collected) -> None:
        """Wait until no other run is calling models, where the rows are not wanted as they are by now."""
        if self._job.record.queue != IDLE_QUEUE or not found.for_live or self._plan.goal in ("submitted", "followed"):
            return
        self._is_held_back = is_busy(self._services)
        if self._is_held_back and self._plan.goal == "answered":
            waiting = pluralize(found.for_live, "request")
            self._services.note(f"job {self._job.name}: {waiting} that no batch takes wait while {BUSY}")
            while self._is_held_back:
                run_in_loop(self._batches.hours.sleep(self._services.clock() + min(1.0, self._plan.longest_wait)))
                self._is_held_back = is_busy(self._services)

    def _record_unused(self, open_prompts: Callable[[], Iterator[Prompt]], found: Collected) -> None:
        """Enter in the ledger what came back for rows that were answered meanwhile, or are gone: it was paid for."""
        unseen = self._job.is_late() or self._job.record.cancelled  # by the pass that counts rows in the cache
        if self._job.record.ended is not None:
            return
        if found.cached or unseen:
            tell_unused(record_unused(open_prompts(), self._options, self._services, self._batches), self._services)
        gone = record_without_row(self._options, self._services, self._batches)
        tell_unused(gone, self._services, "have changed or are gone")

    def _spent(self, open_prompts: Callable[[], Iterator[Prompt]]) -> tuple[Decimal | None, Mapping[RuleCap, Decimal]]:
        """Return what the job's batches cost, in dollars, and of this what rules with a cap did.

        Live calls have what is left of the caps. All of it is counted before the first call: rows that cost most may
        come last. The first is None without a cap.
        """
        of_run = self._options.limits.max_cost is not None and self._held_by is None  # which counts by itself
        if not of_run and all(rule.max_cost is None for rule in self._services.rules):
            return None, {}
        quiet = replace(self._batches, warn=lambda _: None)
        counted = collect(
            open_prompts(), self._options, self._services, quiet, self._outbox(), self._queues(), cap=Decimal(0)
        )  # fmt: skip
        found = run_in_loop(counted)
        return found.committed if of_run else None, found.committed_by_rule

    def _say_waiting(self) -> None:
        self._services.note(f"another scrimp works on job {self._job.name}: waiting for it")
