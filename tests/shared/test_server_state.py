from __future__ import annotations

from collections.abc import Iterator

import pytest

from redis_server import RedisServer
from scrimp.errors import ServerRefusedError
from scrimp.shared.connection import SharedServer
from scrimp.shared.server_state import limits_state, server_state

MEGABYTES = 1_000_000


@pytest.fixture
def server(redis: RedisServer) -> Iterator[SharedServer]:
    opened = SharedServer(redis.url, name="it", warn=print, meanwhile="so be it", timeout=30)
    yield opened
    opened.close()


def test_a_server_says_what_it_is_and_how_soon_it_answers(server: SharedServer, redis: RedisServer) -> None:
    version = redis.client.info("server")[f"{redis.product.lower()}_version"]
    moments = iter((1.0, 1.0042))
    said = server_state(server, lambda: next(moments))

    assert said.startswith(f"it, {redis.product} {version}, answers in 4.2 ms, ")
    assert said.endswith("MB used, no limit")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("allkeys-lfu", "MB used of 200 MB, allkeys-lfu"),
        (
            "noeviction",
            "noeviction: when it is full it will take no more completions; with allkeys-lfu it drops unused ones",
        ),
        ("volatile-lru", "volatile-lru: when it is full it drops completions, and keys of others that expire, before"),
    ],
)
def test_what_a_limit_of_memory_means_is_said(
    server: SharedServer, redis: RedisServer, policy: str, words: str
) -> None:
    redis.client.config_set("maxmemory", 200 * MEGABYTES)
    redis.client.config_set("maxmemory-policy", policy)

    assert words in server_state(server)


def test_a_full_server_that_keeps_all_is_of_no_use(server: SharedServer, redis: RedisServer) -> None:
    redis.client.config_set("maxmemory-policy", "noeviction")
    redis.client.config_set("maxmemory", redis.client.info("memory")["used_memory"] // 2)

    with pytest.raises(ServerRefusedError, match=r"it is full .* set its maxmemory-policy to allkeys-lfu"):
        server_state(server)


def test_a_server_that_counts_says_whether_it_keeps_what_it_counted(server: SharedServer, redis: RedisServer) -> None:
    client = redis.client
    assert limits_state(server).endswith("when it ends: set its appendonly to yes")
    client.config_set("appendonly", "yes")
    assert limits_state(server).endswith("MB used, no limit; it keeps its data")
    client.config_set("maxmemory", 200 * MEGABYTES)
    assert "MB used of 200 MB, noeviction; it keeps" in limits_state(server)
    client.config_set("maxmemory-policy", "allkeys-lru")
    assert "allkeys-lru: when it is full it may forget what was spent of a budget" in limits_state(server)


def test_a_server_that_is_full_counts_no_more(server: SharedServer, redis: RedisServer) -> None:
    redis.client.config_set("maxmemory", 1)
    with pytest.raises(ServerRefusedError, match="so it no longer counts: give it more memory"):
        limits_state(server)
