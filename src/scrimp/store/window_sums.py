"""Sums over the ledger since a moment, for alerts: calls by model, tier and chain, rows of runs, failures by status."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from scrimp.store.database import connect, store_errors
from scrimp.store.encoding.dollars import dollars
from scrimp.store.ledger import MIGRATIONS


class CallSum(Struct, frozen=True, kw_only=True):
    """Calls of one model, tier and chain; `cost` is that of the calls whose cost is known."""

    model: str  # provider/model
    tier: str | None
    chain: str | None
    calls: int
    failed: int
    lost: int
    tokens: int
    cost: Decimal  # dollars
    unpriced: int
    chained: int  # rows of chains that ended with one of these calls
    escalated: int  # of these, above the cheap models of the chain


class RowSum(Struct, frozen=True, kw_only=True):
    """Rows of runs that ended, and those of them that were found in the cache."""

    rows: int = 0
    hits: int = 0


class FaultSum(Struct, frozen=True, kw_only=True):
    """Calls of one model that failed in one way; `http` None: no reply came."""

    model: str
    http: int | None
    calls: int


class WindowSums:
    """The ledger, open for these sums."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path, MIGRATIONS)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def calls(self, since: float) -> list[CallSum]:
        """Sum the calls that were sent since a moment."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT provider || '/' || model, tier, chain, count(*), sum(status = 'failed'), sum(status = 'lost'),"
                " coalesce(sum(input), 0) + coalesce(sum(output), 0), coalesce(sum(cost_nano), 0),"
                " coalesce(sum(cost_pico), 0), sum(cost_nano IS NULL AND status IN ('paid', 'truncated')),"
                " count(escalated), coalesce(sum(escalated), 0)"
                " FROM entries WHERE time >= ? GROUP BY provider, model, tier, chain ORDER BY 1, 2, 3",
                (since,),
            ).fetchall()
        return [
            CallSum(
                model=model, tier=tier, chain=chain, calls=calls, failed=failed, lost=lost, tokens=tokens,
                cost=dollars(nano, pico), unpriced=unpriced, chained=chained, escalated=escalated,
            )
            for model, tier, chain, calls, failed, lost, tokens, nano, pico, unpriced, chained, escalated in rows
        ]  # fmt: skip

    def rows(self, since: float) -> RowSum:
        """Sum the rows of the runs that began since a moment and have ended."""
        with store_errors(self.path):
            ((rows, hits),) = self._db.execute(
                "SELECT coalesce(sum(rows), 0), coalesce(sum(json_extract(document, '$.rows.hit')), 0) FROM runs"
                " WHERE started >= ? AND ended IS NOT NULL",
                (since,),
            ).fetchall()
        return RowSum(rows=rows, hits=hits)

    def faults(self, since: float) -> list[FaultSum]:
        """Count the calls that failed since a moment by model and HTTP status, the most frequent first."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT provider || '/' || model, http, count(*) FROM entries"
                " WHERE status IN ('failed', 'lost') AND time >= ? GROUP BY provider, model, http ORDER BY 3 DESC, 1",
                (since,),
            ).fetchall()
        return [FaultSum(model=model, http=http, calls=calls) for model, http, calls in rows]
