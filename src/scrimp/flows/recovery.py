"""Recover killed runs from their journals: answered rows are cached and recorded, calls in flight recorded as lost."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from scrimp.store.cache import SqliteCache
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.journal import BegunCall, SettledRow, recover_abandoned
from scrimp.store.ledger import Ledger

if TYPE_CHECKING:
    from scrimp.config.paths import Paths


def recover(paths: Paths) -> int:
    """Commit the journals of killed runs; return how many of their calls were lost."""
    with recover_abandoned(paths.ledger_db.parent) as lines:
        if not lines:
            return 0
        settled = [line for line in lines if isinstance(line, SettledRow)]
        with closing(SqliteCache(paths.cache_db)) as cache, closing(Ledger(paths.ledger_db)) as ledger:
            cache.import_many([completion for row in settled if (completion := _completion(row)) is not None])
            ledger.append([entry for row in settled for entry in row.entries])
            begun = [line.entry for line in lines if isinstance(line, BegunCall)]
            known = ledger.recorded_calls([entry.call for entry in begun])
            lost = [entry for entry in begun if entry.call not in known]
            ledger.append(lost)
    return len(lost)


def _completion(row: SettledRow) -> CachedCompletion | None:
    """Return what a row puts into the cache; nothing where a damaged disk has changed its key."""
    if row.answer is None or not row.entries:
        return None
    try:
        key = bytes.fromhex(row.key)
    except ValueError:
        return None
    return CachedCompletion(key, row.time, row.entries[0].run, row.answer)
