from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.json.strategies import nearly, strictly, texts
from scrimp.compress.json.lexer import are_records, find_end, is_value

ends = st.sampled_from(["[1]", '{"a": 1}', "[1] [2", "[2,", "[3]]", "", " \t", "1"])
lines = st.lists(texts | nearly | ends).map("\n".join)


@given(texts | nearly)
def test_what_msgspec_skips_a_strict_parser_reads(text):
    try:
        msgspec.json.Decoder(msgspec.Raw).decode(text)
    except ValueError:
        return
    assert strictly(text) is not None


@given(texts | nearly | st.text(alphabet='[]{}",:\n 1a\\'))
def test_a_value_is_what_a_strict_parser_reads(text):
    assert is_value(text) == (strictly(text) is not None)


@given(lines)
def test_records_are_lines_that_are_an_array_or_object_each(text):
    each = [line.strip(" \t\r\n") for line in text.split("\n")]

    assert are_records(text) == all(line[0] in "[{" and strictly(line) is not None for line in each if line)


@pytest.mark.parametrize("text", ["[1] [2,\n[3]]", "[1][2]", "[[1],\n[2]]", "[1]\n2", '{"a":\n{"b": 1}}\n'])
def test_as_many_values_as_lines_need_not_be_one_on_each(text):
    assert not are_records(text)


@pytest.mark.parametrize("after", ["", " ", "\n\n", "\n\nwords", "\n\u00e9", "\u2028", "]", ", 1", "\0"])
@pytest.mark.parametrize("name", ["Ada", "Zo\u00eb", "\U0001f469", "\\ud800"])
def test_a_value_ends_where_it_ends_whatever_its_length_and_what_follows(name, after):
    for length in (1, 4_000, 5_000, 70_000):
        document = f'{{"name": "{name * length}"}}'

        assert find_end(f"words\n{document}{after}", 6) == (6 + len(document), True)
        assert find_end(f"words\n{document[:-1]}{after}x", 6)[1] is False
