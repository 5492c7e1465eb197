"""What the cache answers, by the age of its completions."""

from __future__ import annotations

from clock import Clock
from flows.rows import planned_row
from outcomes import answer
from scrimp.flows.plan.cache_lookup import CacheLookup
from scrimp.flows.plan.run_options import RunOptions
from scrimp.store.completion_cache import MemoryCache

DAY = 86_400.0


def test_a_completion_whose_age_a_wrong_clock_hides_is_none_that_a_ttl_allows() -> None:
    cache, clock = MemoryCache(), Clock(now=1_795_000_000.0)
    days = (-3.0, -1.0, 0.0, 0.02, 2.0, 400.0)  # from now, when each was made
    for day in days:
        cache.put_many([(str(day).encode(), answer())], run="r", now=clock.now + day * DAY)
    rows = [planned_row(str(day)) for day in days]

    def found(ttl: float | None) -> list[float]:
        lookup = CacheLookup(cache, RunOptions(cache_ttl=ttl), run="now", clock=clock)
        return [days[place] for place in lookup.find(rows)]

    assert found(None) == list(days)
    assert found(1 * DAY) == [-1.0, 0.0, 0.02]
    assert found(0.0) == [0.0, 0.02]


def test_what_the_same_run_has_answered_is_a_duplicate_and_not_a_hit() -> None:
    cache = MemoryCache()
    for run in ("now", "before"):
        cache.put_many([(run.encode(), answer())], run=run, now=0.0)
    lookup = CacheLookup(cache, RunOptions(), run="now", clock=Clock())

    found = lookup.find([planned_row("now"), planned_row("before")])

    assert [(each.cache, each.paid_by_another_run) for each in found.values()] == [("dup", False), ("hit", True)]
