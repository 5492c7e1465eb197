"""The administration of a server's cache does what that of the local file does: the file is the judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import answer
from redis_server import RedisServer, redis_server
from scrimp.errors import ServerDownError, StoreError
from scrimp.shared.cache_server import CacheServer
from scrimp.shared.connection import SharedServer
from scrimp.shared.response_cache import PREFIX, ResponseCache
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile
from scrimp.store.completion_cache import CachedCompletion

# Among their bytes are those that mean something in a pattern.
KEYS = [bytes([first, second]) + bytes(30) for first in b"*?[]^-\\\x00\xa5" for second in (0x2A, 0x5B, 0xA5, 0xA6)]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def server(redis: RedisServer) -> Iterator[CacheServer]:
    redis.client.flushall()
    redis.client.set("another's key", "and its value")
    opened = SharedServer(redis.url, name="it", warn=print, meanwhile="so be it", timeout=30)
    yield CacheServer(opened, ResponseCache(opened, ttl=3600.0, random_fraction=lambda: 0.5))
    opened.close()


def made(key: bytes, created: float, cost: str | None = "0.000000017") -> CachedCompletion:
    model = "luna" if key[1] == 0xA5 else "sol"
    return CachedCompletion(key, created, "r", answer(key.hex(), model=f"openai/{model}", cost=cost))


@settings(max_examples=20)
@given(
    keys=st.sets(st.sampled_from(KEYS)),
    prefix=st.sampled_from(["a", "a5", "A5a", "2a2a", "5b", "5c", "5e2", "00", KEYS[0].hex(), KEYS[-1].hex()[:63]]),
    before=st.integers(0, 40),
)
def test_what_is_counted_listed_and_removed_is_what_the_file_counts_lists_and_removes(
    server: CacheServer, redis: RedisServer, tmp_path_factory: pytest.TempPathFactory, keys: set[bytes], prefix: str,
    before: int,
) -> None:  # fmt: skip
    redis.client.delete(*redis.client.keys("scrimp:*") or ["none"])
    path = tmp_path_factory.mktemp("home") / "cache.db"
    completions = [made(key, float(KEYS.index(key)), None if key[0] == 0 else "0.000000017") for key in sorted(keys)]
    with closing(SqliteCache(path)) as local, closing(CacheFile(path)) as file:
        assert server.import_many(completions) == local.import_many(completions)

        assert replace(server.stats(), bytes=0) == replace(file.stats(), bytes=0)
        assert sorted(each.key for each in server.matching(prefix)) == [each.key for each in file.matching(prefix)]
        assert sorted(server.completions(), key=lambda each: each.created) == list(file.completions())
        assert server.remove(prefix) == file.remove(prefix)
        assert server.prune(before=float(before)) == file.prune(before=float(before))
        assert sorted(server.completions(), key=lambda each: each.created) == list(file.completions())


def test_of_two_that_are_imported_the_newer_stays(server: CacheServer) -> None:
    assert server.import_many([made(KEYS[0], 5.0)]) == 1
    assert server.import_many([made(KEYS[0], 4.0), made(KEYS[1], 4.0)]) == 1
    assert server.import_many([made(KEYS[0], 6.0)]) == 1

    assert sorted((each.key, each.created) for each in server.completions()) == [(KEYS[0], 6.0), (KEYS[1], 4.0)]


def test_more_than_a_scan_brings_at_once_is_found_and_nothing_of_others_is_touched(
    server: CacheServer, redis: RedisServer
) -> None:
    many = [made(number.to_bytes(32, "little"), float(number)) for number in range(3000)]
    server.import_many(many)
    stats = server.stats()

    assert (stats.rows, stats.oldest, stats.newest) == (3000, 0.0, 2999.0)
    names = redis.client.keys("scrimp:*")
    assert stats.bytes == len(b"".join(names)) + len(b"".join(redis.client.mget(names)))
    assert server.prune(before=3000.0) == 3000
    assert redis.client.keys() == [b"another's key"]


def test_what_cannot_be_read_is_pruned(server: CacheServer, redis: RedisServer) -> None:
    redis.client.set(PREFIX + KEYS[0], b"\x07 of a later layout")
    redis.client.set(PREFIX + KEYS[1], b"?")
    server.import_many([made(KEYS[2], 5.0)])

    assert (server.stats().rows, server.prune(before=0.0), server.stats().rows) == (1, 2, 1)


@pytest.mark.parametrize("prefix", ["xyz", "a b", "", "0" * 65])
def test_what_no_key_begins_with_is_refused(server: CacheServer, prefix: str) -> None:
    with pytest.raises(StoreError, match="cache key"):
        server.remove(prefix)


def test_a_server_that_is_away_is_an_error_here(tmp_path: Path) -> None:
    opened = SharedServer(f"unix://{tmp_path}/none", name="it", warn=lambda _: None, meanwhile="so be it", timeout=30)
    server = CacheServer(opened, ResponseCache(opened, ttl=3600.0, random_fraction=lambda: 0.5))

    with pytest.raises(ServerDownError, match="it cannot be reached"):
        server.stats()
    opened.close()
