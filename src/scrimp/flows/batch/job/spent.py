"""What a job's batches have used of the caps that its live calls also count against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.batch.job.collect import collect
from scrimp.flows.event_loops.run_in_loop import run_in_loop

if TYPE_CHECKING:
    from scrimp.flows.batch.job.session import JobSession
    from scrimp.values import Prompt, RuleCap


def spent_in_batches(
    session: JobSession, open_prompts: Callable[[], Iterator[Prompt]]
) -> tuple[Decimal | None, Mapping[RuleCap, Decimal]]:  # fmt: skip
    """Return what the job's batches cost, in dollars, and of this what rules with a cap did.

    Live calls have what is left of the caps. All of it is counted before the first call: rows that cost most may
    come last. The first is None without a cap.
    """
    options, services = session.options, session.services
    of_run = options.limits.max_cost is not None and session.budget is None  # a shared budget counts by itself
    if not of_run and all(rule.max_cost is None for rule in services.rules):
        return None, {}
    quiet = replace(session.context, warn=lambda _: None)
    counted = collect(open_prompts(), options, services, quiet, session.outbox(), session.queues(), cap=Decimal(0))
    found = run_in_loop(counted)
    return found.committed if of_run else None, found.committed_by_rule
