"""Whether the answers of a certified route are still those of its flagship, on rows that both answered."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.tuning.statistics.binomial import binomial_cdf
from scrimp.tuning.statistics.change_point import find_fall, lower_limit
from scrimp.units import format_count, format_percent, pluralize

_GLANCE = 10  # rows
_SUSPICIOUS = 0.01  # probability of this many different ones in a glance
QUALITY_RISK = 0.025  # false alarm rate for a route that keeps its target, over all looks


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


def looks_worse(route: TunedRoute, same: Sequence[bool]) -> bool:
    """Return whether the newest comparisons call for more of them: a closer look, no verdict."""
    newest = same[-_GLANCE:]
    different = len(newest) - sum(newest)
    if len(newest) < _GLANCE or not different:
        return False
    share = min(max(1 - lowest_agreement(route), 0.0), 1.0)
    return 1 - binomial_cdf(different - 1, _GLANCE, share) < _SUSPICIOUS


def lowest_agreement(route: TunedRoute) -> float:
    """Return the share of rows, of those below the flagship, that must assert what it asserts for the target to hold.

    What is certified beyond the target may be lost before a route misses it.
    """
    spare = max(0.0, route.bound - route.target) / route.below if route.below else 0.0
    return lower_limit(route.agreed, route.compared, QUALITY_RISK / 2) - spare
