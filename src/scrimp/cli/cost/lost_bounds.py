"""The most that lost calls can have cost, for the sums of `scrimp cost`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scrimp.billing.cost_total import CostTotal
from scrimp.cli.session import Session
from scrimp.store.ledger import GROUPS
from scrimp.units import format_dollars

_MOST_BOUNDED = 5_000  # lost calls; each is priced by itself, and the bound of very many would say little


def with_bounds(
    documents: Sequence[dict[str, object]], totals: Sequence[CostTotal], by: str, session: Session, *, since: float
) -> list[dict[str, object]]:  # fmt: skip
    """Return the objects of groups with the most dollars that their lost calls can have cost.

    It is null where that is unknown, or where too many calls were lost.
    """
    bounds = _bounds(by, session, since) if _are_bounded(totals) else {}
    return [
        document | {"lost_at_most_usd": bounds.get(_place(total)) if total.lost else Decimal(0)}
        for document, total in zip(documents, totals, strict=True)
    ]


def bound_line(totals: Sequence[CostTotal], session: Session, *, since: float) -> str | None:
    """Return the sentence on lost calls; None where nothing was lost, or nothing is known of them."""
    if not _are_bounded(totals):
        return None
    from scrimp.flows.spend.lost_bounds import at_most  # noqa: PLC0415 - where something was lost
    from scrimp.store.ledger_queries.lost_calls import lost_calls  # noqa: PLC0415 - as above

    lost = lost_calls(session.services.paths.ledger_db, since=since)
    most = at_most(lost, session.services.prices)
    if not lost or most is None:
        return None
    return f"lost calls: at most {format_dollars(most)}; `scrimp cost reconcile` asks the providers"


def _are_bounded(totals: Sequence[CostTotal]) -> bool:
    """Return whether calls were lost, and not too many of them."""
    return 0 < sum(total.lost for total in totals) <= _MOST_BOUNDED


def _bounds(by: str, session: Session, since: float) -> dict[tuple[str, str | None], Decimal | None]:
    """Return the bounds by group, where the ledger's own words name it."""
    from scrimp.flows.spend.lost_bounds import at_most  # noqa: PLC0415 - where something was lost
    from scrimp.store.ledger_queries.lost_calls import LostCall, lost_calls  # noqa: PLC0415 - as above

    if by not in GROUPS and not by.startswith("tag:"):
        return {}
    groups: dict[tuple[str, str | None], list[LostCall]] = {}
    for call in lost_calls(session.services.paths.ledger_db, since=since, by=by):
        groups.setdefault((call.group, None), []).append(call)
    return {name: at_most(calls, session.services.prices) for name, calls in groups.items()}


def _place(total: CostTotal) -> tuple[str, str | None]:
    return total.name, total.answered_by
