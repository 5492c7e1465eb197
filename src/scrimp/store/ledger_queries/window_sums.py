"""What `cost_sums` does not add up, for alerts: rows of runs, and failures by status, since a moment."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from scrimp.store.database import OpenDatabase, store_errors
from scrimp.store.ledger_connection import connect_ledger


class RowSum(Struct, frozen=True, kw_only=True):
    """Rows of runs that ended, and those of them that were found in the cache."""

    rows: int = 0
    hits: int = 0


class FaultSum(Struct, frozen=True, kw_only=True):
    """Calls of one model that failed in one way; `http` None: no reply came."""

    model: str
    http: int | None
    calls: int


class WindowSums(OpenDatabase):
    """The ledger's file, open for these sums."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect_ledger(path)

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
