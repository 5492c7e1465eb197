"""The completions on a real server; what every CompletionCache promises is tested with the others."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes import answer
from redis_server import RedisServer, redis_server
from scrimp.errors import ServerDownError, ServerRefusedError
from scrimp.shared.connection import SharedServer
from scrimp.shared.response_cache import GROUP, PREFIX, ResponseCache, completion_of, value_of
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.encoding.packed_json import packed
from scrimp.values import Compression

KEYS = [number.to_bytes(32) for number in range(1, 2 * GROUP + 2)]
DAY = 86_400
PACKED = packed(KEYS[0], msgspec.json.encode(answer()))


def head(created: float) -> bytes:
    return struct.pack(">BdB", 1, created, 0)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def server(redis: RedisServer, said: list[str]) -> Iterator[SharedServer]:
    opened = SharedServer(redis.url, name="it", warn=said.append, meanwhile="so be it", timeout=30)
    yield opened
    opened.close()


def made(*keys: bytes, created: float = 1.0) -> list[CachedCompletion]:
    return [CachedCompletion(key, created, "r", answer(key.hex())) for key in keys]


def on(server: SharedServer, fraction: float = 0.0) -> ResponseCache:
    return ResponseCache(server, ttl=DAY, random_fraction=lambda: fraction)


def test_as_many_completions_as_one_likes_are_put_and_found_in_few_commands(
    server: SharedServer, redis: RedisServer
) -> None:
    cache = on(server)
    cache.put_completions(made(*KEYS))
    before = redis.client.info("commandstats")["cmdstat_set"]["calls"]
    found = cache.get_many([*KEYS, b"another"])

    assert {key: each.answer.output for key, each in found.items()} == {key: key.hex() for key in KEYS}
    stats = redis.client.info("commandstats")
    assert (before, stats["cmdstat_mget"]["calls"]) == (len(KEYS), 3)


def test_what_is_put_only_where_it_is_new_replaces_nothing(server: SharedServer) -> None:
    cache = on(server)
    cache.put_completions(made(KEYS[0], created=2.0))
    cache.put_completions(made(*KEYS[:2], created=1.0), only_new=True)

    assert {key: each.created for key, each in cache.get_many(KEYS[:2]).items()} == {KEYS[0]: 2.0, KEYS[1]: 1.0}


def test_a_completion_stays_for_its_time_less_up_to_a_tenth(server: SharedServer, redis: RedisServer) -> None:
    on(server, 0.0).put_completions(made(KEYS[0]))
    on(server, 1.0).put_completions(made(KEYS[1]))

    assert DAY - 60 < redis.client.ttl(PREFIX + KEYS[0]) <= DAY
    assert 0.9 * DAY - 60 < redis.client.ttl(PREFIX + KEYS[1]) <= 0.9 * DAY


@pytest.mark.parametrize(
    "value",
    [
        b"", b"\x01", b"\x02" + bytes(20), b"\x01" + bytes(8) + b"\xff" + b"r", b"\x01" + bytes(8) + b"\x01r{}",
        b"\x01" + bytes(8) + b"\x01\xff{}",
        *(head(created) + PACKED for created in (float("nan"), float("inf"), -1.0)),
        head(1.0) + packed(KEYS[0], msgspec.json.encode(answer(cost="1e20"))),
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_meant_is_not_there(server: SharedServer, redis: RedisServer, value: bytes) -> None:
    redis.client.set(PREFIX + KEYS[1], head(1.0) + packed(KEYS[1], msgspec.json.encode(answer())))
    redis.client.set(PREFIX + KEYS[0], value)

    assert list(on(server).get_many(KEYS[:2])) == KEYS[1:2]


def test_a_value_that_would_be_very_long_is_not_unpacked() -> None:
    def value(length: int) -> bytes:
        return head(1.0) + packed(KEYS[0], msgspec.json.encode(answer("x" * length)))

    long = completion_of(KEYS[0], value(60 << 20))
    assert long is not None
    assert len(long.answer.output) == 60 << 20
    assert completion_of(KEYS[0], value(65 << 20)) is None


def test_the_completion_of_another_key_is_not_taken_for_this_ones(server: SharedServer, redis: RedisServer) -> None:
    cache = on(server)
    cache.put_completions(made(KEYS[0]))
    redis.client.rename(PREFIX + KEYS[0], PREFIX + KEYS[1])

    assert cache.get_many(KEYS[:2]) == {}


def test_a_full_server_takes_nothing_is_said_once_and_still_gives_what_it_has(said: list[str]) -> None:
    with redis_server("--maxmemory-policy", "noeviction") as full:
        server = SharedServer(full.url, name="it", warn=said.append, meanwhile="so be it", timeout=30)
        cache = on(server)
        cache.put_completions(made(KEYS[0]))
        full.client.config_set("maxmemory", 1)
        for key in KEYS[1:4]:
            with pytest.raises(ServerRefusedError):
                cache.put_completions(made(key))
        found = cache.get_many(KEYS[:4])
        server.close()

    assert list(found) == KEYS[:1]
    assert len(said) == 1
    assert "used memory > 'maxmemory'" in said[0]


def test_a_server_that_is_away_has_nothing_and_takes_nothing(server: SharedServer, redis: RedisServer) -> None:
    cache = on(server)
    cache.put_completions(made(KEYS[0]))
    redis.kill()

    assert cache.get_many(KEYS) == {}
    with pytest.raises(ServerDownError):
        cache.put_completions(made(KEYS[0]))


@given(
    key=st.binary(min_size=32, max_size=32), created=st.floats(0, 1e11), run=st.text("r0-é", max_size=30),
    output=st.text(max_size=200), cost=st.none() | st.decimals(0, 100, places=9), compressed=st.booleans(),
)  # fmt: skip
def test_a_value_gives_back_the_completion_that_it_was_made_of(
    key: bytes, created: float, run: str, output: str, cost: Decimal | None, compressed: bool
) -> None:
    note = Compression(before=9, after=3, level="tidy", rules=("a", "b"), estimated=True) if compressed else None
    cached = CachedCompletion(key, created, run, answer(output, cost=cost, compressed=note))

    assert completion_of(key, value_of(cached)) == cached
    assert completion_of(bytes(32), value_of(cached)) is None or key == bytes(32)
