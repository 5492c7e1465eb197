"""What runs that died had not brought to the stores: what was answered is kept and booked, the rest booked as lost."""

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
    """Bring it to the stores; return how many calls were lost."""
    with recover_abandoned(paths.ledger_db.parent) as lines:
        if not lines:
            return 0
        settled = [line for line in lines if isinstance(line, SettledRow)]
        with closing(SqliteCache(paths.cache_db)) as cache, closing(Ledger(paths.ledger_db)) as ledger:
            cache.import_many(
                [
                    CachedCompletion(bytes.fromhex(each.key), each.time, each.entries[0].run, each.answer)
                    for each in settled
                    if each.answer is not None
                ]
            )
            ledger.append([entry for each in settled for entry in each.entries])
            begun = [line.entry for line in lines if isinstance(line, BegunCall)]
            known = ledger.recorded_calls([entry.call for entry in begun])
            lost = [entry for entry in begun if entry.call not in known]
            ledger.append(lost)
    return len(lost)
