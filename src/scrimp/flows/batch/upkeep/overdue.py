"""Warnings on batches: results that expire soon, and batches that take far longer than others did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

from scrimp.units import format_clock, pluralize

if TYPE_CHECKING:
    from scrimp.store.batches.records import ShardRecord

# A batch that has taken this many times as long as half of those of its provider did is said to be late, but not within
# the first minutes: small batches may be answered in seconds.
_LATE, _LEAST_LATE = 5.0, 600.0
_LEAST_KNOWN = 3  # batches whose median says something
# Before results expire, what is left of the time they are kept for, and the most seconds, when that is said.
_LAST_PART, _SOON = 0.25, 2 * 86_400.0
_UNFETCHED = ("submitted", "fetching")


def warnings(
    shards: Sequence[ShardRecord], now: float, results_kept: Callable[[str], float | None]
) -> Iterator[tuple[ShardRecord, str]]:  # fmt: skip
    """Yield the shards that a person should look after, each with a sentence.

    `shards` are all that are known; `results_kept` tells for how many seconds a provider keeps results, None if it
    is not known.
    """
    took: dict[str, list[float]] = {}
    for shard in shards:
        if shard.ended is not None and shard.submitted is not None and shard.state == "fetched":
            took.setdefault(shard.provider, []).append(shard.ended - shard.submitted)
    for shard in shards:
        if shard.state not in _UNFETCHED or shard.submitted is None:
            continue
        kept, age = results_kept(shard.provider), now - shard.submitted
        if kept is not None and age > kept - min(_SOON, _LAST_PART * kept):
            yield shard, _expiring(shard, kept - age)
        elif late := _late(shard, age, took.get(shard.provider, ())):
            yield shard, late


def _expiring(shard: ShardRecord, left: float) -> str:
    if left <= 0:
        return (
            f"the results of {shard.shard} may be gone: {shard.provider} has kept them as long as it says; "
            f"scrimp batch fetch {shard.job} gets what is left"
        )
    hours = pluralize(max(1, round(left / 3600)), "hour")
    return f"the results of {shard.shard} expire in {hours}: scrimp batch fetch {shard.job} gets them"


def _late(shard: ShardRecord, age: float, took: Sequence[float]) -> str | None:
    """Return that a batch takes far longer than half of those of its provider did; None if it does not."""
    if len(took) < _LEAST_KNOWN or age < max(_LEAST_LATE, _LATE * (usual := median(took))):
        return None
    return (
        f"{shard.shard} has taken {format_clock(age)}; half of {pluralize(len(took), 'batch')} of {shard.provider} "
        f"took {format_clock(usual)} or less: scrimp batch cancel {shard.job} keeps what was answered"
    )
