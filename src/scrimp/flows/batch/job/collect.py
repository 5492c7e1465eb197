"""A pass over the rows of a job: what is neither cached nor answered nor in a batch is collected for one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.failures import policy_of
from scrimp.flows.batch.calls.cache_primer import CachePrimer
from scrimp.flows.batch.calls.collecting_caller import CollectingCaller
from scrimp.flows.batch.costs.quote import Quote
from scrimp.flows.engine.answerer_wiring import build_answerer, provider_caching
from scrimp.flows.engine.provider_client import build_client
from scrimp.flows.engine.run_hooks import RunHooks
from scrimp.flows.plan.groups import groups, planned
from scrimp.flows.planning import open_planner
from scrimp.flows.spend.recorder import CallRecorder, RowRecorder
from scrimp.transport.limits.health import ProviderHealth
from scrimp.values import Failed

if TYPE_CHECKING:
    from scrimp.enums import BatchGoal
    from scrimp.flows.answer.answerer import Answerer
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.costs.job_budget import JobBudget
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.outbox import Outbox
    from scrimp.flows.batch.queues import Queues
    from scrimp.flows.batch.timing.cheap_hours import Wait
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.values import Failure, Prompt, RuleCap

_TASK_SAMPLE = 200  # quoted calls whose task is looked up


class Collected:
    """What one pass found."""

    def __init__(self) -> None:
        self.rows = self.cached = 0
        # Calls, by what became of them.
        self.in_batches = 0  # waiting for a reply
        self.new = 0  # put in the outbox by this pass
        self.over_cap = 0  # cost more than is left of the cap
        self.for_live = 0  # no batch takes them: to be called live
        self.for_later = 0  # of those, not called before their model costs less
        self.later = 0  # go in a batch once the first call with the same beginning has come back
        self.below_batches = 0  # to be called live, and followed by a step that a batch takes
        self.wait: Wait | None = None  # the hours that calls `for_later` wait for
        self.committed = Decimal(0)  # dollars: spent so far, plus the most that calls in batches can cost
        self.committed_by_rule: Mapping[RuleCap, Decimal] = {}  # the part of it that falls to each rule with a cap
        self.quote = Quote({})  # what the new calls, and those left to be made live, will cost
        self.braked: RunStop | None = None  # where a chain escalates more rows than its max_escalation allows
        self.tasks = set[str]()  # signatures of the first of the quoted calls
        self.refusal: Failure | None = None  # of the first row that no provider can be called for

    def add_calls(self, caller: CollectingCaller, *, new: int) -> None:
        """Add what became of the calls that the rows came to."""
        self.quote, self.later = caller.quote, caller.later
        self.braked = next(iter(caller.braked.values()), None)
        self.committed, self.committed_by_rule = caller.committed, caller.committed_by_rule
        self.in_batches, self.new, self.over_cap = caller.waiting, new, caller.over_cap
        self.below_batches = caller.steps.left
        self.for_live, self.for_later = caller.live_calls.left, caller.live_calls.for_later
        self.wait = caller.live_calls.wait


async def collect(
    prompts: Iterator[Prompt], options: RunOptions, services: Services, context: JobContext, outbox: Outbox,
    queues: Queues, *, cap: Decimal | None, budget: JobBudget | None = None, goal: BatchGoal = "submitted",
) -> Collected:  # fmt: skip
    """Advance every row as far as the stored replies allow, and put the calls that come next in the outbox.

    `goal` is how far this command takes the job, which spends at most `cap` dollars or its part of a shared `budget`.
    """
    found, callers = Collected(), list[CollectingCaller]()
    caching = provider_caching(options, services)
    primer = CachePrimer(context, caching, now=services.clock(), goal=goal)

    def wrap(inner: StepCaller) -> CollectingCaller:
        callers.append(CollectingCaller(context, inner, outbox, queues, cap=cap, primer=primer, budget=budget))
        return callers[-1]

    client = build_client(options, services, health := ProviderHealth(time.monotonic))
    answerer = build_answerer(options, services, client, health, caching, hooks=RunHooks(wrap_caller=wrap))
    (caller,) = callers
    try:
        await _drive(prompts, options, services, answerer, caller, found)
    except BaseException:
        outbox.discard()
        raise
    finally:
        await client.close()
    outbox.close()
    context.store.share(context.job.job, caller.shards)
    found.add_calls(caller, new=outbox.collected)
    return found


async def _drive(
    prompts: Iterator[Prompt], options: RunOptions, services: Services, answerer: Answerer, caller: CollectingCaller,
    found: Collected,
) -> None:  # fmt: skip
    """Put every row to the answerer, whose calls the caller collects; what is seen of the rows is added to `found`."""
    calls = CallRecorder(
        run=services.run, labels=options.labels, prices=services.prices,
        clock=services.clock, parameters=options.parameters,
    )  # fmt: skip
    planner, lookup = open_planner(options, services), services.cache_lookup(options)
    for unplanned in groups(prompts, one_by_one=False):
        group = planned(unplanned, planner, lookup)
        rows = [row for place, row in enumerate(group.rows) if place not in group.cached]
        found.rows += len(group.rows)
        found.cached += len(group.cached)
        caller.load([row.key for row in rows])
        caller.expect(rows)
        for row in rows:
            quoted = caller.quote.calls
            outcome = await answerer.outcome(row, RowRecorder(calls, row))
            caller.end_row(row)
            if quoted < min(caller.quote.calls, _TASK_SAMPLE):
                found.tasks.add(row.signature(options.parameters, options.labels.task_name))
            if isinstance(outcome, Failed) and policy_of(outcome.failure).ends_provider:
                found.refusal = found.refusal or outcome.failure
