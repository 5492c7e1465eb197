from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from outcomes import answer, entry
from scrimp.config.paths import Paths, paths_of
from scrimp.errors import StoreError
from scrimp.flows.stores.recovery import recover
from scrimp.flows.stores.repair import repair_stores
from scrimp.store.cache import MIGRATIONS, SqliteCache
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.encoding.journal_records import BegunCall, SettledRow
from scrimp.store.ledger import Ledger
from scrimp.store.repair.database import damage_of, repair_database

ROWS = 2_000
PAGE = 4096


def key_of(number: int) -> bytes:
    return number.to_bytes(4, "big") * 8


def completion(number: int) -> CachedCompletion:
    letters = "".join(map(chr, Random(number).choices(range(33, 127), k=200 + number % 300)))  # hard to compress
    return CachedCompletion(key_of(number), float(number), "r", answer(f"completion {number} {letters}"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "cache.db"
    with closing(SqliteCache(path)) as cache:
        cache.import_many([completion(number) for number in range(ROWS)])
    return path.read_bytes()


def overwritten(data: bytes, *pages: int, by: bytes = b"\0") -> bytes:
    broken = bytearray(data)
    for page in pages:
        broken[page * PAGE : (page + 1) * PAGE] = (by * PAGE)[:PAGE]
    return bytes(broken)


def flipped(data: bytes, seed: int) -> bytes:
    broken, chance = bytearray(data), Random(seed)
    for _ in range(40):
        broken[chance.randrange(PAGE, len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def found(path: Path) -> dict[bytes, CachedCompletion]:
    """What is in a cache, and the same as its rows are now."""
    with closing(SqliteCache(path)) as cache:
        readable = {}
        for number in range(ROWS):
            try:
                readable |= cache.get_many([key_of(number)])
            except StoreError:  # a flipped bit in its answer
                continue
        return readable


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], int]] = {
    "a page of zeros": (lambda data: overwritten(data, 40), ROWS - 20),
    "ten pages of noise": (lambda data: overwritten(data, *range(60, 70), by=b"\xa7\x01"), ROWS - 200),
    "every seventh page": (lambda data: overwritten(data, *range(10, len(data) // PAGE, 7)), ROWS // 2),
    "the second half cut off": (lambda data: data[: len(data) // PAGE // 2 * PAGE], ROWS // 3),
}


@pytest.mark.parametrize(("damage", "least"), DAMAGES.values(), ids=DAMAGES)
def test_what_can_be_read_of_a_damaged_cache_is_saved_and_the_file_is_kept(
    tmp_path: Path, sound: bytes, damage: Callable[[bytes], bytes], least: int
) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(damage(sound))
    assert damage_of(path) is not None
    made = repair_database(path, MIGRATIONS)
    assert made is not None

    kept = found(path)
    assert damage_of(path) is None
    assert len(kept) == made.rows >= least
    assert all(each == completion(int(each.created)) for each in kept.values())
    assert made.kept_as.read_bytes() == damage(sound)
    assert repair_database(path, MIGRATIONS) is None


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bits_end_in_a_sound_cache_with_most_rows(tmp_path: Path, sound: bytes, seed: int) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(flipped(sound, seed))
    repair_database(path, MIGRATIONS)

    kept = found(path)
    assert damage_of(path) is None
    assert len(kept) > ROWS * 0.9
    assert all(kept[key].answer == completion(int.from_bytes(key[:4])).answer for key in kept)


@pytest.mark.parametrize("content", [b"", b"name,size\n" * 900, b"SQLite format 3\0" + bytes(9000), bytes(8192)])
def test_a_file_that_is_not_a_database_is_kept_and_an_empty_one_made(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cache.db").write_bytes(content)
    made = repair_database(tmp_path / "cache.db", MIGRATIONS)

    if content:
        assert made is not None
        assert (made.rows, made.kept_as.read_bytes()) == (0, content)
    with closing(SqliteCache(tmp_path / "cache.db")) as cache:
        assert cache.get_many([key_of(1)]) == {}


def test_a_damaged_database_that_is_in_use_is_left_alone(tmp_path: Path, sound: bytes) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(overwritten(sound, 40))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="in use"):
            repair_database(path, MIGRATIONS)
    assert path.read_bytes() == overwritten(sound, 40)


LOST = replace(entry(status="lost", cost=None), usage=None)


def home_with_journal(tmp_path: Path, lines: list[bytes]) -> Paths:
    (tmp_path / "in-flight-r-1.jsonl").write_bytes(b"".join(lines) + bytes(64))
    return paths_of({"SCRIMP_HOME": str(tmp_path)})


def line(number: int) -> bytes:
    paid = replace(entry(), call=f"c{number}")
    record = SettledRow((paid,), float(number), key_of(number).hex(), answer(f"completion {number}"))
    return msgspec.json.encode(record) + b"\n"


def test_a_damaged_journal_is_recovered_but_for_its_damage_said_and_kept(tmp_path: Path) -> None:
    lines = [line(number) for number in range(6)]
    lines[1] = lines[1][:30] + bytes(8) + lines[1][38:]  # in the middle of a record
    lines[3] = b"\xff\xfe" + lines[3]  # before a whole one
    lines[5] = lines[5][:-20]  # cut short, as by a kill
    paths, said = home_with_journal(tmp_path, lines), list[str]()
    recover(paths, said.append)
    first = {each.answer.output for each in found(paths.cache_db).values()}
    sentences = repair_stores(paths)
    second = {each.answer.output for each in found(paths.cache_db).values()}
    kept = list((tmp_path / "damaged").iterdir())

    assert first == {f"completion {number}" for number in (0, 2, 4)}
    assert len(said) == 1
    assert "2 records cannot be read" in said[0]
    assert "scrimp doctor --repair" in said[0]
    assert second == first | {"completion 3"}
    assert "4 records read" in sentences[0]
    assert [path.read_bytes() for path in kept] == [b"".join(lines) + bytes(64)]
    assert repair_stores(paths) == []


def test_a_journal_that_was_only_cut_short_is_not_damaged(tmp_path: Path) -> None:
    begun, said = msgspec.json.encode(BegunCall(LOST)) + b"\n", list[str]()
    paths = home_with_journal(tmp_path, [begun, line(1)[:40]])

    assert recover(paths, said.append) == 1
    assert said == []
    assert not list(tmp_path.glob("in-flight-*"))
    with closing(Ledger(paths.ledger_db)) as ledger:
        assert [total.name for total in ledger.totals("status")] == ["lost"]
