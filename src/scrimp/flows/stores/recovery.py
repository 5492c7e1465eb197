"""Recover killed runs from their journals: answered rows are cached and recorded, calls in flight recorded as lost.

What they had answered goes to the cache of other machines as well, where there is one: those would pay for it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from scrimp.store.cache import SqliteCache
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.encoding.journal_records import BegunCall, SettledRow
from scrimp.store.journal_recovery import LivingJournals, recover_abandoned
from scrimp.store.ledger import Ledger
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.config.paths import Paths

CompletionsSink: TypeAlias = "Callable[[Sequence[CachedCompletion]], object]"


def recover(paths: Paths, warn: Callable[[str], None] = lambda _: None, share: CompletionsSink = lambda _: None) -> int:
    """Commit the journals of killed runs; return how many of their calls were lost.

    `share` gives their completions to other machines.
    """

    def damaged(path: Path, records: int) -> None:
        warn(
            f"the journal of a killed run is damaged: at least {pluralize(records, 'record')} cannot be read, so that "
            f"completions may be paid for again; the others are recovered. It is kept as {path}, and `scrimp doctor "
            "--repair` looks for more"
        )

    with recover_abandoned(paths.ledger_db.parent, damaged) as records:
        return commit_records(paths, records, share)


def commit_records(
    paths: Paths, records: Sequence[BegunCall | SettledRow], share: CompletionsSink = lambda _: None
) -> int:  # fmt: skip
    """Bring records of a journal into the stores; return how many of their calls were lost."""
    if not records:
        return 0
    settled = [record for record in records if isinstance(record, SettledRow)]
    completions = [completion for row in settled if (completion := _completion(row)) is not None]
    with SqliteCache(paths.cache_db) as cache, Ledger(paths.ledger_db) as ledger:
        cache.import_many(completions)
        ended = {entry.call: entry for row in settled for entry in row.entries}  # the latest word on each
        ledger.append(list(ended.values()))
        begun = [record.entry for record in records if isinstance(record, BegunCall)]
        known = ledger.recorded_calls([entry.call for entry in begun])
        lost = [entry for entry in begun if entry.call not in known]
        ledger.append(lost)
    if completions:
        share(completions)
    return len(lost)


def take_completions(paths: Paths, living: LivingJournals, keys: AbstractSet[bytes]) -> None:
    """Cache what other processes have answered of these keys and have in their journals alone.

    Their calls stay theirs to record, or those of the process that recovers them.
    """
    rows = living.settled(keys) if keys else []
    completions = [_completion(row) for row in rows]
    if completions:
        with SqliteCache(paths.cache_db) as cache:
            cache.import_many([completion for completion in completions if completion is not None])


def _completion(row: SettledRow) -> CachedCompletion | None:
    """Return the cache entry of a row; None if a damaged disk has changed its key."""
    if row.answer is None or not row.entries:
        return None
    try:
        key = bytes.fromhex(row.key)
    except ValueError:
        return None
    return CachedCompletion(key, row.time, row.entries[0].run, row.answer)
