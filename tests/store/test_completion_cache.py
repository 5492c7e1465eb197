"""The contract of a CompletionCache: every implementation passes the same tests."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes import answer
from redis_server import RedisServer, redis_server
from scrimp.shared.connection import SharedServer
from scrimp.shared.response_cache import ResponseCache
from scrimp.shared.two_levels import TwoLevelCache
from scrimp.store.cache import SqliteCache
from scrimp.store.completion_cache import CachedCompletion, LayeredCache, MemoryCache, NoCache

if TYPE_CHECKING:
    from scrimp.store.completion_cache import CompletionCache


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


def two_levels(kind: str, folder: Path, redis: RedisServer) -> CompletionCache:
    redis.client.flushall()
    server = SharedServer(redis.url, name="it", warn=print, meanwhile="so be it", timeout=30)
    shared = ResponseCache(server, ttl=3600.0, random_fraction=lambda: 0.5)
    return TwoLevelCache(SqliteCache(folder / "cache.db"), lambda: shared, local_too=kind == "both")


def new_cache(kind: str, folder: Path, request: pytest.FixtureRequest) -> CompletionCache:
    if kind in ("both", "server"):
        return two_levels(kind, folder, request.getfixturevalue("redis"))
    if kind == "layered":
        layered = LayeredCache(NoCache())
        layered.own = MemoryCache()
        return layered
    return {"sqlite": lambda: SqliteCache(folder / "cache.db"), "memory": MemoryCache, "none": NoCache}[kind]()


KEYS = [bytes([number]) * 32 for number in range(5)]
RUNS = ["r1", "r2"]
puts = st.tuples(st.lists(st.tuples(st.sampled_from(KEYS), st.text(max_size=3))), st.sampled_from(RUNS))


@pytest.fixture(params=["sqlite", "memory", "layered", "none", "both", "server"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cache(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[CompletionCache]:
    opened = new_cache(kind, tmp_path, request)
    yield opened
    opened.close()


def test_a_cache_without_completions_finds_none(cache: CompletionCache) -> None:
    assert cache.get_many(KEYS) == {}
    assert cache.get_many([]) == {}


def test_putting_nothing_is_allowed(cache: CompletionCache) -> None:
    cache.put_many([], run="r1", now=1.0)

    assert cache.get_many(KEYS) == {}


def test_a_cache_that_was_never_used_can_be_closed(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    new_cache(kind, tmp_path / "unused", request).close()


@settings(max_examples=25)
@given(
    history=st.lists(puts, max_size=5), wanted=st.lists(st.sampled_from(KEYS)), since=st.integers(0, 6),
    run=st.none() | st.sampled_from(RUNS),
)  # fmt: skip
def test_a_completion_that_is_found_is_the_last_one_put_and_was_asked_for(
    kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest,
    history: list[tuple[list[tuple[bytes, str]], str]],
    wanted: list[bytes], since: int, run: str | None,
) -> None:  # fmt: skip
    cache = new_cache(kind, tmp_path_factory.mktemp("home"), request)
    last: dict[bytes, CachedCompletion] = {}
    for moment, (rows, by) in enumerate(history, start=1):
        completions = [(key, answer(text)) for key, text in rows]
        cache.put_many(completions, run=by, now=float(moment))
        last |= {key: CachedCompletion(key, float(moment), by, kept) for key, kept in completions}
    found = cache.get_many(tuple(wanted), since=float(since), run=run)
    cache.close()

    allowed = {
        key: each for key, each in last.items() if key in wanted and each.created >= since and run in (None, each.run)
    }
    assert found.items() <= allowed.items()
    assert kind == "none" or found == allowed


def test_no_cache_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cache = NoCache()
    cache.put_many([(KEYS[0], answer())], run="r1", now=1.0)
    cache.close()

    assert cache.get_many(KEYS) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("other", [NoCache, MemoryCache, LayeredCache, TwoLevelCache])
@pytest.mark.parametrize("method", ["get_many", "put_many", "close"])
def test_all_caches_take_the_same_arguments(method: str, other: type) -> None:
    assert inspect.signature(getattr(other, method)) == inspect.signature(getattr(SqliteCache, method))
