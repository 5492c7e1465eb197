from __future__ import annotations

import sqlite3
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from scrimp.errors import StoreError
from scrimp.store.cache import Cache
from scrimp.values import Answer, Compression, Usage

ANSWER = Answer(
    output="positive", model="m", provider="p", finish_reason="stop", parsed={"label": ["positive"]}, confidence=0.5,
    usage=Usage(input=3, output=1), cost=Decimal("0.000000017"), price="2026-11-09",
    compressed=Compression(before=3, after=2, level="lossless"), baseline_cost=Decimal("1.5"),
)  # fmt: skip


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "home" / "cache.db")


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_a_completion_comes_back_as_it_was_put(cache: Cache) -> None:
    cache.put([(key(1), ANSWER)], run="r1", now=100.0)

    kept = cache.get([key(1), key(2)])

    assert list(kept) == [key(1)]
    assert (kept[key(1)].answer, kept[key(1)].run, kept[key(1)].created) == (ANSWER, "r1", 100.0)


def test_more_keys_than_one_group_are_all_found(cache: Cache) -> None:
    keys = [key(number) for number in range(1234)]
    cache.put([(each, ANSWER) for each in keys], run="r1", now=1.0)

    assert cache.get(keys).keys() == set(keys)


def test_what_is_older_than_asked_for_is_not_given(cache: Cache) -> None:
    cache.put([(key(1), ANSWER)], run="r1", now=100.0)

    assert not cache.get([key(1)], since=100.5)
    assert cache.get([key(1)], since=100.0)


def test_a_run_can_ask_for_its_own_rows_only(cache: Cache) -> None:
    cache.put([(key(1), ANSWER)], run="r1", now=1.0)

    assert not cache.get([key(1)], run="r2")
    assert cache.get([key(1)], run="r1")


def test_the_file_is_private_and_so_is_its_directory(cache: Cache) -> None:
    cache.put([(key(1), ANSWER)], run="r1", now=1.0)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (cache.path.parent, *cache.path.parent.iterdir())]

    assert modes[0] == 0o700
    assert set(modes[1:]) == {0o600}


def test_pruning_forgets_what_is_older(cache: Cache) -> None:
    cache.put([(key(1), ANSWER)], run="r1", now=1.0)
    cache.put([(key(2), ANSWER)], run="r1", now=2.0)

    assert cache.prune(before=2.0) == 1
    assert list(cache.get([key(1), key(2)])) == [key(2)]


def test_a_key_can_be_named_by_its_first_digits(cache: Cache) -> None:
    first, second = bytes.fromhex("ab" * 32), bytes.fromhex("ac" * 32)
    cache.put([(first, ANSWER), (second, ANSWER)], run="r1", now=1.0)

    assert [kept.key for kept in cache.matching("ab")] == [first]
    assert len(cache.matching("a")) == 2
    assert cache.remove("ac") == 1
    assert [kept.key for kept in cache.matching("a")] == [first]


@pytest.mark.parametrize("prefix", ["xyz", "", "a" * 65])
def test_what_is_no_key_is_refused_in_words(cache: Cache, prefix: str) -> None:
    with pytest.raises(StoreError, match="key"):
        cache.remove(prefix)


def test_taking_over_keeps_the_newer_completion(cache: Cache, tmp_path: Path) -> None:
    other = Cache(tmp_path / "other.db")
    cache.put([(key(1), ANSWER)], run="old", now=1.0)
    cache.put([(key(2), ANSWER)], run="new", now=9.0)
    other.put([(key(1), ANSWER), (key(2), ANSWER), (key(3), ANSWER)], run="theirs", now=5.0)

    assert cache.take(list(other.everything())) == 2
    assert [kept.run for kept in cache.get([key(1), key(2), key(3)]).values()] == ["theirs", "new", "theirs"]


def test_a_store_of_a_newer_scrimp_is_left_alone(cache: Cache) -> None:
    with sqlite3.connect(cache.path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(StoreError, match="newer scrimp"):
        Cache(cache.path)


def test_a_file_that_is_no_database_is_named_with_the_next_move(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_text("this is no database, " * 100)

    with pytest.raises(StoreError, match=r"cache\.db is damaged.*move it away"):
        Cache(path)


def test_a_full_disk_is_said_and_nothing_half_written_stays(cache: Cache) -> None:
    cache.put([(key(1), ANSWER)], run="r1", now=1.0)
    (pages,) = cache._db.execute("PRAGMA page_count").fetchone()
    cache._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite reports it as it reports a full disk

    with pytest.raises(StoreError, match=r"full.*free some space"):
        cache.put([(key(number), ANSWER) for number in range(2, 500)], run="r1", now=2.0)
    assert list(cache.get([key(number) for number in range(500)])) == [key(1)]
