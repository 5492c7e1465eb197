"""Lost calls, which may have been billed: listed, and closed once their provider has told what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct

from scrimp.store.database import transaction
from scrimp.store.encoding.dollars import dollars, stored_dollars
from scrimp.store.encoding.packed_ids import packed_call, unpacked_call
from scrimp.store.ledger import group_expression
from scrimp.store.ledger_connection import opened_ledger
from scrimp.values import Usage

RECONCILED = "reconciled"  # the source of the price of such a call
LOST_COLUMNS = "call, time, provider, coalesce(answered_by, model), '', batch, most_input, most_output, reply_id"


class LostCall(Struct, frozen=True, kw_only=True):
    """A call that may have been billed; `most_input` None: it was made by an earlier version."""

    call: str
    time: float  # seconds since the epoch
    provider: str
    model: str
    group: str = ""  # what `lost_calls` was asked to group by
    batch: str | None = None
    most_input: int | None = None
    most_output: int | None = None  # None: no cap
    reply_id: str | None = None


class ClosedCall(Struct, frozen=True, kw_only=True):
    """What a lost call turned out to have cost; nothing of it came back, so it failed."""

    call: str
    cost: Decimal  # dollars
    usage: Usage | None = None


class HourSum(Struct, frozen=True, kw_only=True):
    """Calls of one model at one provider that were sent in one hour, lost ones and those that failed left out."""

    model: str  # the model that answered
    hour: int  # since the epoch
    calls: int
    input: int
    output: int
    cache_read: int
    cache_write: int
    cost: Decimal  # dollars of those whose cost is known
    unpriced: int


def lost_calls(ledger: Path, *, since: float = 0.0, by: str = "model") -> list[LostCall]:
    """Return the lost calls since a moment, in the order in which they were sent."""
    column, parameters = group_expression(by)
    with opened_ledger(ledger) as db:
        rows = db.execute(
            f"SELECT call, time, provider, model, {column}, batch, most_input, most_output, reply_id FROM entries"
            " WHERE status = 'lost' AND time >= ? ORDER BY time",
            (*parameters, since),
        ).fetchall()
    return [lost_call(*row) for row in rows]


def unknown_calls(ledger: Path, provider: str, *, since: float, lost_alone: bool, most: int) -> list[LostCall]:
    """Return the newest calls of a provider whose cost is unknown: with `lost_alone` those that are lost."""
    lost = " AND status = 'lost'" if lost_alone else ""  # which an index finds
    with opened_ledger(ledger) as db:
        rows = db.execute(
            f"SELECT {LOST_COLUMNS} FROM entries"
            f" WHERE time >= ?{lost} AND provider = ? AND cost_nano IS NULL ORDER BY time DESC LIMIT ?",
            (since, provider, most),
        ).fetchall()
    return [lost_call(*row) for row in rows]


def unknown_calls_of(ledger: Path, run: str) -> list[LostCall]:
    """Return the calls of a run whose cost is unknown: lost ones, and completions whose tokens were not reported.

    Those of batches are left out, as in `known_spending`.
    """
    with opened_ledger(ledger) as db:
        rows = db.execute(
            f"SELECT {LOST_COLUMNS} FROM entries WHERE run = ? AND batch IS NULL AND cost_nano IS NULL",
            (run,),
        ).fetchall()
    return [lost_call(*row) for row in rows]


def lost_call(call: str | bytes, *rest: Any) -> LostCall:  # noqa: ANN401 - as SQLite has them
    """Return the call that a row of LOST_COLUMNS is."""
    return LostCall(**dict(zip(LostCall.__struct_fields__, (unpacked_call(call), *rest), strict=True)))


def close_calls(ledger: Path, closed: Sequence[ClosedCall]) -> int:
    """Record what lost calls cost; return how many were still open."""
    with opened_ledger(ledger) as db, transaction(db):
        changed = 0
        for each in closed:
            nano, pico = stored_dollars(each.cost)
            usage = each.usage
            changed += db.execute(
                "UPDATE entries SET status = 'failed', cost_nano = ?, cost_pico = ?, price = ?, input = ?, output = ?,"
                " cache_read = ?, cache_write = ?, cache_write_long = 0, reasoning = 0, most_input = NULL,"
                " most_output = NULL WHERE call IN (?, ?) AND status = 'lost'",
                (
                    nano, pico, RECONCILED, usage and usage.input, usage and usage.output, usage and usage.cache_read,
                    usage and usage.cache_write, each.call, packed_call(each.call),
                ),
            ).rowcount  # fmt: skip
        return changed


def hour_sums(ledger: Path, provider: str, *, since: float, until: float, batch: bool) -> list[HourSum]:
    """Sum the completions of a provider by model and hour: those of batches, or the others."""
    with opened_ledger(ledger) as db:
        rows = db.execute(
            "SELECT coalesce(answered_by, model), CAST(time / 3600 AS INTEGER), count(*), coalesce(sum(input), 0),"
            " coalesce(sum(output), 0), coalesce(sum(cache_read), 0), coalesce(sum(cache_write), 0),"
            " coalesce(sum(cost_nano), 0), coalesce(sum(cost_pico), 0), sum(cost_nano IS NULL) FROM entries"
            " WHERE provider = ? AND time >= ? AND time < ? AND (batch IS NOT NULL) = ?"
            " AND (status IN ('paid', 'truncated') OR (status = 'failed' AND price = ? AND cost_nano + cost_pico > 0))"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            (provider, since, until, batch, RECONCILED),
        ).fetchall()
    return [
        HourSum(
            model=model, hour=hour, calls=calls, input=tokens_in, output=tokens_out, cache_read=read,
            cache_write=written, cost=dollars(nano, pico), unpriced=unpriced,
        )
        for model, hour, calls, tokens_in, tokens_out, read, written, nano, pico, unpriced in rows
    ]  # fmt: skip
