"""Whether certified routes still do what they were certified on.

What is compared is the share of rows that end below the flagship: of all rows since the certificate, of the newest
ones, and of the newest ones beside those before them. It is looked for at the end of every run, so a difference counts
only from four standard deviations on: by chance that is one look in 16,000.

Where a share of the rows is sent to the flagship too (`quality_shadow`), the share of them that assert what it asserts
may not fall so far below the one of the certificate's pairs that the target would be missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.plan.certified_routes import chain_name
from scrimp.store.ledger import ClimbCount
from scrimp.tuning.statistics.change_point import find_fall, lower_limit
from scrimp.units import format_count, format_percent, pluralize

if TYPE_CHECKING:
    from scrimp.store.ledger import Ledger
    from scrimp.store.route_checks import RouteCheckStore

QUALITY_RISK = 0.025  # of blaming a route that keeps its target, over all looks
_MIN_ROWS = 30
_MAX_DEVIATIONS = 4  # standard deviations
_WINDOWS = (300, 1000)  # newest rows; more of them show a smaller change, fewer a new one


class _Share(Struct, frozen=True):
    """Rows, and those of them that ended below the flagship."""

    below: float
    rows: int

    def differs(self, other: _Share) -> bool:
        """Return whether two shares differ by more than chance explains; a share of none or all has half a row added.

        The variance is that of the share which `other` has: the one that was there before.
        """
        smoothed = (other.below + 0.5) / (other.rows + 1)
        deviation = sqrt(smoothed * (1 - smoothed) * (1 / self.rows + 1 / max(other.rows, 1)))
        return abs(self.below / self.rows - other.below / max(other.rows, 1)) > _MAX_DEVIATIONS * deviation

    def of(self, which: str = "") -> str:
        """Return the share in words, of the rows that are meant."""
        return f"{format_percent(self.below / self.rows)} of {which}{pluralize(self.rows, 'row')}"


def find_drift(
    routes: Sequence[TunedRoute], ledger: Ledger, checks: RouteCheckStore, since: float
) -> list[TunedRoute]:  # fmt: skip
    """Return the routes with `drift` set where their rows of the ledger, from `since` on, or their checks show one."""
    names = [chain_name(route) for route in routes if _can_drift(route)]
    found = with_drift(routes, ledger.climbs(since=since, chains=names)) if names else list(routes)
    found = [
        with_new_drift(route, ledger.newest_ends(chain_name(route), _calls(route))) if _can_drift(route) else route
        for route in found
    ]
    return [with_quality_drift(route, checks.outcomes(chain_name(route))) for route in found]


def _calls(route: TunedRoute) -> int:
    """Return the calls that hold two of the largest windows."""
    return 2 * max(_WINDOWS) * len(route.steps)


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
    for size in _WINDOWS:
        window, before = newest_ends[:size], newest_ends[size:]
        if not _can_drift(route) or len(window) < size:
            break
        newest = _Share(sum(step < last for step in window), size)
        if newest.differs(_certified(route)):
            return _drifted(route, newest.of("the newest "))
        earlier = _Share(sum(step < last for step in before), len(before))
        if len(before) >= size and newest.differs(earlier):
            now, then = newest.of("the newest "), earlier.of("the ")
            return replace(route, drift=f"{now} ended below {route.flagship}, {then} before them")
    return route


def _with_drift(route: TunedRoute, rows_by_step: dict[int, int]) -> TunedRoute:
    rows, last = sum(rows_by_step.values()), len(route.steps) - 1
    if not _can_drift(route) or rows < _MIN_ROWS:
        return route
    observed = _Share(rows - rows_by_step.get(last, 0), rows)
    return _drifted(route, observed.of()) if observed.differs(_certified(route)) else route


def _can_drift(route: TunedRoute) -> bool:
    """Return whether a route may still drift: one model alone has nobody to climb to."""
    return route.drift is None and len(route.steps) > 1


def _certified(route: TunedRoute) -> _Share:
    return _Share(route.below * route.pairs, route.pairs)


def _drifted(route: TunedRoute, observed: str) -> TunedRoute:
    then = format_percent(route.below)
    return replace(route, drift=f"{observed} ended below {route.flagship}, {then} when it was certified")
