"""Whether rows of certified chains still end below the flagship as often as when they were certified.

Compared are the share of all rows since the certificate, that of the newest ones, and that of those before them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.plan.certified_routes import chain_name
from scrimp.flows.tune.watch.share import Share
from scrimp.store.ledger import ClimbCount
from scrimp.units import format_percent

_MIN_ROWS = 30
WINDOWS = (300, 1000)  # newest rows; more of them show a smaller change, fewer a new one


def calls_of_windows(route: TunedRoute) -> int:
    """Return the calls that hold two of the largest windows."""
    return 2 * max(WINDOWS) * len(route.steps)


def with_drift(routes: Sequence[TunedRoute], climbs: Iterable[ClimbCount]) -> list[TunedRoute]:
    """Return the routes, with `drift` set where rows end below the flagship much more or less often than certified."""
    rows_by_step: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for climb in climbs:
        steps = rows_by_step[climb.chain]
        steps[climb.step] = steps.get(climb.step, 0) + climb.rows
    return [_with_drift(route, rows_by_step.get(chain_name(route), {})) for route in routes]


def with_new_drift(route: TunedRoute, newest_ends: Sequence[int]) -> TunedRoute:
    """Return a route, with `drift` set where its newest rows differ; `newest_ends` are the steps they ended at."""
    last = len(route.steps) - 1
    for size in WINDOWS:
        window, before = newest_ends[:size], newest_ends[size:]
        if not can_climb(route) or len(window) < size:
            break
        newest = Share(sum(step < last for step in window), size)
        if newest.differs(_certified(route)):
            return _drifted(route, newest.of("the newest "))
        earlier = Share(sum(step < last for step in before), len(before))
        if len(before) >= size and newest.differs(earlier):
            now, then = newest.of("the newest "), earlier.of("the ")
            return replace(route, drift=f"{now} ended below {route.flagship}, {then} before them")
    return route


def can_climb(route: TunedRoute) -> bool:
    """Return whether this can be seen of a route: one model alone has nobody to climb to."""
    return route.drift is None and len(route.steps) > 1


def _with_drift(route: TunedRoute, rows_by_step: dict[int, int]) -> TunedRoute:
    rows, last = sum(rows_by_step.values()), len(route.steps) - 1
    if not can_climb(route) or rows < _MIN_ROWS:
        return route
    observed = Share(rows - rows_by_step.get(last, 0), rows)
    return _drifted(route, observed.of()) if observed.differs(_certified(route)) else route


def _certified(route: TunedRoute) -> Share:
    return Share(route.below * route.pairs, route.pairs)


def _drifted(route: TunedRoute, observed: str) -> TunedRoute:
    then = format_percent(route.below)
    return replace(route, drift=f"{observed} ended below {route.flagship}, {then} when it was certified")
