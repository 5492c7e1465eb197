from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from scrimp.errors import StoreError
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.encoding.packed_json import unpacked
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


def test_a_file_that_is_not_a_database_is_named_with_the_next_move(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_text("this is not a database, " * 100)

    with pytest.raises(StoreError, match=r"cache\.db is damaged.*doctor --repair"):
        SqliteCache(path)


def test_a_full_disk_is_said_and_nothing_half_written_stays(cache: SqliteCache) -> None:
    cache.put_many([(key(1), ANSWER)], run="r1", now=1.0)
    (pages,) = cache._db.execute("PRAGMA page_count").fetchone()
    cache._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite reports it as it reports a full disk

    with pytest.raises(StoreError, match=r"full.*free some space"):
        cache.put_many([(key(number), ANSWER) for number in range(2, 500)], run="r1", now=2.0)
    assert list(cache.get_many([key(number) for number in range(500)])) == [key(1)]


def test_a_row_that_is_refused_takes_the_whole_put_with_it(cache: SqliteCache) -> None:
    with closing(sqlite3.connect(cache.path)) as db:
        db.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON cache WHEN new.model = 'refused'"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    rows = [(key(number), ANSWER) for number in range(300)]
    with pytest.raises(StoreError, match="refused"):
        cache.put_many([*rows, (key(300), replace(ANSWER, model="refused"))], run="r1", now=1.0)

    assert cache.get_many([key(number) for number in range(301)]) == {}


def test_two_connections_see_what_the_other_has_put(cache: SqliteCache) -> None:
    other, names = SqliteCache(cache.path), [key(number) for number in range(20)]
    for number, name in enumerate(names):
        (cache, other)[number % 2].put_many([(name, ANSWER)], run=f"r{number % 2}", now=1.0)

    assert list(cache.get_many(names)) == list(other.get_many(names)) == names
    assert list(cache.get_many(names, run="r1")) == names[1::2]
    other.close()


KEYS = [bytes([first]) * 32 for first in (0x00, 0x0F, 0xA0, 0xAF, 0xFF)]
keys = st.sampled_from(KEYS)
moments = st.integers(0, 6).map(float)
runs = st.sampled_from(["r1", "r2"])
answers = st.builds(
    Answer,
    output=st.text(max_size=5), model=st.sampled_from(["m", "n"]), provider=st.just("p"), finish_reason=st.just("stop"),
    cost=st.none() | st.integers(0, 10**12).map(lambda nano: Decimal(nano).scaleb(-9)),
)  # fmt: skip


class CacheMachine(RuleBasedStateMachine):
    """A cache and its file beside a dictionary; a plain connection reads what is in the table."""

    def __init__(self) -> None:
        super().__init__()
        self.home = TemporaryDirectory()
        self.path = Path(self.home.name) / "cache.db"
        self.model: dict[bytes, CachedCompletion] = {}
        self.cache, self.file = SqliteCache(self.path), CacheFile(self.path)

    def teardown(self) -> None:
        self.cache.close()
        self.file.close()
        self.home.cleanup()

    @rule(rows=st.lists(st.tuples(keys, answers), max_size=4), run=runs, now=moments)
    def put(self, rows: list[tuple[bytes, Answer]], run: str, now: float) -> None:
        self.cache.put_many(rows, run=run, now=now)
        self.model |= {name: CachedCompletion(name, now, run, kept) for name, kept in rows}

    @rule(completions=st.lists(st.builds(CachedCompletion, keys, moments, runs, answers), max_size=4))
    def take_over(self, completions: list[CachedCompletion]) -> None:
        new = 0
        for each in completions:
            if each.key not in self.model or each.created > self.model[each.key].created:
                self.model[each.key] = each
                new += 1
        assert self.cache.import_many(completions) == new

    @rule(wanted=st.lists(keys, max_size=4), since=moments, run=st.none() | runs)
    def get(self, wanted: list[bytes], since: float, run: str | None) -> None:
        assert self.cache.get_many(wanted, since=since, run=run) == {
            name: each
            for name, each in self.model.items()
            if name in wanted and each.created >= since and run in (None, each.run)
        }

    @rule(before=moments)
    def prune(self, before: float) -> None:
        old = [name for name, each in self.model.items() if each.created < before]
        assert self.file.prune(before=before) == len(old)
        for name in old:
            del self.model[name]

    @rule(prefix=st.sampled_from(["0", "00", "a", "A0", "af", "f", "ff" * 32, "b"]))
    def remove(self, prefix: str) -> None:
        named = [name for name in self.model if name.hex().startswith(prefix.lower())]
        assert sorted(each.key for each in self.file.matching(prefix)) == sorted(named)
        assert self.file.remove(prefix) == len(named)
        for name in named:
            del self.model[name]

    @rule()
    def reopen(self) -> None:
        self.cache.close()
        self.cache = SqliteCache(self.path)

    @invariant()
    def the_table_is_the_dictionary(self) -> None:
        with closing(sqlite3.connect(self.path)) as db:
            rows = db.execute("SELECT key, created, run, model, cost_nano, answer FROM cache").fetchall()
        assert len(rows) == len(self.model)
        for name, created, run, model, nano, encoded in rows:
            kept = self.model[name]
            assert (created, run, model) == (kept.created, kept.run, kept.answer.model)
            assert nano == (None if kept.answer.cost is None else int(kept.answer.cost * 10**9))
            assert json.loads(unpacked(name, encoded))["output"] == kept.answer.output

    @invariant()
    def stats_are_those_of_the_dictionary(self) -> None:
        stats, made = self.file.stats(), [each.created for each in self.model.values()]
        costs = [each.answer.cost for each in self.model.values() if each.answer.cost is not None]
        assert (stats.rows, stats.oldest, stats.newest) == (len(made), min(made, default=None), max(made, default=None))
        assert Decimal(stats.cost_nano).scaleb(-9) == sum(costs, Decimal(0))
        assert sum(count for _, count in stats.models) == len(made)


TestCacheMachine = CacheMachine.TestCase
TestCacheMachine.settings = settings(max_examples=25, stateful_step_count=20)
