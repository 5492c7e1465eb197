"""Whether certified routes still do what they were certified on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt

from msgspec.structs import replace

from scrimp.config.tuned import TunedRoute
from scrimp.flows.tune.certified_routes import chain_name
from scrimp.render.shares import percent, plural
from scrimp.store.ledger import ClimbCount

_LEAST = 30  # rows
_DEVIATIONS = 2


def watched(routes: Sequence[TunedRoute], climbs: Iterable[ClimbCount]) -> list[TunedRoute]:
    """Return the routes, with `drift` set on each whose rows end below the flagship much more or less often than then.

    Much is more than two standard deviations of the difference between the share then and the share now.
    """
    ends: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for each in climbs:
        found = ends[each.chain]
        found[each.step] = found.get(each.step, 0) + each.rows
    return [_watched(route, ends.get(chain_name(route), {})) for route in routes]


def _watched(route: TunedRoute, ends: dict[int, int]) -> TunedRoute:
    rows, last = sum(ends.values()), len(route.steps) - 1
    if route.drift is not None or last < 1 or rows < _LEAST:
        return route
    now = 1 - ends.get(last, 0) / rows
    # A share of none or all has no spread of its own: half a row is added to both sides.
    then = (route.below * route.pairs + 0.5) / (route.pairs + 1)
    spread = sqrt(then * (1 - then) * (1 / rows + 1 / max(route.pairs, 1)))
    if abs(now - route.below) <= _DEVIATIONS * spread:
        return route
    seen, certified = f"{percent(now)} of {plural(rows, 'row')}", percent(route.below)
    return replace(route, drift=f"{seen} ended below {route.flagship}, {certified} when it was certified")
