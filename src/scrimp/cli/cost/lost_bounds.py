"""The most that lost calls can have cost, for the sums of `scrimp cost`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from scrimp.billing.cost_total import CostTotal
from scrimp.cli.session import Session
from scrimp.store.ledger import GROUPS
from scrimp.units import format_dollars

_MOST_BOUNDED = 5_000  # lost calls; each is priced by itself, and the bound of very many would say little


def bounds_of(lost: int, by: str, session: Session, *, since: float) -> Callable[[CostTotal], Decimal | None]:
    """Return a function from a group to the most dollars its lost calls can have cost; `lost` are those of all groups.

    None if that is unknown, or if too many calls were lost.
    """
    bounds = _bounds(by, session, since) if 0 < lost <= _MOST_BOUNDED else {}
    return lambda total: bounds.get((total.name, total.answered_by)) if total.lost else Decimal(0)


def bound_line(totals: Sequence[CostTotal], session: Session, *, since: float) -> str | None:
    """Return the sentence on lost calls; None if nothing was lost, or nothing is known of them."""
    if not 0 < sum(total.lost for total in totals) <= _MOST_BOUNDED:
        return None
    from scrimp.flows.spend.lost_bounds import at_most  # where something was lost
    from scrimp.store.ledger_queries.lost_calls import lost_calls

    lost = lost_calls(session.services.paths.ledger_db, since=since)
    most = at_most(lost, session.services.prices)
    if not lost or most is None:
        return None
    return f"lost calls: at most {format_dollars(most)}; `scrimp cost reconcile` asks the providers"


def _bounds(by: str, session: Session, since: float) -> dict[tuple[str, str | None], Decimal | None]:
    """Return the bounds by group, where the ledger's own words name it."""
    from scrimp.flows.spend.lost_bounds import at_most  # where something was lost
    from scrimp.store.ledger_queries.lost_calls import LostCall, lost_calls

    if by not in GROUPS and not by.startswith("tag:"):
        return {}
    groups: dict[tuple[str, str | None], list[LostCall]] = {}
    for call in lost_calls(session.services.paths.ledger_db, since=since, by=by):
        groups.setdefault((call.group, None), []).append(call)
    return {name: at_most(calls, session.services.prices) for name, calls in groups.items()}
