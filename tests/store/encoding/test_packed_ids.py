from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.store.encoding.packed_ids import KEY_AS_TEXT, packed_call, packed_key, unpacked_call, unpacked_key

KEY = "ad52c7c2f00b4533a4149daa21692b4f93d8232dc2994504ead4e9d180437b29"
CALL = "2c6753ca1dbb2d0dc1-0002001"
# As the first version stored it: it must be read in years.
STORED_CALL = bytes.fromhex("2c6753ca1dbb2d0dc1000007d1")

keys = st.text("0123456789abcdef", min_size=64, max_size=64)
calls = st.from_regex(r"[0-9a-f]{18}-[0-9]{1,11}", fullmatch=True)


def test_ids_take_half_as_many_bytes() -> None:
    assert packed_key(KEY) == bytes.fromhex(KEY)
    assert packed_call(CALL) == STORED_CALL
    assert len(STORED_CALL) == len(CALL) / 2


@given(keys | st.text(max_size=70))
def test_a_key_is_read_as_it_was_written(key: str) -> None:
    assert unpacked_key(packed_key(key)) == key


@given(calls | st.text(max_size=40))
def test_a_call_is_read_as_it_was_written(call: str) -> None:
    assert unpacked_call(packed_call(call)) == call


@pytest.mark.parametrize(
    "other",
    ["", "ab", KEY.upper(), KEY + "00", KEY[1:], KEY + "\n", "é" * 64, KEY[:62] + "  ", f"b20261129-141500-{CALL}"],
)
def test_what_is_not_such_an_id_stays_text(other: str) -> None:
    assert packed_key(other) == packed_call(other) == other


@pytest.mark.parametrize("number", ["12", "00000012", "9999999999", "٠٠٠٠٠١٢"])
def test_a_number_that_is_written_otherwise_stays_text(number: str) -> None:
    assert packed_call(f"2c6753ca1dbb2d0dc1-{number}") == f"2c6753ca1dbb2d0dc1-{number}"


@given(st.lists(st.integers(1, 10**8), min_size=2))
def test_calls_of_a_process_stay_in_their_order(numbers: list[int]) -> None:
    def call(number: int) -> str | bytes:
        return packed_call(f"2c6753ca1dbb2d0dc1-{number:07d}")

    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE entries (number INTEGER, call TEXT)")
        db.executemany("INSERT INTO entries VALUES (?, ?)", [(number, call(number)) for number in numbers])
        found = [number for (number,) in db.execute("SELECT number FROM entries ORDER BY call")]
    assert found == sorted(numbers)


@given(keys | st.text(max_size=70).filter(lambda text: "\0" not in text))
def test_sqlite_reads_a_key_of_either_form_as_the_same_text(key: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE entries (key TEXT)")
        db.executemany("INSERT INTO entries VALUES (?)", [(key,), (packed_key(key),)])
        assert db.execute(f"SELECT DISTINCT {KEY_AS_TEXT} FROM entries").fetchall() == [(key,)]
