"""A run whose calls go through batches: rows are read to collect calls, shards followed, and rows made at the end.

Each pass reads the input again, so that nothing of it is held in memory, and all that a pass knows is in the store: a
job that was killed, or left to itself, goes on with any later pass in any later process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import BatchGoal
from scrimp.errors import INTERRUPTED
from scrimp.failures import LIMIT_REACHED, policy_of
from scrimp.flows import live
from scrimp.flows.batch.batch_caller import BatchCaller
from scrimp.flows.batch.batches import Batches
from scrimp.flows.batch.collect import Collected, collect
from scrimp.flows.batch.costs.job_budget import job_budget
from scrimp.flows.batch.job_files import COLLECT_LOCK, locked
from scrimp.flows.batch.job_quote import job_quote
from scrimp.flows.batch.live_steps import forget_answered
from scrimp.flows.batch.outbox import Outbox
from scrimp.flows.batch.overlap.unused import record_unused, tell_unused
from scrimp.flows.batch.queues import Queues
from scrimp.flows.batch.sent_before import RowsAsSent
from scrimp.flows.batch.shards.follow import Follower
from scrimp.flows.batch.shards.opening import open_follower
from scrimp.flows.batch.shards.progress import JobProgress, progress_of
from scrimp.flows.batch.shards.refusals import ProviderRefusedError
from scrimp.flows.batch.timing.cheap_hours import CheapHoursClock
from scrimp.flows.batch.timing.deadline import Deadline
from scrimp.flows.batch.timing.idle import BUSY, IDLE_QUEUE, is_busy
from scrimp.flows.batch.unreadable_replies import UnreadableReplies
from scrimp.flows.engine.run_stop import RunStop
from scrimp.flows.event_loops import SignalledError, raised_signals, run_in_loop
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.answer.step_caller import StepCaller
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job
    from scrimp.values import Outcome, Prompt

PENDING = 6  # exit status: work is in batches


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
        self._job, self._plan, self._options, self._services, self._tell = job, plan, options, services, tell
        self._store = BatchStore(services.paths.batches_db)
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
            hours=CheapHoursClock(services.prices, services.clock, deadline=job.deadline, look=plan.longest_wait),
            unreadable=UnreadableReplies(services.clock), warn=services.warn,
            allow_unpriced=options.limits.allow_unpriced,
        )  # fmt: skip
        self._held_by = job_budget(options, services, self._batches)

    def close(self) -> None:
        """Give back what a budget holds for nothing, and close the store."""
        if self._held_by is not None:
            self._held_by.settle()
            self._held_by.close()
        self._store.close()

    def run(
        self, open_prompts: Callable[[], Iterator[Prompt]], sink: Callable[[Sequence[Outcome]], None]
    ) -> RunStop | None:  # fmt: skip
        """Work on the job up to its goal; return why rows are missing, None if none is."""
        with locked(self._spool.folder, self._job.job, self._say_waiting):
            try:
                with raised_signals():
                    found = self._to_the_goal(open_prompts)
                    self._wait_until_idle(found)
            except ProviderRefusedError as refused:
                return RunStop("auth", f"stopped: {refused}; {self._to_go_on()}", refused.exit_status)
            except KeyboardInterrupt as signalled:
                left = self._interrupted()
                asked = signalled.exit_status if isinstance(signalled, SignalledError) else left.exit_status
                return replace(left, exit_status=asked)
            if self._plan.goal == "followed" and self._has_waited and self._options.cache == "on":
                # Rows are printed by another command, which may come when calls cost more again.
                stop = self._rows(open_prompts, lambda _: None, found)
                return self._left(found) if stop is None else stop
            if self._plan.goal == "followed" and not self._has_looked:  # all had ended before, or wait in a queue
                self._tell_progress()
            if self._plan.goal in ("submitted", "followed"):
                return self._left(found)
            return self._rows(open_prompts, sink, found)

    def _to_the_goal(self, open_prompts: Callable[[], Iterator[Prompt]]) -> Collected:
        """Collect and follow until nothing is left to be sent, or as far as the goal wants; return the last pass."""
        while not self._is_late() and not self._is_cancelled():
            found = self._collect(open_prompts)
            if found.below_batches and self._plan.goal != "submitted" and self._climb(open_prompts):
                continue
            if not self._moving:
                if self._open or found.wait is None or self._plan.goal in ("submitted", "fetched"):
                    return found
                self._tell_progress(waits=True)
                run_in_loop(self._batches.hours.sleep(found.wait.until))
                self._has_waited = True
                self._tell_progress()
                continue
            run_in_loop(self._work())
            if self._plan.goal in ("submitted", "fetched") and self._moving:
                return found
        if self._open:
            run_in_loop(self._work())
        return Collected()  # after its deadline what is not answered is called live, of a cancelled job it is not

    @property
    def _open(self) -> bool:
        """Whether a batch that the job waits for has not ended."""
        return bool(self._store.open_shards(self._job.job))

    @property
    def _moving(self) -> bool:
        """Whether such a batch is on its way, not in a queue, and its provider tells of it what can be understood."""
        return any(
            shard.state != "queued" and not self._batches.unreadable.is_given_up(shard.shard)
            for shard in self._store.open_shards(self._job.job)
        )

    def _tell_progress(self, *, waits: bool = False) -> None:
        shards, portions = self._store.shards_for(self._job.job), self._store.portions(self._job.job)
        self._tell(progress_of(self._job, shards, portions, waits=waits))

    def _collect(self, open_prompts: Callable[[], Iterator[Prompt]]) -> Collected:
        outbox = Outbox(
            self._job, self._store, self._spool, clock=self._services.clock, window=self._plan.window
        )  # fmt: skip
        cap = self._options.limits.max_cost if self._held_by is None else None
        if self._held_by is not None:
            self._held_by.begin()
        with locked(self._spool.folder, COLLECT_LOCK, lambda: None):
            queues = self._queues()
            found = run_in_loop(
                collect(
                    open_prompts(), self._options, self._services, self._batches, outbox, queues, cap=cap,
                    held_by=self._held_by, goal=self._plan.goal,
                )
            )  # fmt: skip
            for shard in self._store.shards():
                if shard.shard in queues.wanted and shard.state == "queued":
                    self._store.save_shard(replace(shard, state="ready"))
        if self._held_by is not None:
            self._held_by.end_pass()
        self._save(cheap_from=None if found.wait is None else found.wait.until, for_later=found.for_later)
        if found.new or (found.quote.calls and not self._has_quoted):
            self._services.note(
                f"job {self._job.job}: {job_quote(found, self._job, self._store, self._options, self._services)}"
            )
        self._has_quoted = True
        return found

    def _queues(self) -> Queues:
        leaves = self._plan.goal == "submitted"
        return Queues(self._job, self._store, self._options, self._services.rules, leaves=leaves)

    def _is_cancelled(self) -> bool:
        """Return whether the job was cancelled, by now: another command may do that while this one waits."""
        if not self._job.cancelled and self._store.is_cancelled(self._job.job):
            self._job = replace(self._job, cancelled=True)
            self._batches = replace(self._batches, job=self._job)
        return self._job.cancelled

    def _save(self, **changes: object) -> None:
        self._is_cancelled()  # which stays so
        changed = replace(self._job, **changes)
        if changed != self._job:
            self._job = changed
            self._store.save_job(changed)

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
                await follower.follow(self._is_late)
            if self._open and self._is_late():
                await self._end_stragglers(follower)

    @property
    def _deadline(self) -> Deadline | None:
        moment = self._job.deadline
        return None if moment is None else Deadline(self._job.created, moment)

    def _is_late(self) -> bool:
        """Return whether batches are no longer waited for, as a deadline leaves no more time than calls may take."""
        return self._deadline is not None and self._services.clock() >= self._deadline.last_call

    async def _end_stragglers(self, follower: Follower) -> None:
        """Cancel what a deadline leaves no time for, and keep what had been answered by then."""
        deadline = self._deadline
        if deadline is None:
            return
        self._services.note(f"job {self._job.job}: its deadline is near, so what is in batches is cancelled")
        until = deadline.ends_waiting(self._services.clock())
        await follower.cancel()
        if self._plan.goal == "fetched":
            await follower.look()
            return
        await follower.follow(lambda: self._services.clock() >= until)
        if self._open and self._plan.goal == "answered":
            await self._batches.hours.sleep(until)  # of which nothing can be told
            self._is_overdue = True

    def _climb(self, open_prompts: Callable[[], Iterator[Prompt]]) -> bool:
        """Make the live calls that batches may follow from; return whether any was made."""
        callers, spent = list[BatchCaller](), self._spent(open_prompts)

        def before(inner: StepCaller) -> BatchCaller:
            inner.count_spent(spent)
            callers.append(
                BatchCaller(
                    self._batches, inner, outbox=None, live=False, cap=None, patient=self._plan.goal != "fetched",
                    concurrency=self._options.concurrency, queues=self._queues(), climbs=True,
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
        still_open, cancelled = self._open, self._is_cancelled()
        callers = list[BatchCaller]()
        live_too = (
            not self._is_held_back
            and (not still_open or self._is_overdue)
            and not found.held
            and not found.in_batches
            and not cancelled
        )

        spent = self._spent(open_prompts) if live_too else None

        def before(inner: StepCaller) -> BatchCaller:
            inner.count_spent(spent)
            callers.append(
                BatchCaller(
                    self._batches,
                    inner,
                    outbox=None,
                    live=live_too,
                    cap=None,
                    patient=self._plan.goal != "fetched",
                    concurrency=self._options.concurrency,
                    queues=self._queues(),
                    not_live=f"waits while {BUSY}" if self._is_held_back else None,
                    late=self._is_late(),
                )
            )
            return callers[-1]

        self._services.batched = before
        stop = live.run(open_prompts(), self._options, self._services, sink, one_by_one=False)
        if stop is not None:
            return stop
        if self._job.cancelled:
            self._services.note(
                f"job {self._job.job} was cancelled: rows that had no answer by then are pending; its command, given "
                "again, sends them"
            )
        if still_open and self._is_overdue:
            self._tell_of_overdue(sum(caller.overdue for caller in callers))
            return None
        if (missing := self._missing(found, callers, still_open=still_open)) is not None:
            return missing
        self._record_unused(open_prompts, found)
        printed = self._services.clock() if self._plan.goal in ("fetched", "answered") else None
        if printed is not None:
            forget_answered(self._batches, self._services.paths.cache_db)
        self._save(ended=printed, cheap_from=None, for_later=0)
        return None

    def _missing(self, found: Collected, callers: Sequence[BatchCaller], *, still_open: bool) -> RunStop | None:
        """Return what the rows wait for that are pending; None where none is."""
        if still_open or (found.in_batches and sum(caller.waiting for caller in callers)):
            return RunStop("batch", f"rows are in batches; {self._to_go_on()}", PENDING)
        wait = next((caller.live_calls.wait for caller in callers if caller.live_calls.for_later), None)
        if wait is not None:
            return RunStop("batch", f"{wait.words}; {self._to_go_on()}", PENDING)
        if held_back := sum(caller.held_back for caller in callers):
            return RunStop("batch", f"{pluralize(held_back, 'request')} wait: {BUSY}; {self._to_go_on()}", PENDING)
        if held := found.held + sum(caller.held for caller in callers):
            limits = self._options.limits
            told = f"{pluralize(held, 'request')} may cost more than --max-cost {limits.max_cost} allows"
            if self._held_by is not None:
                told = self._held_by.stopped or f"{told} all that share the budget {limits.budget}"
            return RunStop("budget", f"stopped: {told}", LIMIT_REACHED)
        return None

    def _tell_of_overdue(self, calls: int) -> None:
        """Say that calls were made whose batches may be billed, too."""
        names = ", ".join(shard.shard for shard in self._store.open_shards(self._job.job))
        self._services.warn(
            f"{pluralize(calls, 'request')} of {names} went live at the deadline, by which their batches had not "
            f"stopped: the provider may bill them there, too; once they have ended, scrimp batch fetch {self._job.job} "
            "enters that in the ledger"
        )

    def _wait_until_idle(self, found: Collected) -> None:
        """Wait until no other run is calling models, where the rows are not wanted as they are by now."""
        if self._job.queue != IDLE_QUEUE or not found.for_live or self._plan.goal in ("submitted", "followed"):
            return
        self._is_held_back = is_busy(self._services)
        if self._is_held_back and self._plan.goal == "answered":
            waiting = pluralize(found.for_live, "request")
            self._services.note(f"job {self._job.job}: {waiting} that no batch takes wait while {BUSY}")
            while self._is_held_back:
                run_in_loop(self._batches.hours.sleep(self._services.clock() + min(1.0, self._plan.longest_wait)))
                self._is_held_back = is_busy(self._services)

    def _record_unused(self, open_prompts: Callable[[], Iterator[Prompt]], found: Collected) -> None:
        """Enter in the ledger what came back for rows that another command answered meanwhile: it was paid for."""
        unseen = self._is_late() or self._job.cancelled  # by the pass that counts rows in the cache
        if self._job.ended is not None or not (found.cached or unseen):
            return
        tell_unused(record_unused(open_prompts(), self._options, self._services, self._batches), self._services)

    def _spent(self, open_prompts: Callable[[], Iterator[Prompt]]) -> Decimal | None:
        """Return what the job's batches cost, in dollars: live calls have what is left of the cap. None without a cap.

        All of it is counted before the first call: rows that cost most may come last.
        """
        if self._options.limits.max_cost is None or self._held_by is not None:  # which counts by itself
            return None
        outbox = Outbox(self._job, self._store, self._spool, clock=self._services.clock, window=self._plan.window)
        quiet = replace(self._batches, warn=lambda _: None)
        counted = collect(
            open_prompts(), self._options, self._services, quiet, outbox, self._queues(), cap=Decimal(0)
        )  # fmt: skip
        return run_in_loop(counted).committed

    def _left(self, found: Collected) -> RunStop | None:
        """Say how to go on with a job whose rows are made later; submitting is done once all is on its way."""
        job, left_there = self._job.job, self._plan.goal == "submitted"
        if self._open:
            done = "submitted" if self._moving else "collected"
            return self._later(f"job {job} is {done}" if left_there else f"job {job} has batches that have not ended")
        if found.wait is not None:
            return self._later(f"job {job}, {pluralize(found.for_later, 'request')}: {found.wait.words}")
        if found.refusal is not None:
            return RunStop("auth", f"stopped: {found.refusal.message}", policy_of(found.refusal).exit_status)
        rows = "its batches have ended"
        if found.for_live and left_there:
            rows = f"{pluralize(found.for_live, 'request')} that no batch takes will be called by fetch"
        elif found.cached:
            rows = f"{found.cached:,} of {found.rows:,} rows were in the cache"
        self._services.note(f"job {job}: {rows}; rows: scrimp batch fetch {job}")
        return None

    def _later(self, state: str) -> RunStop | None:
        """Say that a job goes on: a failure to be waited for, but not to be submitted."""
        message = f"{state}; {self._to_go_on()}"
        if self._plan.goal == "submitted":
            self._services.note(message)
            return None
        return RunStop("batch", message, PENDING)

    def _interrupted(self) -> RunStop:
        if not self._open and (self._job.for_later or self._is_held_back):
            return RunStop("batch", f"no longer waited for: nothing of it was called; {self._to_go_on()}", PENDING)
        if not self._open:
            return RunStop("interrupted", f"stopped; {self._to_go_on()}", INTERRUPTED)
        return RunStop(
            "batch",
            f"no longer watched: the batches of job {self._job.job} go on at the provider, and bill; {self._to_go_on()}"
            f"; to end them: scrimp batch cancel {self._job.job}",
            PENDING,
        )

    def _to_go_on(self) -> str:
        waiting = [shard for shard in self._store.open_shards(self._job.job) if shard.state == "queued"]
        if waiting and not self._moving:
            queues = " and ".join(sorted({f"scrimp batch flush {shard.queue}" for shard in waiting}))
            return f"to send it: {queues}; then: scrimp batch fetch {self._job.job}"
        return f"to go on: scrimp batch watch {self._job.job}, then scrimp batch fetch {self._job.job}"

    def _say_waiting(self) -> None:
        self._services.note(f"another scrimp works on job {self._job.job}: waiting for it")
