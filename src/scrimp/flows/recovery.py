"""Calls of runs that died: lost, unless the completion was kept just before the end and only its entry was not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import StoreError
from scrimp.store.cache import Cache
from scrimp.store.journal import abandoned
from scrimp.store.ledger import Ledger
from scrimp.values import Entry

if TYPE_CHECKING:
    from scrimp.config.paths import Paths


def recovered(ledger: Ledger, paths: Paths) -> int:
    """Book the calls of runs that died; return how many."""
    calls = 0
    for file in abandoned(paths.ledger_db.parent):
        known = ledger.booked([entry.call for entry in file.entries])
        dead = [_settled(entry, paths.cache_db) for entry in file.entries if entry.call not in known]
        ledger.end(dead)
        calls += len(dead)
    return calls


def _settled(lost: Entry, cache_db: Path) -> Entry:
    key = bytes.fromhex(lost.key)
    try:
        with closing(Cache(cache_db)) as cache:
            kept = cache.get([key], run=lost.run).get(key)
    except StoreError:  # whoever wants completions of it will hear why; here it only knows nothing
        return lost
    # Of several calls of a row the cache knows the cost of all, not of each.
    if kept is None or kept.answer.attempts != 1 or kept.answer.provider != lost.provider:
        return lost
    answer = kept.answer
    return replace(
        lost, status="paid", usage=answer.usage, cost=answer.cost, price=answer.price, http=200,
        seconds=max(0.0, kept.created - lost.time),
    )  # fmt: skip
