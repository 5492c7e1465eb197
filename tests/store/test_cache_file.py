from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes import answer
from scrimp.errors import StoreError
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile, CacheStats
from scrimp.store.completion_cache import CachedCompletion

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


@pytest.mark.parametrize("prefix", ["xyz", "", "a" * 65, "ab cd", "ab  ", "\u0661"])
def test_what_is_not_a_key_is_refused_in_words(file: CacheFile, prefix: str) -> None:
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


@pytest.mark.parametrize("blank", [" ", "  ", "\t\n", " " * 64])
def test_blanks_are_not_the_beginning_of_every_key(cache: SqliteCache, file: CacheFile, blank: str) -> None:
    cache.put_many([(key(1), ANSWER), (b"\xff" * 32, ANSWER)], run="r1", now=1.0)

    with pytest.raises(StoreError, match="is not a cache key"):
        file.remove(blank)
    assert file.stats().rows == 2


@pytest.mark.parametrize("value", [b'{"output": "\xff"}', b"", b"[]", None, 7, b'{"output": "x"}'])
def test_no_damage_of_a_row_ends_in_a_traceback(tmp_path: Path, value: object) -> None:
    SqliteCache(tmp_path / "cache.db").close()
    with sqlite3.connect(tmp_path / "cache.db") as db:
        db.executescript(
            "DROP TABLE cache; CREATE TABLE cache (key BLOB PRIMARY KEY, created REAL, run TEXT, model TEXT,"
            " cost_nano INTEGER, answer BLOB)"
        )
        db.execute("INSERT INTO cache VALUES (?, 1, 'r', 'm', 1, ?)", (key(1), value))
    db.close()
    file, cache = CacheFile(tmp_path / "cache.db"), SqliteCache(tmp_path / "cache.db")

    for read in (lambda: list(file.completions()), lambda: file.matching("0"), lambda: cache.get_many([key(1)])):
        with pytest.raises(StoreError, match=f"scrimp cache rm {key(1).hex()}"):
            read()
    file.close()
    cache.close()


def test_a_row_written_by_hand_with_only_what_is_required_is_read(cache: SqliteCache, file: CacheFile) -> None:
    row = {"output": "42", "model": "m", "provider": "p", "finish_reason": "stop", "a_field_of_tomorrow": [1]}
    with sqlite3.connect(cache.path) as db:
        db.execute("INSERT INTO cache VALUES (?, 7.5, 'r9', 'm', NULL, ?)", (key(1), json.dumps(row).encode()))
    db.close()

    (completion,) = file.completions()
    assert (completion.key, completion.created, completion.run) == (key(1), 7.5, "r9")
    assert (completion.answer.output, completion.answer.cost) == ("42", None)
    assert cache.get_many([key(1)]) == {key(1): completion}


def test_the_file_shows_what_an_open_cache_has_put_at_once(cache: SqliteCache, file: CacheFile) -> None:
    for moment in (1.0, 2.0):
        cache.put_many([(key(1), ANSWER), (key(int(moment)), ANSWER)], run=f"r{moment:.0f}", now=moment)

        assert {each.key: each for each in file.completions()} == cache.get_many([key(1), key(2)])


def test_an_empty_file_has_stats_too(file: CacheFile) -> None:
    stats = file.stats()

    assert stats == CacheStats(0, stats.bytes, None, None, 0, ())
    assert list(file.completions()) == []
    assert file.prune(before=1e12) == 0


def test_stats_count_the_write_ahead_log_too(cache: SqliteCache, file: CacheFile) -> None:
    cache.put_many([(key(number), ANSWER) for number in range(300)], run="r1", now=1.0)
    sizes = {path.name: path.stat().st_size for path in cache.path.parent.iterdir()}

    assert sizes["cache.db-wal"] > 0
    assert file.stats().bytes == sum(sizes.values())


def test_pruning_gives_the_space_back(cache: SqliteCache, file: CacheFile) -> None:
    cache.put_many([(key(number), ANSWER) for number in range(2000)], run="r1", now=1.0)
    with sqlite3.connect(cache.path) as db:
        (before,) = db.execute("PRAGMA page_count").fetchone()
        file.prune(before=2.0)
        (after,) = db.execute("PRAGMA page_count").fetchone()
    db.close()

    assert before > 60
    assert after < 10


def test_a_prefix_with_many_keys_shows_the_first_hundred_and_removes_all(cache: SqliteCache, file: CacheFile) -> None:
    cache.put_many([(key(number), ANSWER) for number in range(250)], run="r1", now=1.0)

    assert len(file.matching("0")) == 100
    assert file.remove("0") == 250


@settings(max_examples=30)
@given(
    keys=st.sets(st.lists(st.sampled_from([0x00, 0x0F, 0xA0, 0xAF, 0xFF]), min_size=32, max_size=32).map(bytes)),
    stem=st.binary(min_size=32, max_size=32), digits=st.integers(1, 64), upper=st.booleans(), data=st.data(),
)  # fmt: skip
def test_a_prefix_means_the_keys_whose_hex_begins_with_it(
    tmp_path_factory: pytest.TempPathFactory, keys: set[bytes], stem: bytes, digits: int, upper: bool,
    data: st.DataObject,
) -> None:  # fmt: skip
    cache = SqliteCache(tmp_path_factory.mktemp("home") / "cache.db")
    file = CacheFile(cache.path)
    cache.put_many([(each, ANSWER) for each in keys], run="r1", now=1.0)
    prefix = data.draw(st.sampled_from([*sorted(keys), stem])).hex()[:digits]
    named = {each for each in keys if each.hex().startswith(prefix)}
    typed = prefix.upper() if upper else prefix

    assert {each.key for each in file.matching(typed)} == named
    assert file.remove(typed) == len(named)
    assert {each.key for each in file.completions()} == keys - named
    file.close()
    cache.close()


def test_completions_made_at_the_same_moment_come_out_by_key(cache: SqliteCache, file: CacheFile) -> None:
    cache.import_many([CachedCompletion(key(number), 5.0, "r1", ANSWER) for number in (3, 1, 2)])

    assert [each.key for each in file.completions()] == [key(1), key(2), key(3)]
