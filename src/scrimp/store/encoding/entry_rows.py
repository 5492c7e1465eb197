"""An entry as a row of the ledger."""

from __future__ import annotations

import msgspec

from scrimp.store.encoding.dollars import stored_dollars
from scrimp.store.encoding.packed_ids import packed_call, packed_key
from scrimp.values import Entry, Usage

# As they were when a migration used them: what it did must never change.
COLUMNS_BEFORE_M003 = (
    "call", "run", "time", "provider", "model", "status", "seconds", "input", "output", "cache_read", "cache_write",
    "cache_write_long", "reasoning", "cost_nano", "price", "estimated", "tier", "chain", "step", "http", "error",
    "key", "route", "user", "tags",
)  # fmt: skip
COLUMNS = (
    *COLUMNS_BEFORE_M003, "signature", "cost_pico", "answered_by", "effort", "escalated", "unread", "batch", "attempt",
    "retry", "most_input", "most_output", "reply_id",
)  # fmt: skip
_encode = msgspec.json.Encoder().encode


def entry_row(entry: Entry) -> tuple[object, ...]:
    """Return the values of the columns."""
    nano, pico = stored_dollars(entry.cost)
    return (
        packed_call(entry.call), entry.run, entry.time, entry.provider, entry.model, entry.status, entry.seconds,
        *_token_counts(entry.usage), nano, entry.price, entry.estimated, entry.tier, entry.chain,
        entry.step, entry.http, entry.error, packed_key(entry.key), entry.route, entry.user,
        _encode(entry.tags).decode(), entry.signature, pico, entry.answered_by, entry.effort, entry.escalated,
        entry.unread, entry.batch, entry.attempt, entry.retry, entry.most_input, entry.most_output, entry.reply_id,
    )  # fmt: skip


def _token_counts(usage: Usage | None) -> tuple[int | None, ...]:
    if usage is None:
        return (None,) * 6
    return (
        usage.input, usage.output, usage.cache_read, usage.cache_write, usage.cache_write_long, usage.reasoning,
    )  # fmt: skip
