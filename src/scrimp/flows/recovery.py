"""Calls of runs that died: lost, unless the completion was kept just before the end and only its entry was not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from scrimp.errors import StoreError
from scrimp.store.cache import Cache
from scrimp.store.ledger import Ledger
from scrimp.values import Entry


def recovered(ledger: Ledger, cache_db: Path) -> int:
    """Book the calls of runs that died; return how many."""
    return ledger.recover(lambda lost: _settled(lost, cache_db))


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
