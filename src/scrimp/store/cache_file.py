"""The administration of the cache's file: counted, listed by key, pruned, exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import hexdigits

from msgspec import Struct

from scrimp.errors import StoreError
from scrimp.store.cache import MIGRATIONS, OLDEST_READ, cached_completion
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.database import OpenDatabase, connect, store_errors, transaction

_MOST_MATCHES = 100
KEY_DIGITS = 64


class CacheStats(Struct, frozen=True):
    """What the cache holds; nanodollars are what its completions once cost."""

    rows: int
    bytes: int
    oldest: float | None
    newest: float | None
    cost_nano: int
    models: tuple[tuple[str, int], ...]
    unpriced: int = 0  # completions of unknown cost


class CacheFile(OpenDatabase):
    """The file of an SqliteCache, open for its administration."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path, MIGRATIONS, oldest=OLDEST_READ)

    def stats(self) -> CacheStats:
        """Count what is in the file."""
        with store_errors(self.path):
            rows, oldest, newest, cost, unpriced = self._db.execute(
                "SELECT count(*), min(created), max(created), coalesce(sum(cost_nano), 0), sum(cost_nano IS NULL)"
                " FROM cache"
            ).fetchone()
            models = self._db.execute("SELECT model, count(*) FROM cache GROUP BY model ORDER BY 2 DESC, 1").fetchall()
            size = sum(file.stat().st_size for file in self.path.parent.glob(self.path.name + "*"))
        return CacheStats(rows, size, oldest, newest, cost, tuple(models), unpriced or 0)

    def matching(self, prefix: str) -> list[CachedCompletion]:
        """Return the completions whose key, in hex, begins with `prefix`; at most a hundred."""
        low, high = _hex_range(prefix)
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT key, created, run, answer FROM cache WHERE key >= ? AND key < ? LIMIT ?",
                (low, high, _MOST_MATCHES),
            ).fetchall()
        return [cached_completion(self.path, row) for row in rows]

    def remove(self, prefix: str) -> int:
        """Remove the completions whose key begins with `prefix`; return how many."""
        low, high = _hex_range(prefix)
        with store_errors(self.path), transaction(self._db):
            return self._db.execute("DELETE FROM cache WHERE key >= ? AND key < ?", (low, high)).rowcount

    def prune(self, *, before: float) -> int:
        """Remove what was made before a moment, give the space back, and return how many that were."""
        with store_errors(self.path):
            with transaction(self._db):
                removed = self._db.execute("DELETE FROM cache WHERE created < ?", (before,)).rowcount
            self._db.execute("VACUUM")
        return removed

    def completions(self) -> Iterator[CachedCompletion]:
        """Yield every completion, oldest first."""
        with store_errors(self.path):
            rows = self._db.execute("SELECT key, created, run, answer FROM cache ORDER BY created, key")
            for row in rows:
                yield cached_completion(self.path, row)


def check_key_digits(prefix: str) -> None:
    """Raise StoreError for what no key can begin with."""
    if not set(prefix) <= set(hexdigits):  # `bytes.fromhex` skips spaces: a prefix of two would mean every key
        raise StoreError(f"'{prefix}' is not a cache key: keys are hexadecimal; `scrimp cache export` lists them")
    if not 0 < len(prefix) <= KEY_DIGITS:
        raise StoreError(f"a cache key has 1 to {KEY_DIGITS} hexadecimal digits")


def _hex_range(prefix: str) -> tuple[bytes, bytes]:
    """Return the first key of a hex prefix and the first one past it."""
    check_key_digits(prefix)
    low, high = (bytes.fromhex(prefix.ljust(KEY_DIGITS, digit)) for digit in "0f")
    return low, high + b"\x00"
