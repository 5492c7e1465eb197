"""Queues: calls of many commands that wait until `scrimp batch flush` sends them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.routing.rules import RoutingRule
    from scrimp.store.batches.records import Job
    from scrimp.store.batches.store import BatchStore


class Queues:
    """Decides which queue the calls of a pass wait in, if any."""

    def __init__(
        self, job: Job, store: BatchStore, options: RunOptions, rules: Sequence[RoutingRule], *, leaves: bool
    ) -> None:
        """Nothing waits of a job whose rows are wanted at once: `leaves` is for a command that does not wait for them.

        What waits already goes on waiting, also while other commands look after the job.
        """
        self._queued = {shard.shard: shard.queue for shard in store.shards() if shard.state == "queued"}
        waits = any(shard.state == "queued" for shard in store.shards_for(job.job))
        self._job, self._options, self._collects = job, options, leaves or waits
        self._rules = rules if any(rule.queue is not None for rule in rules) else ()
        self.wanted = set[str]()  # shards in queues with calls that are wanted at once

    def queue_of(self, row: PlannedRow) -> str | None:
        """Return the queue that the calls of a row wait in; None if they are sent at once."""
        if not self._collects:
            return None
        if self._job.queue is not None or not self._rules:
            return self._job.queue
        from scrimp.routing.rules import queue_of  # only where a rule has a queue

        return queue_of(row.prompt, self._rules, self._options.labels)

    def meet(self, shard: str, row: PlannedRow) -> str | None:
        """Return the queue in which a call waits now; None if it is in none, or is wanted at once."""
        if shard not in self._queued:
            return None
        if self.queue_of(row) is None:
            self.wanted.add(shard)
            return None
        return self._queued[shard]
