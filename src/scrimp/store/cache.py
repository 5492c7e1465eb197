"""The SQLite file of cached completions: looked up and put in groups."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from scrimp.errors import StoreError
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.database import OpenDatabase, connect, insert, is_read_only, store_errors
from scrimp.store.encoding.packed_json import unpacked
from scrimp.store.write_ahead_log import SmallLog
from scrimp.values import Answer

# SQLite's own limit on variables is 32 766; a group this large already hides the cost of a statement.
GROUP = 500


def m001_cache(db: sqlite3.Connection) -> None:
    """Make the table of completions."""
    db.execute(
        "CREATE TABLE cache (key BLOB PRIMARY KEY, created REAL NOT NULL, run TEXT NOT NULL, model TEXT NOT NULL,"
        " cost_nano INTEGER, answer BLOB NOT NULL)"
    )
    db.execute("CREATE INDEX cache_created ON cache (created)")


def m002_packed(db: sqlite3.Connection) -> None:
    """Change nothing: answers are packed from here on, which older versions cannot read. Those that are there stay."""
    del db


MIGRATIONS = (m001_cache, m002_packed)
OLDEST_READ = 1  # where the file cannot be written, and so not migrated

_INSERT = "INSERT INTO cache (key, created, run, model, cost_nano, answer) VALUES"
_REPLACE = (
    " ON CONFLICT (key) DO UPDATE SET created = excluded.created, run = excluded.run, model = excluded.model,"
    " cost_nano = excluded.cost_nano, answer = excluded.answer"
)
_REPLACE_OLDER = _REPLACE + " WHERE excluded.created > created"
_decode = msgspec.json.Decoder(Answer).decode


class SqliteCache(OpenDatabase):
    """One open cache file, as a CompletionCache."""

    def __init__(self, path: Path, *, any_thread: bool = False) -> None:
        self.path = path
        self._db = connect(path, MIGRATIONS, any_thread=any_thread, oldest=OLDEST_READ)
        self.read_only = is_read_only(self._db)
        self._log = SmallLog(self._db, path)

    def get_many(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Return what is cached under these keys, made at or after `since`, by that run only if one is named."""
        found: dict[bytes, CachedCompletion] = {}
        with store_errors(self.path):
            for start in range(0, len(keys), GROUP):
                for cached in self._group(keys[start : start + GROUP]):
                    if cached.created >= since and run in (None, cached.run):
                        found[cached.key] = cached
        return found

    def _group(self, keys: Sequence[bytes]) -> Iterator[CachedCompletion]:
        marks = ",".join("?" * len(keys))
        rows = self._db.execute(f"SELECT key, created, run, answer FROM cache WHERE key IN ({marks})", keys)
        return (cached_completion(self.path, row) for row in rows)

    def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        """Cache completions, in one transaction; the newest wins."""
        self._insert([CachedCompletion(key, now, run, answer) for key, answer in rows], _REPLACE)

    def import_many(self, completions: Sequence[CachedCompletion]) -> int:
        """Import completions made elsewhere or earlier; newer ones here stay. Return how many were new."""
        return self._insert(completions, _REPLACE_OLDER)

    def _insert(self, completions: Sequence[CachedCompletion], on_conflict: str) -> int:
        from scrimp.store.encoding.stored_answer import stored_answer  # most commands only look up

        rows = [
            (
                each.key,
                each.created,
                each.run,
                each.answer.model,
                nano_or_none(each.answer),
                stored_answer(each.key, each.answer),
            )
            for each in completions
        ]
        before = self._db.total_changes
        with store_errors(self.path), self._log.transaction():
            insert(self._db, _INSERT, rows, on_conflict)
        return self._db.total_changes - before


def cached_completion(path: Path, row: tuple[bytes, float, str, bytes]) -> CachedCompletion:
    """Return the completion of a row (key, created, run, answer); StoreError if it cannot be read."""
    key, created, run, answer = row
    try:
        return CachedCompletion(key, created, run, _decode(unpacked(key, answer)))
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise StoreError(
            f"{path} holds a row that cannot be read ({error}): run `scrimp cache rm {key.hex()}`"
        ) from error


def nano_or_none(answer: Answer) -> int | None:
    """Return the answer's cost in integer nanodollars, None if it is unknown."""
    return None if answer.cost is None else int(answer.cost.scaleb(9).to_integral_value())
