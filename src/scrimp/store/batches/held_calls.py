"""Calls in batches that a budget holds for their job: the most that they can cost, and what they have cost."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from scrimp.store.batches.live_table import LiveTable
from scrimp.store.batches.records import StoredCall
from scrimp.store.database import store_errors, transaction

CALLS = (
    "SELECT shards.shard, calls.number, calls.key, calls.question, calls.state, shards.provider, shards.model,"
    " shards.created, calls.status, calls.request_id, calls.reply, calls.why FROM calls"
    " JOIN shards ON shards.id = calls.shard"
)
_AT_ONCE = 1000


class HeldDollars(Struct, frozen=True):
    """What a job's calls have cost, and what those whose cost is not known can cost at most, in nanodollars."""

    spent: int
    most: int

    @property
    def committed(self) -> int:
        """All that may have been spent once they have ended."""
        return self.spent + self.most


class HeldCalls(LiveTable):
    """The part of an open store that has them; a call that came to nothing is held no more."""

    def held_dollars(self, job: str) -> HeldDollars:
        """Return the sums of a job's calls."""
        with store_errors(self.path):
            ((spent, most),) = self._db.execute(
                "SELECT coalesce(sum(cost), 0),"
                " coalesce(sum(CASE WHEN cost IS NULL AND state != 'unanswered' THEN most END), 0)"
                " FROM calls WHERE holder = ?",
                (job,),
            ).fetchall()
        return HeldDollars(int(spent), int(most))

    def is_held(self, job: str) -> bool:
        """Return whether all calls of a job that wait in shards of its own are held."""
        with store_errors(self.path):
            ((found,),) = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM calls JOIN shards ON shards.id = calls.shard WHERE shards.job = ?"
                " AND shards.queue IS NULL AND calls.state = 'waiting' AND calls.holder IS NULL)",
                (job,),
            ).fetchall()
        return not found

    def answered_held(self, job: str) -> list[StoredCall]:
        """Return some calls of a job that were answered and whose cost is not known yet, their replies with them."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"{CALLS} WHERE calls.holder = ? AND calls.cost IS NULL AND calls.state = 'answered'"
                " AND calls.most IS NOT NULL LIMIT ?",
                (job, _AT_ONCE),
            ).fetchall()
        return [stored_call(row) for row in rows]

    def price_held(self, costs: Iterable[tuple[StoredCall, int | None]]) -> None:
        """Keep what answered calls cost, in nanodollars; None: that cannot be known, and the most counts."""
        with store_errors(self.path), transaction(self._db):
            self._db.executemany(
                "UPDATE calls SET cost = coalesce(?, most), most = NULL WHERE key = ?"
                " AND shard = (SELECT id FROM shards WHERE shard = ?)",
                ((cost, call.key, call.shard) for call, cost in costs),
            )


def stored_call(row: tuple[object, ...]) -> StoredCall:
    """Return the call of a row of CALLS."""
    shard, number, key, question, state, provider, model, sent, status, request_id, reply, why = row
    return msgspec.convert(
        {
            "shard": shard, "number": number, "key": key, "question": question, "state": state, "provider": provider,
            "model": model, "sent": sent, "status": status, "request_id": request_id,
            "reply": zlib.decompress(reply) if isinstance(reply, bytes) else b"", "why": why,
        },
        StoredCall,
    )  # fmt: skip
