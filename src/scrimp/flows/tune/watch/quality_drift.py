"""Whether the answers of a certified route are still those of its flagship, on rows that both answered."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.tuning.statistics.change_point import find_fall, lower_limit
from scrimp.units import format_count, format_percent, pluralize

QUALITY_RISK = 0.025  # of blaming a route that keeps its target, over all looks


def with_quality_drift(route: TunedRoute, same: Sequence[bool]) -> TunedRoute:
    """Return a route, with `drift` set where it differs from its flagship more often than it may, the newest last.

    A route that keeps its target is blamed with a probability of at most `QUALITY_RISK`, however often it is looked at.
    Half of that is for the certificate's own share, which its pairs tell only so exactly.
    """
    if route.drift is not None or not route.compared:
        return route
    fall = find_fall(same, lowest_agreement(route), QUALITY_RISK / 2)
    if fall is None:
        return route
    then = format_percent(route.agreed / route.compared)
    now = f"{format_count(fall.good)} of the newest {pluralize(fall.rows, 'row')} that were compared"
    return replace(route, drift=f"{now} assert what {route.flagship} asserts, {then} when it was certified")


def lowest_agreement(route: TunedRoute) -> float:
    """Return the share of rows, of those below the flagship, that must assert what it asserts for the target to hold.

    What is certified beyond the target may be lost before a route misses it.
    """
    spare = max(0.0, route.bound - route.target) / route.below if route.below else 0.0
    return lower_limit(route.agreed, route.compared, QUALITY_RISK / 2) - spare
