"""The quote of a job, before its requests are sent: how many go where, and what they are expected to cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.flows.batch.timing.cheap_hours import hour_of
from scrimp.flows.plan.expected.output_tokens import output_tokens
from scrimp.flows.spend.billed_before import BilledBefore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.batch.job.collect import Collected
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job
    from scrimp.store.batches.store import BatchStore


def job_quote(found: Collected, job: Job, store: BatchStore, options: RunOptions, services: Services) -> str:
    """Return how many requests are sent where, and what they are expected to cost."""
    own = [shard for shard in store.open_shards(job.job) if shard.job == job.job]
    names = sorted({shard.queue or "" for shard in own if shard.state == "queued"})
    place = f"queue {' and '.join(names)}" if names else pluralize(len(own), "batch")
    sent = [f"{pluralize(found.new, 'request')} in {place}"] if found.new else []
    if found.for_later and found.wait is not None:
        sent.append(f"{pluralize(found.for_later, 'request')} to be called from {hour_of(found.wait.until)}")
    if found.later:
        sent.append(f"{found.later:,} more once the first has filled the provider's cache")
    if now := found.for_live - found.for_later:
        sent.append(f"{pluralize(now, 'request')} to be called live")
    before = BilledBefore(services.paths.ledger_db, found.tasks, services.routes.endpoints, options.parameters.effort)
    assumed = output_tokens(options)
    return f"{', '.join(sent)}: {found.quote.words(services.prices, assumed, before, services.clock())}"
