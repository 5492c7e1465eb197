"""Whether certified routes still do what they were certified on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt

from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.plan.certified_routes import chain_name
from scrimp.store.ledger import ClimbCount
from scrimp.units import format_percent, pluralize

_MIN_ROWS = 30
_MAX_DEVIATIONS = 2  # standard deviations


def with_drift(routes: Sequence[TunedRoute], climbs: Iterable[ClimbCount]) -> list[TunedRoute]:
    """Return the routes, with `drift` set where rows end below the flagship much more or less often than certified.

    Much is more than two standard deviations of the difference between the certified share and the one observed.
    """
    rows_by_step: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for climb in climbs:
        steps = rows_by_step[climb.chain]
        steps[climb.step] = steps.get(climb.step, 0) + climb.rows
    return [_with_drift(route, rows_by_step.get(chain_name(route), {})) for route in routes]


def _with_drift(route: TunedRoute, rows_by_step: dict[int, int]) -> TunedRoute:
    rows, last = sum(rows_by_step.values()), len(route.steps) - 1
    if route.drift is not None or last < 1 or rows < _MIN_ROWS:
        return route
    observed = 1 - rows_by_step.get(last, 0) / rows
    # A share of none or all has no variance of its own: half a row is added to both sides.
    smoothed = (route.below * route.pairs + 0.5) / (route.pairs + 1)
    deviation = sqrt(smoothed * (1 - smoothed) * (1 / rows + 1 / max(route.pairs, 1)))
    if abs(observed - route.below) <= _MAX_DEVIATIONS * deviation:
        return route
    now, then = f"{format_percent(observed)} of {pluralize(rows, 'row')}", format_percent(route.below)
    return replace(route, drift=f"{now} ended below {route.flagship}, {then} when it was certified")
