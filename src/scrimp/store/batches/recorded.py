"""The calls of a batch as the ledger has them: their numbers, by which the same call is never entered twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from scrimp.store.batches.records import ANY_QUESTION, CallInShard
from scrimp.store.encoding.dollars import dollars
from scrimp.store.encoding.packed_ids import unpacked_call, unpacked_key
from scrimp.store.ledger_connection import opened_ledger


def recorded_calls(ledger: Path, shard: str) -> list[CallInShard]:
    """Return the calls of a shard that rows were made of before."""
    if not ledger.exists():
        return []
    with opened_ledger(ledger) as db:
        rows = db.execute("SELECT call, key FROM entries WHERE batch = ? AND key IS NOT NULL", (shard,)).fetchall()
    return [
        CallInShard(bytes.fromhex(unpacked_key(key)), ANY_QUESTION, int(number))
        for call, key in rows
        if (number := unpacked_call(call).rpartition("-")[2]).isdecimal()
    ]


def recorded_cost(ledger: Path, shard: str) -> tuple[int, Decimal | None]:
    """Return how many paid calls of a shard the ledger has, and their dollars; None if not all have a price."""
    if not ledger.exists():
        return 0, None
    with opened_ledger(ledger) as db:
        ((calls, unpriced, nano, pico),) = db.execute(
            "SELECT count(*), coalesce(sum(cost_nano IS NULL), 0), coalesce(sum(cost_nano), 0),"
            " coalesce(sum(cost_pico), 0) FROM entries WHERE batch = ? AND status IN ('paid', 'truncated')",
            (shard,),
        ).fetchall()
    return int(calls), None if unpriced or not calls else dollars(nano, pico)
