"""Rows of certified routes whose answers were compared with the flagship's, in the ledger's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from scrimp.store.database import OpenDatabase, insert, store_errors, transaction
from scrimp.store.ledger_connection import connect_ledger


class RouteCheck(Struct, frozen=True):
    """Whether a row of a route asserted what its flagship asserts; `chain` is the certificate's name in the ledger."""

    chain: str
    key: str  # key of the prompt, as in `pairs`
    time: float  # seconds since the epoch, when the row was called
    same: bool


class RouteCheckStore(OpenDatabase):
    """The comparisons of all routes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect_ledger(path)

    def put(self, checks: Sequence[RouteCheck]) -> None:
        """Add comparisons; a prompt counts once for a route, with its newest one."""
        with store_errors(self.path), transaction(self._db):
            rows = [(check.chain, check.key, check.time, check.same) for check in checks]
            insert(self._db, "INSERT OR REPLACE INTO route_checks (chain, key, time, same) VALUES", rows)

    def outcomes(self, chain: str) -> list[bool]:
        """Return whether each compared row of a route asserted the same, the oldest first."""
        with store_errors(self.path):
            rows = self._db.execute("SELECT same FROM route_checks WHERE chain = ? ORDER BY time, key", (chain,))
            return [bool(same) for (same,) in rows]
