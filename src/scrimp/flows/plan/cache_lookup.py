"""What is already known: which prompts of a group the cache answers, by the rules of the mode asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrimp.values import Answered

if TYPE_CHECKING:
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.store.cache import Cache


class CacheLookup:
    """Looks up for one run. With `off` the cache is a private one, and with `refresh` only this run's rows count."""

    def __init__(self, cache: Cache, asked: RunOptions, *, run: str, clock: Callable[[], float]) -> None:
        self._cache, self._run, self._clock = cache, run, clock
        self._ttl = asked.cache_ttl
        self._own_only = run if asked.cache in ("off", "refresh") else None

    def known(self, works: Sequence[PlannedRow]) -> dict[int, Answered]:
        """Return the outcomes of those that are known, by their place in the group."""
        since = 0.0 if self._ttl is None else self._clock() - self._ttl
        kept = self._cache.get([work.key for work in works], since=since, run=self._own_only)
        if not kept:
            return {}
        return {
            place: Answered(prompt=work.prompt, answer=found.answer, cache="dup" if found.run == self._run else "hit")
            for place, work in enumerate(works)
            if (found := kept.get(work.key)) is not None
        }
