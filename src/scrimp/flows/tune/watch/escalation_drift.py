"""Whether rows of certified chains still end below the flagship as often as when they were certified.

Compared are the newest rows with those of the certificate, and with those before them; while rows are few, all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.tune.watch.proportion import Proportion
from scrimp.units import format_percent

_MIN_ROWS = 30
WINDOWS = (300, 1000)  # newest rows; more of them show a smaller change, fewer a new one


def calls_of_windows(route: TunedRoute) -> int:
    """Return the calls that hold two of the largest windows."""
    return 2 * max(WINDOWS) * len(route.steps)


def with_escalation_drift(route: TunedRoute, newest_ends: Sequence[int]) -> TunedRoute:
    """Return a route, with `drift` set where its rows differ; `newest_ends` are the steps that its newest ended at."""
    drift = _drift(route, newest_ends) if can_climb(route) else None
    return route if drift is None else replace(route, drift=drift)


def _drift(route: TunedRoute, newest_ends: Sequence[int]) -> str | None:
    """Return in words how rows differ: the newest windows, or all of them while they are few."""
    last, then = len(route.steps) - 1, Proportion(route.below * route.pairs, route.pairs)
    below = [step < last for step in newest_ends]
    certified = f"ended below {route.flagship}, {format_percent(route.below)} when it was certified"
    for size in (*WINDOWS, len(below)):
        newest, earlier = _not_escalated(below[:size]), _not_escalated(below[size:])
        if not _MIN_ROWS <= size <= len(below):
            continue
        if newest.differs(then):
            return f"{newest.of('' if size < WINDOWS[0] else 'the newest ')} {certified}"
        if earlier.rows >= size and newest.differs(earlier):
            return f"{newest.of('the newest ')} ended below {route.flagship}, {earlier.of('the ')} before them"
    return None


def _not_escalated(below: Sequence[bool]) -> Proportion:
    return Proportion(sum(below), len(below))


def can_climb(route: TunedRoute) -> bool:
    """Return whether this can be seen of a route: one model alone has no other to climb to."""
    return route.drift is None and len(route.steps) > 1
