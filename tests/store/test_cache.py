from __future__ import annotations

import sqlite3
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from scrimp.errors import StoreError
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile
from scrimp.values import Answer, Compression, Usage

ANSWER = Answer(
    output="positive", model="m", provider="p", finish_reason="stop", parsed={"label": ["positive"]}, confidence=0.5,
    usage=Usage(input=3, output=1), cost=Decimal("0.000000017"), price="2026-11-09",
    compressed=Compression(before=3, after=2, level="lossless"), baseline_cost=Decimal("1.5"),
)  # fmt: skip


@pytest.fixture
def cache(tmp_path: Path) -> SqliteCache:
    return SqliteCache(tmp_path / "home" / "cache.db")


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_a_completion_comes_back_as_it_was_put(cache: SqliteCache) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=100.0)

    kept = cache.get_many([key(1), key(2)])

    assert list(kept) == [key(1)]
    assert (kept[key(1)].answer, kept[key(1)].run, kept[key(1)].created) == (ANSWER, "r1", 100.0)


def test_more_keys_than_one_group_are_all_found(cache: SqliteCache) -> None:
    keys = [key(number) for number in range(1234)]
    cache.put_many([(each, ANSWER) for each in keys], run="r1", now=1.0)

    assert cache.get_many(keys).keys() == set(keys)


def test_what_is_older_than_asked_for_is_not_given(cache: SqliteCache) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=100.0)

    assert not cache.get_many([key(1)], since=100.5)
    assert cache.get_many([key(1)], since=100.0)


def test_a_run_can_ask_for_its_own_rows_only(cache: SqliteCache) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=1.0)

    assert not cache.get_many([key(1)], run="r2")
    assert cache.get_many([key(1)], run="r1")


def test_the_file_is_private_and_so_is_its_directory(cache: SqliteCache) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=1.0)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (cache.path.parent, *cache.path.parent.iterdir())]

    assert modes[0] == 0o700
    assert set(modes[1:]) == {0o600}


def test_taking_over_keeps_the_newer_completion(cache: SqliteCache, tmp_path: Path) -> None:
    other = SqliteCache(tmp_path / "other.db")
    cache.put_many([(key(1), ANSWER)], run="old", now=1.0)
    cache.put_many([(key(2), ANSWER)], run="new", now=9.0)
    other.put_many([(key(1), ANSWER), (key(2), ANSWER), (key(3), ANSWER)], run="theirs", now=5.0)

    assert cache.import_many(list(CacheFile(other.path).completions())) == 2
    assert [kept.run for kept in cache.get_many([key(1), key(2), key(3)]).values()] == ["theirs", "new", "theirs"]


def test_a_store_of_a_newer_scrimp_is_left_alone(cache: SqliteCache) -> None:
    with sqlite3.connect(cache.path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(StoreError, match="newer scrimp"):
        SqliteCache(cache.path)


def test_a_file_that_is_no_database_is_named_with_the_next_move(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_text("this is no database, " * 100)

    with pytest.raises(StoreError, match=r"cache\.db is damaged.*move it away"):
        SqliteCache(path)


def test_a_full_disk_is_said_and_nothing_half_written_stays(cache: SqliteCache) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=1.0)
    (pages,) = cache._db.execute("PRAGMA page_count").fetchone()
    cache._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite reports it as it reports a full disk

    with pytest.raises(StoreError, match=r"full.*free some space"):
        cache.put_many([(key(number), ANSWER) for number in range(2, 500)], run="r1", now=2.0)
    assert list(cache.get_many([key(number) for number in range(500)])) == [key(1)]
