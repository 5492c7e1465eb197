"""What one command keeps open while it works on a job: its store, its context, and its part of a budget."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import BatchGoal
from scrimp.flows.batch.costs.job_budget import job_budget
from scrimp.flows.batch.job.state import JobState
from scrimp.flows.batch.job_context import JobContext
from scrimp.flows.batch.outbox import Outbox
from scrimp.flows.batch.queues import Queues
from scrimp.flows.batch.sent_before import RowsAsSent
from scrimp.flows.batch.timing.cheap_hours import CheapHoursClock
from scrimp.flows.batch.timing.deadline import last_call_of
from scrimp.flows.batch.unreadable_replies import UnreadableReplies
from scrimp.flows.engine.run_hooks import RunHooks
from scrimp.flows.services import JobAtWork
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job
    from scrimp.values import Entry


class BatchPlan(Struct, frozen=True, kw_only=True):
    """How a job goes through batches.

    `goal` is where this command ends: with the batches submitted, with all of them ended, with rows of what there is by
    now, or with all rows.
    """

    goal: BatchGoal
    longest_wait: float  # seconds between two looks at a batch
    window: float | None = None  # seconds a batch may take, if the provider offers a choice


class JobSession:
    """A job, and what the passes of one command share."""

    def __init__(
        self, job: Job, plan: BatchPlan, options: RunOptions, services: Services,
        paid_without_row: Callable[[Entry], None] | None = None,
    ) -> None:  # fmt: skip
        """`paid_without_row` gets costs that no row caused."""
        self.plan, self.options, self.services = plan, options, services
        self.hooks = RunHooks(paid_without_row=paid_without_row)  # for the passes that make live calls
        self.store = BatchStore(services.paths.batches_db)
        self.spool = Spool(services.paths.batch_files)
        unreadable = UnreadableReplies(services.clock)
        self.job = JobState(job, self.store, unreadable, services.clock)
        services.work_on(JobAtWork(job.created, RowsAsSent(self.store, job.job, services.note)))
        self.context = JobContext(
            job=job, store=self.store, own_only=options.cache in ("off", "refresh"), tries=options.retries + 1,
            endpoints=services.routes.endpoints, available=frozenset(services.routes.available),
            secrets=services.keys, prices=services.prices,
            hours=CheapHoursClock(services.prices, services.clock, last_call=last_call_of(job), look=plan.longest_wait),
            unreadable=unreadable, warn=services.warn,
            allow_unpriced=options.limits.allow_unpriced,
        )  # fmt: skip
        self.budget = job_budget(options, services, self.context)

    def close(self) -> None:
        """Give back what the budget reserved and the job did not need, and close the store."""
        with self.store:
            if self.budget is not None:
                with closing(self.budget):
                    self.budget.settle()

    @property
    def waits_for_calls(self) -> bool:
        """Whether the command waits for hours at which live calls cost less."""
        return self.plan.goal != "fetched"

    def renew(self) -> None:
        """Use the current record of the job for the passes to come."""
        self.context = replace(self.context, job=self.job.record)

    def outbox(self) -> Outbox:
        """Return what takes the calls that a pass collects."""
        return Outbox(self.job.record, self.store, self.spool, clock=self.services.clock, window=self.plan.window)

    def queues(self) -> Queues:
        """Return the queues that a pass finds calls in."""
        leaves = self.plan.goal == "submitted"
        return Queues(self.job.record, self.store, self.options, self.services.rules, leaves=leaves)
