from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.store.encoding.packed_json import packed, unpacked

KEY = b"a key"
JSON = (
    b'{"output":"billing","model":"gpt-5-mini-2025-08-07","provider":"openai","finish_reason":"stop",'
    b'"usage":{"input":231,"output":9},"cost":"0.0000757500","price":"table"}'
)
# As the first version stored it: it must be read in years.
STORED = bytes.fromhex(
    "01a552d9bb438ab1a4cc9c1c50a020220e91ee748d0c8c4c750d2c740dcc498b36f4883132468a0b4bf4d037373537c51207b500"
)


@given(st.binary(max_size=40), st.binary(max_size=5000))
def test_what_is_packed_is_unpacked_to_the_byte(key: bytes, json: bytes) -> None:
    assert unpacked(key, packed(key, json)) == json


def test_what_an_earlier_version_stored_is_read() -> None:
    assert unpacked(KEY, STORED) == JSON
    assert unpacked(KEY, JSON) == JSON
    assert int.from_bytes(STORED[1:5]) == zlib.crc32(KEY + JSON)


def test_an_answer_takes_a_third_of_its_json() -> None:
    assert len(packed(KEY, JSON)) < len(JSON) / 3


@given(st.integers(1, len(STORED) - 1), st.integers(1, 255))
def test_damage_is_found(place: int, change: int) -> None:
    damaged = bytearray(STORED)
    damaged[place] ^= change
    for stored in (bytes(damaged), STORED[:place]):
        try:
            read = unpacked(KEY, stored)
        except ValueError:
            continue
        assert read == JSON  # a bit behind the end of the stream


def test_what_is_cut_off_behind_its_name_is_damaged() -> None:
    with pytest.raises(ValueError, match="checksum"):
        unpacked(KEY, STORED[:3])


def test_an_answer_is_not_an_answer_of_another_key() -> None:
    with pytest.raises(ValueError, match="checksum"):
        unpacked(b"another key", STORED)
