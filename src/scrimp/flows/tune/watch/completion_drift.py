"""Whether the completions of a certified route of one model still look as they did.

One model has no other to climb to, so what is watched is what its completions are: the share of rows without an answer
(refused, cut off, not one of the choices, "I don't know"), and their length. The certificate tells the former; lengths
are compared with those of the first rows after it, and count only where they double or halve: prompts are longer on
some days than on others.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import expm1, log, log1p, sqrt
from statistics import fmean, pvariance

from msgspec import Struct
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.tune.watch.escalation_drift import WINDOWS
from scrimp.flows.tune.watch.proportion import Proportion
from scrimp.store.ledger import EndedRow
from scrimp.units import format_percent

MOST_UNREAD = 0.5  # share of a certificate's pairs without an answer: beyond it the task is open-ended
_FACTOR = 2.0  # ratio of lengths that counts as drift
_DEVIATIONS = 4.0


class _Lengths(Struct, frozen=True):
    """Mean and variance of the logarithms of lengths in tokens."""

    mean: float
    variance: float
    rows: int

    def differ(self, before: _Lengths) -> bool:
        """Return whether lengths doubled or halved, and that by more than chance explains."""
        deviation = sqrt(self.variance / self.rows + before.variance / before.rows)
        return abs(self.mean - before.mean) > max(log(_FACTOR), _DEVIATIONS * deviation)

    @property
    def typical(self) -> str:
        """The geometric mean in words."""
        return f"{expm1(self.mean):,.0f} tokens"


def with_completion_drift(route: TunedRoute, newest: Sequence[EndedRow], oldest: Sequence[EndedRow]) -> TunedRoute:
    """Return a route, with `drift` set where its newest rows, which come first, are not like those before.

    The newest and the oldest may be the same ones, where there are no more.
    """
    for size in WINDOWS:
        if route.drift is not None or len(route.steps) > 1 or len(newest) < size:
            break
        # All rows are known where they are fewer than asked for: the window itself is not a reference for it.
        first = oldest[: min(max(WINDOWS), len(oldest) - size)]
        drift = _unread(route, newest[:size], newest[size:]) or _length(newest[:size], first)
        route = replace(route, drift=drift) if drift else route
    return route


def watches_answers(route: TunedRoute) -> bool:
    """Return whether the share of rows without an answer says something of a route."""
    return route.unread is not None and route.unread <= MOST_UNREAD


def _unread(route: TunedRoute, window: Sequence[EndedRow], before: Sequence[EndedRow]) -> str | None:
    newest = _unread_rows(window)
    if not watches_answers(route) or route.unread is None:
        return None
    if newest.differs(Proportion(route.unread * route.pairs, route.pairs)):
        return f"{newest.of('the newest ')} have no answer, {format_percent(route.unread)} when it was certified"
    earlier = _unread_rows(before)
    if earlier.rows >= newest.rows and newest.differs(earlier):
        return f"{newest.of('the newest ')} have no answer, {earlier.of('the ')} before them"
    return None


def _unread_rows(rows: Sequence[EndedRow]) -> Proportion:
    return Proportion(sum(row.unread for row in rows), len(rows))


def _length(window: Sequence[EndedRow], first: Sequence[EndedRow]) -> str | None:
    newest, earlier = _lengths(window), _lengths(first)
    if newest is None or earlier is None or earlier.rows < len(window) or not newest.differ(earlier):
        return None
    return (
        f"completions of the newest {newest.rows:,} rows have {newest.typical}, "
        f"those of the first {earlier.rows:,} had {earlier.typical}"
    )


def _lengths(rows: Sequence[EndedRow]) -> _Lengths | None:
    """Return the lengths of completions; None if a provider counted none."""
    logs = [log1p(row.output) for row in rows if row.output is not None]
    return _Lengths(fmean(logs), pvariance(logs), len(logs)) if logs else None
