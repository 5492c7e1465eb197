"""The calls of a batch as the ledger has them: their numbers, by which the same call is never entered twice."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from scrimp.store.batches.records import ANY_QUESTION, CallInShard
from scrimp.store.database import connect, store_errors
from scrimp.store.ledger import MIGRATIONS


def recorded_calls(ledger: Path, shard: str) -> list[CallInShard]:
    """Return the calls of a shard that rows were made of before."""
    if not ledger.exists():
        return []
    with store_errors(ledger), closing(connect(ledger, MIGRATIONS)) as db:
        rows = db.execute("SELECT call, key FROM entries WHERE batch = ? AND key IS NOT NULL", (shard,)).fetchall()
    return [
        CallInShard(bytes.fromhex(key), ANY_QUESTION, int(number))
        for call, key in rows
        if (number := str(call).rpartition("-")[2]).isdecimal()
    ]
