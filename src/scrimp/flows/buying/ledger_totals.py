"""What calls cost since a moment, without reading a whole ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.store.cost_sums.sums import CostSums
from scrimp.store.ledger import prepare_ledger
from scrimp.units import format_count

if TYPE_CHECKING:
    from scrimp.billing.cost_total import CostTotal

_MANY = 500_000  # calls that take more than a moment to add up


def totals_since(
    ledger: Path, sums: Path, by: str, since: float, note: Callable[[str], None] = lambda _: None
) -> Sequence[CostTotal]:
    """Return the totals of calls since a moment, by provider or by model; none if there is no ledger.

    The sums that are kept are brought up to the ledger first; a note says when that takes a while.
    """
    if not ledger.exists():  # looking at it must not make it
        return []
    prepare_ledger(ledger)
    with CostSums(sums, ledger) as kept:
        behind = kept.entries_behind()
        if behind > _MANY:
            note(f"adding up {format_count(behind)} calls of the ledger, which is done once")
        if behind:
            kept.refresh()
        return kept.totals(by, since=since)
