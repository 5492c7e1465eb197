from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from outcomes import answer
from scrimp.errors import StoreError
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile

ANSWER = answer("kept", cost=Decimal("0.000000017"))


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[SqliteCache]:
    opened = SqliteCache(tmp_path / "cache.db")
    yield opened
    opened.close()


@pytest.fixture
def file(cache: SqliteCache) -> Iterator[CacheFile]:
    opened = CacheFile(cache.path)
    yield opened
    opened.close()


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_pruning_removes_what_is_older(cache: SqliteCache, file: CacheFile) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=1.0)
    cache.put_many([(key(2), ANSWER)], run="r1", now=2.0)

    assert file.prune(before=2.0) == 1
    assert list(cache.get_many([key(1), key(2)])) == [key(2)]


def test_a_key_can_be_named_by_its_first_digits(cache: SqliteCache, file: CacheFile) -> None:
    first, second = bytes.fromhex("ab" * 32), bytes.fromhex("ac" * 32)
    cache.put_many([(first, ANSWER), (second, ANSWER)], run="r1", now=1.0)

    assert [kept.key for kept in file.matching("ab")] == [first]
    assert len(file.matching("a")) == 2
    assert file.remove("ac") == 1
    assert [kept.key for kept in file.matching("a")] == [first]


@pytest.mark.parametrize("prefix", ["xyz", "", "a" * 65])
def test_what_is_no_key_is_refused_in_words(file: CacheFile, prefix: str) -> None:
    with pytest.raises(StoreError, match="key"):
        file.remove(prefix)


def test_stats_add_up_what_is_in_the_file(cache: SqliteCache, file: CacheFile) -> None:
    cache.put_many([(key(1), ANSWER), (key(2), ANSWER)], run="r1", now=1.0)
    cache.put_many([(key(3), answer("dear", model="p/other", cost=None))], run="r2", now=5.0)

    stats = file.stats()

    assert (stats.rows, stats.oldest, stats.newest, stats.cost_nano) == (3, 1.0, 5.0, 34)
    assert stats.models == (("gpt-6-luna", 2), ("other", 1))
    assert stats.bytes >= cache.path.stat().st_size


def test_every_completion_comes_out_oldest_first(cache: SqliteCache, file: CacheFile) -> None:
    for number in (3, 1, 2):
        cache.put_many([(key(number), ANSWER)], run="r1", now=float(number))

    assert [each.key for each in file.completions()] == [key(1), key(2), key(3)]


def test_a_row_that_cannot_be_read_is_named_with_the_command_that_removes_it(
    cache: SqliteCache, file: CacheFile
) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=1.0)
    cache._db.execute("UPDATE cache SET answer = '{'")

    with pytest.raises(StoreError, match=f"scrimp cache rm {key(1).hex()}"):
        list(file.completions())
    assert file.remove(key(1).hex()) == 1
