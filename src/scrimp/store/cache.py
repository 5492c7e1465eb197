"""Completions kept by what was asked: looked up in groups, put in groups, never older than the caller allows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.errors import StoreError
from scrimp.store.database import connect, insert, store_errors, transaction
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


MIGRATIONS = (m001_cache,)


class CachedCompletion(Struct, frozen=True):
    """A cached completion: who made it when (seconds since the epoch), and what it is."""

    key: bytes
    created: float
    run: str
    answer: Answer


class CacheStats(Struct, frozen=True):
    """What the cache holds; nanodollars are what its completions once cost."""

    rows: int
    bytes: int
    oldest: float | None
    newest: float | None
    cost_nano: int
    models: tuple[tuple[str, int], ...]


_INSERT = "INSERT INTO cache (key, created, run, model, cost_nano, answer) VALUES"
_NEWEST = (
    " ON CONFLICT (key) DO UPDATE SET created = excluded.created, run = excluded.run, model = excluded.model,"
    " cost_nano = excluded.cost_nano, answer = excluded.answer"
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Answer).decode


def nano_or_none(answer: Answer) -> int | None:
    """Return the answer's cost in integer nanodollars, None where it is unknown."""
    return None if answer.cost is None else int(answer.cost.scaleb(9).to_integral_value())


class Cache:
    """One open cache file."""

    def __init__(self, path: Path, *, any_thread: bool = False) -> None:
        self.path = path
        self._db = connect(path, MIGRATIONS, any_thread=any_thread)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def get(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Return what is kept of these keys, made at or after `since`, by that run only if one is named."""
        found: dict[bytes, CachedCompletion] = {}
        with store_errors(self.path):
            for start in range(0, len(keys), GROUP):
                for kept in self._group(keys[start : start + GROUP]):
                    if kept.created >= since and run in (None, kept.run):
                        found[kept.key] = kept
        return found

    def _group(self, keys: Sequence[bytes]) -> Iterator[CachedCompletion]:
        marks = ",".join("?" * len(keys))
        rows = self._db.execute(f"SELECT key, created, run, answer FROM cache WHERE key IN ({marks})", keys)  # noqa: S608 - only question marks
        for key, created, run, answer in rows:
            try:
                yield CachedCompletion(key, created, run, _decode(answer))
            except msgspec.MsgspecError as error:
                raise StoreError(
                    f"{self.path} holds a row that cannot be read ({error}): run `scrimp cache rm {key.hex()}`"
                ) from error

    def put(self, rows: Iterable[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        """Keep completions, in one transaction; the newest wins."""
        values = [(key, now, run, answer.model, nano_or_none(answer), _encode(answer)) for key, answer in rows]
        with store_errors(self.path), transaction(self._db):
            insert(self._db, _INSERT, values, _NEWEST)

    def matching(self, prefix: str) -> list[CachedCompletion]:
        """Return the completions whose key, in hex, begins so; at most a hundred."""
        low, high = _hex_range(prefix)
        with store_errors(self.path):
            keys = self._db.execute(
                "SELECT key FROM cache WHERE key >= ? AND key < ? LIMIT 100", (low, high)
            ).fetchall()
        return list(self.get([key for (key,) in keys]).values())

    def remove(self, prefix: str) -> int:
        """Forget the completions whose key begins so; return how many."""
        low, high = _hex_range(prefix)
        with store_errors(self.path), transaction(self._db):
            return self._db.execute("DELETE FROM cache WHERE key >= ? AND key < ?", (low, high)).rowcount

    def prune(self, *, before: float) -> int:
        """Forget what was made before a moment, give the space back, and return how many."""
        with store_errors(self.path):
            with transaction(self._db):
                gone = self._db.execute("DELETE FROM cache WHERE created < ?", (before,)).rowcount
            self._db.execute("VACUUM")
        return gone

    def everything(self) -> Iterator[CachedCompletion]:
        """Yield all that is kept, oldest first."""
        with store_errors(self.path):
            for key, created, run, answer in self._db.execute(
                "SELECT key, created, run, answer FROM cache ORDER BY created, key"
            ):
                yield CachedCompletion(key, created, run, _decode(answer))

    def take(self, kept: Sequence[CachedCompletion]) -> int:
        """Take over completions from elsewhere; what is here and newer stays. Return how many were new."""
        with store_errors(self.path), transaction(self._db):
            before = self._db.total_changes
            rows = [(k.key, k.created, k.run, k.answer.model, nano_or_none(k.answer), _encode(k.answer)) for k in kept]
            insert(self._db, _INSERT, rows, _NEWEST + " WHERE excluded.created > created")
            return self._db.total_changes - before

    def stats(self) -> CacheStats:
        """Count what is here."""
        with store_errors(self.path):
            rows, oldest, newest, cost = self._db.execute(
                "SELECT count(*), min(created), max(created), coalesce(sum(cost_nano), 0) FROM cache"
            ).fetchone()
            models = self._db.execute("SELECT model, count(*) FROM cache GROUP BY model ORDER BY 2 DESC, 1").fetchall()
            size = sum(file.stat().st_size for file in self.path.parent.glob(self.path.name + "*"))
        return CacheStats(rows, size, oldest, newest, cost, tuple(models))


class NoCache(Cache):
    """Stands in where no file can be written: it knows nothing and keeps nothing."""

    def __init__(self) -> None:
        self.path = Path(os.devnull)

    def close(self) -> None:
        """Let go of nothing."""

    def get(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Know nothing."""
        del keys, since, run
        return {}

    def put(self, rows: Iterable[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        """Keep nothing."""


def _hex_range(prefix: str) -> tuple[bytes, bytes]:
    """Return the first key of a hex prefix and the first one past it."""
    try:
        low = bytes.fromhex(prefix.ljust(64, "0"))
        high = bytes.fromhex(prefix.ljust(64, "f"))
    except ValueError as error:
        raise StoreError(f"'{prefix}' is no cache key: keys are hexadecimal, as `scrimp run -v` shows them") from error
    if not 0 < len(prefix) <= 64:
        raise StoreError("a cache key has 1 to 64 hexadecimal digits")
    return low, high + b"\x00"
