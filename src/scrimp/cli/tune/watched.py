"""By what applied routes are seen to hold, in words, and what to add to the config to see more."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scrimp.enums import Watched
from scrimp.units import format_count, format_dollars, parse_percent

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.config.resolved.tuned_routes import TunedRoute
    from scrimp.flows.tune.watch.find_drift import WatchState

_WORDS: Mapping[Watched, str] = {
    "escalations": "rows that reach the flagship",
    "answers": "rows without an answer",
    "length": "length of completions",
    "quality": "answers beside the flagship's",
}
_UNSEEN_DAYS = 90  # after which a route that nothing can be seen of should be certified again
_DAY = 86_400  # seconds


def compares_answers(session: Session) -> bool:
    """Return whether a share of the rows of certified routes also goes to their flagship."""
    return bool(parse_percent(session.services.loaded.config.shadow.certified, "shadow.certified"))


def watched_words(route: TunedRoute, state: WatchState) -> str:
    """Return by what a route is seen to hold, or until when it should be certified again where by nothing."""
    if not state.by:
        return f"nothing can be seen of it: certify it again by {_day_after(route)}"
    words = ", ".join(_WORDS[each] for each in state.by)
    waiting = state.rows < state.needed and "quality" not in state.by
    return f"{words} (from {state.needed} rows on, {format_count(state.rows)} so far)" if waiting else words


def is_overdue(route: TunedRoute, state: WatchState, now: float) -> bool:
    """Return whether a route that nothing is seen of was certified long ago; `now` is in seconds since the epoch."""
    return not state.by and time.strftime("%Y-%m-%d", time.gmtime(now)) > _day_after(route)


def how_to_watch(session: Session, routes: Sequence[TunedRoute]) -> str | None:
    """Return advice on how to notice worse answers; None if the config does it, or nothing can be compared."""
    if compares_answers(session) or not any(route.compared for route in routes):
        return None
    cap = session.services.loaded.config.shadow.certified_max_cost
    return (
        f'to notice worse answers, add under [shadow] in {session.services.paths.config}: certified = "1%" (that share '
        f"of these rows also goes to {routes[0].flagship} at the end of a run, for at most {format_dollars(cap)} in 24 "
        "hours: certified_max_cost)"
    )


def _day_after(route: TunedRoute) -> str:
    certified = time.mktime(time.strptime(route.day, "%Y-%m-%d"))
    return time.strftime("%Y-%m-%d", time.localtime(certified + _UNSEEN_DAYS * _DAY + _DAY / 2))
