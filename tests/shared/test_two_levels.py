"""The two caches as one: what goes where, also while the server is away or the disk is full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from clock import Clock
from outcomes import answer
from redis_server import RedisServer
from scrimp.errors import DiskFullError
from scrimp.shared.connection import SharedServer
from scrimp.shared.response_cache import PREFIX, ResponseCache
from scrimp.shared.two_levels import TwoLevelCache
from scrimp.store.cache import SqliteCache
from scrimp.store.completion_cache import CachedCompletion, MemoryCache

KEYS = [number.to_bytes(32) for number in range(1, 1600)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(redis: RedisServer, clock: Clock) -> Iterator[ResponseCache]:
    server = SharedServer(redis.url, name="it", warn=lambda _: None, meanwhile="so be it", timeout=30, clock=clock)
    yield ResponseCache(server, ttl=3600.0, random_fraction=lambda: 0.5)
    server.close()


def put(cache: TwoLevelCache, keys: Sequence[bytes]) -> None:
    cache.put_many([(key, answer(key.hex())) for key in keys], run="r", now=5.0)


@pytest.mark.parametrize("local_too", [True, False])
def test_what_the_server_did_not_take_is_here_at_once_and_there_once_it_is_back(
    shared: ResponseCache, redis: RedisServer, clock: Clock, local_too: bool
) -> None:
    local = MemoryCache()
    cache = TwoLevelCache(local, lambda: shared, local_too=local_too)
    put(cache, KEYS[:1])
    redis.kill()
    put(cache, KEYS[1:3])
    assert sorted(local.get_many(KEYS)) == KEYS[0 if local_too else 1 : 3]
    redis.start()
    clock.now += 60
    put(cache, KEYS[3:4])

    lost = 0 if local_too else 1  # the server had it alone
    assert sorted(redis.client.keys()) == [PREFIX + key for key in KEYS[lost:4]]
    assert sorted(cache.get_many(KEYS)) == KEYS[0 if local_too else 1 : 4]


@pytest.mark.parametrize(("most", "first"), [(100_000, 0), (1000, 500)])
def test_the_end_of_a_run_tells_the_server_too_and_a_long_absence_keeps_the_newest(
    shared: ResponseCache, redis: RedisServer, clock: Clock, most: int, first: int
) -> None:
    cache = TwoLevelCache(MemoryCache(), lambda: shared, local_too=True, most_untaken=most)
    redis.kill()
    for start in range(0, 1500, 300):
        put(cache, KEYS[start : start + 300])
    assert list(shared.untaken) == KEYS[first:1500]
    redis.start()
    clock.now += 60
    cache.close()

    assert sorted(redis.client.keys()) == [PREFIX + key for key in KEYS[first:1500]]
    assert not shared.untaken


@pytest.mark.parametrize("asked", [True, False])
def test_what_a_server_has_lost_it_gets_again(
    shared: ResponseCache, redis: RedisServer, clock: Clock, asked: bool
) -> None:
    """Also where only those that look something up have found it away."""
    cache = TwoLevelCache(MemoryCache(), lambda: shared, local_too=True)
    put(cache, KEYS[:700])
    redis.kill()
    if asked:
        cache.get_many(KEYS[700:800])
    else:
        put(cache, KEYS[700:710])
    redis.start()
    clock.now += 60
    put(cache, KEYS[710:711])

    there = KEYS[:700] + KEYS[710:711] if asked else KEYS[:711]
    assert sorted(redis.client.keys()) == [PREFIX + key for key in there]


def test_a_full_server_is_not_sent_the_same_again(shared: ResponseCache, redis: RedisServer, clock: Clock) -> None:
    cache = TwoLevelCache(MemoryCache(), lambda: shared, local_too=True)
    redis.client.config_set("maxmemory", 1)
    put(cache, KEYS[:2])
    redis.client.config_set("maxmemory", 0)
    put(cache, KEYS[2:3])

    assert redis.client.keys() == [PREFIX + KEYS[2]]


def test_what_the_local_cache_has_is_not_asked_of_the_server_which_is_not_even_opened(tmp_path: Path) -> None:
    def never() -> ResponseCache:
        raise AssertionError("the server was opened")

    local = SqliteCache(tmp_path / "cache.db")
    local.put_many([(KEYS[0], answer())], run="r", now=1.0)
    cache = TwoLevelCache(local, never, local_too=True, keep=local.import_many)

    assert list(cache.get_many(KEYS[:1])) == KEYS[:1]
    cache.close()


def test_what_came_from_the_server_is_written_here_in_large_groups_and_at_the_end(
    shared: ResponseCache, tmp_path: Path
) -> None:
    shared.put_completions([CachedCompletion(key, 5.0, "other", answer(key.hex())) for key in KEYS[:700]])
    local = SqliteCache(tmp_path / "cache.db")
    groups: list[int] = []

    def keep(completions: Sequence[CachedCompletion]) -> None:
        groups.append(len(completions))
        local.import_many(completions)

    cache = TwoLevelCache(local, lambda: shared, local_too=True, keep=keep)
    for start in range(0, 700, 100):
        assert len(cache.get_many(KEYS[start : start + 100])) == 100
    cache.close()

    assert groups == [500, 200]
    with closing(SqliteCache(tmp_path / "cache.db")) as again:
        here = again.get_many(KEYS)
    assert {(each.run, each.created) for each in here.values()} == {("other", 5.0)}
    assert sorted(here) == KEYS[:700]


def test_a_full_disk_takes_nothing_from_a_reader_but_is_said(shared: ResponseCache) -> None:
    shared.put_completions([CachedCompletion(KEYS[0], 5.0, "other", answer())])
    said: list[str] = []

    def full(_: Sequence[CachedCompletion]) -> None:
        raise DiskFullError("the disk is full")

    cache = TwoLevelCache(MemoryCache(), lambda: shared, local_too=True, keep=full, warn=said.append)
    assert list(cache.get_many(KEYS[:1])) == KEYS[:1]
    cache.close()

    assert said == ["completions of the shared cache are not kept here: the disk is full"]
