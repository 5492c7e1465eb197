"""The administration of the completions on a server: counted, listed by key, removed, exported.

They are found with SCAN, which does not stop the server for others: what is put or removed meanwhile may be missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from scrimp.shared.response_cache import GROUP, PREFIX, ResponseCache, completion_of, created_of
from scrimp.store.cache import nano_or_none
from scrimp.store.cache_file import KEY_DIGITS, CacheStats, check_key_digits
from scrimp.store.completion_cache import CachedCompletion

if TYPE_CHECKING:
    from redis import Redis

    from scrimp.shared.connection import SharedServer

_SPECIAL = re.compile(rb"[\\*?\[\]^-]")  # in a pattern of SCAN


class CacheServer:
    """The completions on one server, with the methods of a CacheFile; a server that is away is an error here."""

    def __init__(self, server: SharedServer, cache: ResponseCache) -> None:
        self._server, self._cache = server, cache

    def stats(self) -> CacheStats:
        """Read all there are, and count."""
        rows = size = cost_nano = unpriced = 0
        oldest = newest = None
        models: Counter[str] = Counter()
        for keys in self._keys():
            for cached, length in self._read(keys):
                rows, size = rows + 1, size + length
                oldest = cached.created if oldest is None else min(oldest, cached.created)
                newest = cached.created if newest is None else max(newest, cached.created)
                models[cached.answer.model] += 1
                cost = nano_or_none(cached.answer)
                unpriced += cost is None
                cost_nano += cost or 0
        ranked = sorted(models.items(), key=lambda each: (-each[1], each[0]))
        return CacheStats(rows, size, oldest, newest, cost_nano, tuple(ranked), unpriced)

    def matching(self, prefix: str) -> list[CachedCompletion]:
        """Return the completions whose key, in hex, begins with `prefix`."""
        return [cached for keys in self._keys_with(prefix) for cached, _ in self._read(keys)]

    def remove(self, prefix: str) -> int:
        """Remove the completions whose key begins with `prefix`; return how many."""
        return sum(self._unlink(keys) for keys in self._keys_with(prefix))

    def prune(self, *, before: float) -> int:
        """Remove what was made before a moment, and what cannot be read; return how many that were."""
        removed = 0
        for keys in self._keys():
            made = [(key, created_of(head)) for key, head in zip(keys, self._heads(keys), strict=True) if head]
            removed += self._unlink([key for key, created in made if created is None or created < before])
        return removed

    def completions(self) -> Iterator[CachedCompletion]:
        """Yield every completion, in no order."""
        return (cached for keys in self._keys() for cached, _ in self._read(keys))

    def import_many(self, completions: Sequence[CachedCompletion]) -> int:
        """Import completions made elsewhere or earlier; newer ones on the server stay. Return how many were new."""
        there = {cached.key: cached.created for cached, _ in self._read([each.key for each in completions])}
        new = [each for each in completions if each.created > there.get(each.key, -1.0)]
        self._cache.put_completions(new)
        return len(new)

    def _keys_with(self, prefix: str) -> Iterator[list[bytes]]:
        """Yield the keys that begin with what a user wrote."""
        check_key_digits(prefix)
        return iter([[bytes.fromhex(prefix)]]) if len(prefix) == KEY_DIGITS else self._keys(prefix)

    def _keys(self, prefix: str = "") -> Iterator[list[bytes]]:
        """Yield the keys that begin with these hexadecimal digits, in groups."""
        whole = bytes.fromhex(prefix[: len(prefix) // 2 * 2])
        pattern = _SPECIAL.sub(rb"\\\g<0>", PREFIX + whole) + b"*"
        position = -1
        while position:
            position, names = self._server.ask(partial(_scan, max(position, 0), pattern))
            keys = [name.removeprefix(PREFIX) for name in dict.fromkeys(names)]
            yield [key for key in keys if key.hex().startswith(prefix.lower())]

    def _read(self, keys: Sequence[bytes]) -> Iterator[tuple[CachedCompletion, int]]:
        """Yield the completions under these keys that can be read, with their size on the server."""
        for start in range(0, len(keys), GROUP):
            group = keys[start : start + GROUP]
            values = self._server.ask(partial(_values, [PREFIX + key for key in group]))
            for key, value in zip(group, values, strict=True):
                if value is not None and (cached := completion_of(key, value)) is not None:
                    yield cached, len(PREFIX + key) + len(value)

    def _heads(self, keys: Sequence[bytes]) -> Sequence[bytes]:
        def heads(client: Redis) -> list[Any]:
            with client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.getrange(PREFIX + key, 0, 31)
                return pipeline.execute()

        return self._server.ask(heads) if keys else []

    def _unlink(self, keys: Sequence[bytes]) -> int:
        return int(self._server.ask(partial(_remove, [PREFIX + key for key in keys]))) if keys else 0


def _scan(position: int, pattern: bytes, client: Redis) -> tuple[int, Sequence[bytes]]:
    found: Any = client.scan(position, match=pattern, count=2 * GROUP)
    return int(found[0]), found[1]


def _values(names: Sequence[bytes], client: Redis) -> Sequence[bytes | None]:
    values: Sequence[Any] = client.mget(names)
    return values


def _remove(names: Sequence[bytes], client: Redis) -> int:
    removed: Any = client.unlink(*names)
    return int(removed)
