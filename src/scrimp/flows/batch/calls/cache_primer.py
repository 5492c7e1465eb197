"""The first of the calls that share a beginning goes in a batch of its own, to fill the provider's prompt cache.

Requests of one batch run at once and do not read what the others write, and batches read nothing that live calls wrote.
So the others follow in a later pass, once the first has come back, and only if its reply says that it wrote something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.caching.write_decision import WORTH_A_BATCH
from scrimp.values import Completion, PromptCache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrimp.enums import BatchGoal
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.store.batches.records import StoredCall
    from scrimp.values import Call, Failure

# Seconds that a beginning is kept, less what a batch may take to begin.
_KEPT = 3000.0
# Seconds that a batch may take: a deadline that is nearer leaves no time for one more.
_LONGEST = 86_400.0


class CallForBatch(Struct, frozen=True):
    """A call as it goes in a batch: with others, first and alone, or later, once the first has come back."""

    call: Call
    first: bool = False
    later: bool = False


class CachePrimer:
    """What one pass over a job's rows knows of the beginnings that they share."""

    def __init__(self, context: JobContext, caching: ProviderCaching, *, now: float, goal: BatchGoal) -> None:
        """`goal` is where the command of this pass ends: only one that stays sends a first call and waits for it."""
        deadline = context.job.deadline
        self._caching, self._now = caching, now
        self._starts = goal in ("followed", "answered") and (deadline is None or deadline - now > _LONGEST)
        self._waits = goal != "submitted"
        self._ended = {shard.shard: shard.ended for shard in context.store.shards_for(context.job.job)}
        self._under_way = dict[int, str]()  # the shard of a beginning's first call
        self._filled = dict[int, bool]()  # whether it is kept, of those that need no first call any more

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Count what these rows begin with, which may go in batches."""
        self._caching.expect(rows, batch=True)

    def came_back(self, call: Call, stored: StoredCall, result: Completion | Failure | None) -> None:
        """Take note of a call that was sent in a batch before; it has no result while it waits."""
        shared = self._caching.shared_in_batch(call)
        if shared is None:
            return
        known = self._filled.get(shared.identity, False)
        if result is None:
            first_shard = self._under_way.get(shared.identity)
            self._under_way.setdefault(shared.identity, stored.shard)
            if first_shard == stored.shard:  # two of one beginning in one batch: neither went first
                self._filled[shared.identity] = known
            return
        usage = result.usage if isinstance(result, Completion) else None
        kept = usage is not None and (usage.cache_write_long > 0 or usage.cache_read > 0)
        recent = self._now - (self._ended.get(stored.shard) or stored.sent) < _KEPT
        self._filled[shared.identity] = known or (kept and recent)

    def in_batch(self, call: Call) -> CallForBatch:
        """Return a call as it goes in a batch of this pass, or that it goes in a later one."""
        shared = self._caching.shared_in_batch(call)
        if shared is None:
            return CallForBatch(self._caching.without_writes(call))
        filled = self._filled.get(shared.identity)
        marked = replace(call, prompt_cache=PromptCache(marks=(shared.mark,), lifetime="1h"))
        if filled:
            return CallForBatch(marked)
        if filled is None and self._waits and shared.identity in self._under_way:
            return CallForBatch(call, later=True)
        if filled is None and self._starts and shared.saved >= WORTH_A_BATCH:
            self._under_way[shared.identity] = ""
            return CallForBatch(marked, first=True)
        return CallForBatch(call)

    def not_sent(self, call: Call) -> None:
        """Take note that a call that was to go first goes in no batch: the next one with its beginning does."""
        shared = self._caching.shared_in_batch(call)
        if shared is not None and self._under_way.get(shared.identity) == "":
            del self._under_way[shared.identity]
