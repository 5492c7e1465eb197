"""Which rows of a group the cache answers, by the mode that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.values import Answer, Answered

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.store.completion_cache import CachedCompletion, CompletionCache

_SKEW = 3600.0  # seconds by which the clock of a machine that shares a cache may be ahead


class CacheLookup:
    """Looks up for one run. With `off` the cache is a private one, and with `refresh` only this run's rows count."""

    def __init__(self, cache: CompletionCache, options: RunOptions, *, run: str, clock: Callable[[], float]) -> None:
        self._cache, self._run, self._clock = cache, run, clock
        self._ttl = options.cache_ttl
        self._own_only = run if options.cache in ("off", "refresh") else None

    def _get(self, keys: Sequence[bytes]) -> Mapping[bytes, CachedCompletion]:
        if self._ttl is None:
            return self._cache.get_many(keys, run=self._own_only)
        now, ttl = self._clock(), self._ttl
        found = self._cache.get_many(keys, since=now - ttl, run=self._own_only)
        # What a clock that was ahead has dated so much later than now would be as good as new until then.
        return {key: each for key, each in found.items() if each.created <= now + ttl + _SKEW}

    def find(self, rows: Sequence[PlannedRow]) -> dict[int, Answered]:
        """Return the outcomes of the rows that are in the cache, by their place in the group."""
        cached = dict(self._get([row.key for row in rows]))
        others = {row.key: row.other_keys for row in rows if row.other_routes and row.key not in cached}
        if others:
            found = self._get([other for each in others.values() for other in each])
            hits = {key: next((other for other in each if other in found), None) for key, each in others.items()}
            cached |= {key: found[other] for key, other in hits.items() if other is not None}
        if not cached:
            return {}
        return {
            place: Answered(
                prompt=row.prompt,
                answer=_as_certified(hit.answer, row),
                cache="dup" if hit.run == self._run else "hit",
                paid_by_another_run=hit.run != self._run,
            )
            for place, row in enumerate(rows)
            if (hit := cached.get(row.key)) is not None
        }


def _as_certified(answer: Answer, row: PlannedRow) -> Answer:
    """Return an answer that says why its row is at its level now, whatever the run said that paid for it."""
    compressed = answer.compressed
    if compressed is None or compressed.why == (why := row.why_level):
        return answer
    return replace(answer, compressed=replace(compressed, why=why))
