"""Shards: every row in one of them, equal prompts in the same one."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.errors import UsageError
from scrimp.read.selection.shard import Shard, parse_shard
from scrimp.values import Message, Prompt

TEXTS = st.lists(st.text(max_size=3), max_size=40)


@given(texts=TEXTS, count=st.integers(1, 60))
def test_every_row_is_in_one_shard_and_equal_rows_are_in_the_same(texts: list[str], count: int) -> None:
    rows = [Prompt(index=index, text=text) for index, text in enumerate(texts)]
    shards = [[row for row in rows if Shard(number, count).has(row)] for number in range(1, count + 1)]

    assert sorted(row.index for shard in shards for row in shard) == list(range(len(rows)))
    homes = [(row.text, number) for number, shard in enumerate(shards) for row in shard]
    assert len(set(homes)) == len(set(texts))


def test_a_shard_goes_by_what_is_asked_not_by_place_id_columns_or_sample() -> None:
    asked = Prompt(index=0, text="a", system="s", history=(Message(role="user", content="h"),))
    same = replace(asked, index=7, id="seven", row={"other": 1}, source="b.csv:8", file="b.csv", number=8, sample=3)
    shards = [Shard(number, 1000) for number in range(1, 1001)]

    assert [shard.has(asked) for shard in shards] == [shard.has(same) for shard in shards]
    for other in (replace(asked, text="b"), replace(asked, system=None), replace(asked, history=())):
        assert [shard.has(asked) for shard in shards] != [shard.has(other) for shard in shards]


def test_a_row_is_in_the_same_shard_on_every_machine_and_in_every_version() -> None:
    """By definition: the SHA-256 of eight zero bytes and of [null,[],"row 1"], the first 16 bytes modulo 1000."""
    # printf '\0\0\0\0\0\0\0\0[null,[],"row 1"]' | sha256sum
    assert Shard(0xD2103C11C7F0E811879E771E7770B462 % 1000 + 1, 1000).has(Prompt(index=0, text="row 1"))


def test_shards_are_about_equally_large() -> None:
    rows = [Prompt(index=index, text=f"row {index}") for index in range(10_000)]
    sizes = Counter(number for row in rows for number in range(1, 11) if Shard(number, 10).has(row))

    assert sum((sizes[number] - 1000) ** 2 / 1000 for number in range(1, 11)) < 27.9  # chi-square, 9 degrees, p = 0.001


def test_it_is_written_as_i_of_n() -> None:
    assert parse_shard(None) is None
    assert parse_shard("1/1") == Shard(1, 1)
    assert parse_shard("03/8") == Shard(3, 8)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0/4", "counted from 1"),
        ("5/4", "the last is 4/4"),
        ("1/0", "0 shards"),
        *(
            (text, "write i/n")
            for text in ("x", "", "3", "/", "1/", "/4", "1/4/2", "-1/4", "1.0/4", "\uff11/4", "1/" + "9" * 5000)
        ),
    ],
)
def test_what_names_no_shard_is_said_with_the_next_move(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        parse_shard(text)
    assert "--shard" in str(error.value)
