"""What a run has spent, as far as its entries show."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from scrimp.store.encoding.dollars import dollars
from scrimp.store.ledger_connection import opened_ledger


def known_spending(ledger: Path, run: str) -> Decimal:
    """Return the dollars of a run's calls whose cost is known, without batches: their job has a part of its own."""
    with opened_ledger(ledger) as db:
        ((nano, pico),) = db.execute(
            "SELECT coalesce(sum(cost_nano), 0), coalesce(sum(cost_pico), 0) FROM entries"
            " WHERE run = ? AND batch IS NULL",
            (run,),
        ).fetchall()
    return dollars(nano, pico)
