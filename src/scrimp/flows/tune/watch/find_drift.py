"""Certified routes that no longer hold, by all that can be watched of each; and what that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.enums import Watched
from scrimp.flows.plan.certified.certified_routes import chain_name
from scrimp.flows.tune.watch.completion_drift import watches_answers, with_completion_drift
from scrimp.flows.tune.watch.escalation_drift import WINDOWS, calls_of_windows, can_climb, with_escalation_drift
from scrimp.flows.tune.watch.quality_drift import with_quality_drift

if TYPE_CHECKING:
    from scrimp.store.ledger import Ledger
    from scrimp.store.tuning.route_checks import RouteCheckStore


class WatchState(Struct, frozen=True):
    """What is watched of a route; its rows so far, where nothing can be said before there are `needed` of them."""

    by: tuple[Watched, ...]
    rows: int
    needed: int = WINDOWS[0]


def find_drift(routes: Sequence[TunedRoute], ledger: Ledger, checks: RouteCheckStore) -> list[TunedRoute]:
    """Return the routes with `drift` set where their rows of the ledger, or their checks, show one."""
    found = [_with_drift(route, ledger) for route in routes]
    return [with_quality_drift(route, checks.outcomes(chain_name(route))) for route in found]


def _with_drift(route: TunedRoute, ledger: Ledger) -> TunedRoute:
    if route.drift is not None or route.stays:
        return route
    calls = calls_of_windows(route)
    if can_climb(route):
        return with_escalation_drift(route, ledger.newest_ends(chain_name(route), calls))
    newest, oldest = (ledger.ended_rows(chain_name(route), calls, newest=newest) for newest in (True, False))
    return with_completion_drift(route, newest, oldest)


def watch_state(route: TunedRoute, ledger: Ledger, *, compared: bool) -> WatchState:
    """Return what is watched of a route; `compared` if a share of its rows also goes to the flagship."""
    quality: tuple[Watched, ...] = ("quality",) if compared and route.compared else ()
    if can_climb(route):
        return WatchState(("escalations", *quality), needed=0, rows=0)
    rows = ledger.ended_rows(chain_name(route), calls_of_windows(route), newest=True)
    by: list[Watched] = []
    if watches_answers(route):
        by.append("answers")
    if not rows or any(row.output is not None for row in rows):
        by.append("length")
    return WatchState((*by, *quality), len(rows))
