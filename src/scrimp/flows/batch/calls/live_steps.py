"""Lower steps that no batch takes, while one takes a higher step: they are called live first, and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from scrimp.errors import StoreError
from scrimp.store.cache import SqliteCache
from scrimp.values import Completion

if TYPE_CHECKING:
    from pathlib import Path

    from scrimp.escalation.questions import CallStep
    from scrimp.flows.batch.batchable_models import BatchableModels
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.values import ModelRef, Step


class LiveSteps:
    """Knows which steps these are, and what they returned in earlier passes."""

    def __init__(
        self, context: JobContext, batchable: BatchableModels, places: Callable[[Step], Sequence[ModelRef]]
    ) -> None:
        """`places` are the models of a step that can be called."""
        self._context, self._batchable, self._places = context, batchable, places
        self._has_some = context.store.has_live()
        self._loaded: Mapping[bytes, Mapping[int, bytes]] = {}
        self.left = 0  # calls to be made before what may be batched
        self.made = 0

    def load(self, keys: Sequence[bytes]) -> None:
        """Read what was kept for some rows, all at once."""
        self._loaded = self._stored(keys)

    def _stored(self, keys: Sequence[bytes]) -> Mapping[bytes, Mapping[int, bytes]]:
        if not self._has_some:
            return {}
        return self._context.store.live_for(keys, job=self._context.job.job if self._context.own_only else None)

    def known(self, row: PlannedRow, number: int, recorder: RowRecorder, *, loaded: bool) -> Completion | None:
        """Return the completion that was kept for a question, its entry with those of the row; None if none was."""
        kept = (self._loaded if loaded else self._stored([row.key])).get(row.key, {}).get(number)
        if kept is None:
            return None
        completion = msgspec.json.decode(kept, type=Completion)
        if completion.entry is not None:
            recorder.restore(completion.entry)
        return completion

    def precede(self, question: CallStep, row: PlannedRow) -> bool:
        """Return whether a batch may take what is asked after a question: of a higher step."""
        chain = row.route.chain
        higher = () if chain.parallel else chain.steps[question.index + 1 :]
        return any(self._batchable.refusal(model) is None for step in higher for model in self._places(step)[:1])

    def keep(self, row: PlannedRow, number: int, completion: Completion) -> None:
        """Keep what was paid for, before anything follows from it."""
        self._context.store.keep_live(self._context.job.job, row.key, number, msgspec.json.encode(completion))
        self._has_some = True
        self.made += 1


def forget_answered(context: JobContext, cache_db: Path) -> None:
    """Forget what was kept for rows whose answers are in the cache now.

    Where answers of the cache do not count, or a row has none, what was paid for is kept for the command's next job.
    """
    if context.own_only or not context.store.has_live():
        return
    with suppress(StoreError), SqliteCache(cache_db) as cache:  # else they are forgotten with the next job
        context.store.forget_live(context.job.digest, cache.get_many)
