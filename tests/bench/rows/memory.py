"""The most memory scrimp ever holds, live and cached, for many rows beside few."""

from __future__ import annotations

from collections.abc import Iterator

from bench.plan import Filled, Plan
from bench.table import Row, mib


def measure(plan: Plan) -> Iterator[Row]:
    small = plan.filled(plan.size(10_000, 2_000), exactly=True)
    few = {"live": small.peak, "cached": _cached(small)}
    for rows in [8_000] if plan.short else [100_000, 1_000_000] if plan.long else [100_000]:
        # To fill the cache is the live run.
        large = plan.filled(rows, exactly=True)
        for what, peak in (("live", large.peak), ("cached", _cached(large))):
            yield Row(
                what=f"{rows:,} rows, {what}",
                measured=f"{mib(peak)} resident",
                beside=f"{small.rows:,} rows {mib(few[what])}",
                ratio=f"{peak / few[what]:.2f} x",
                asked="150 MiB, flat",
            )


def _cached(filled: Filled) -> int:
    return filled.home.peak(filled.rows, in_flight=64)
