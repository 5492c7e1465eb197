"""Long texts are counted some lines at a time: the tokens of all of one take ten times as much memory as it does."""

from __future__ import annotations

import tracemalloc
from random import Random

import pytest

from scrimp import tokens
from scrimp.tokens.o200k import encoding

# What a line ends with and what the next begins with: tokens go on over the end of a line in some of these.
_ENDS = ("a", "}", '"', "/", ".", " ", "\t", "\u3000", "\r", "12", "\u00e9", "\u4f60", "\U0001f600", "'s", "!!", "")
_LINE = "Where a line ends, {1} its tokens may go on in the {2} next one. "


@pytest.mark.parametrize("seed", range(3))
def test_a_long_text_is_counted_exactly_whatever_its_lines_begin_and_end_with(seed: int) -> None:
    random = Random(seed)
    text = "\n".join(random.choice(_ENDS) + _LINE * random.randrange(4) + random.choice(_ENDS) for _ in range(9000))

    assert tokens.count(text) == len(encoding().encode_ordinary(text))


def test_counting_takes_little_more_memory_than_the_text() -> None:
    text = f"{_LINE}\n" * 40_000
    tokens.count("loads the table")
    tracemalloc.start()

    tokens.count(text)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * len(text)
