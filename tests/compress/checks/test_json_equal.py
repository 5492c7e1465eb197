from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.json.strategies import NOT_JSON, nearly, texts
from scrimp.compress.checks.json_equal import expanded, json_equal
from scrimp.compress.json.columns import write_columns
from scrimp.compress.json.minify import minify

ROWS = '[{"id": 1.0, "name": "a"}, {"id": 2, "name": "b"}' + ', {"id": 3, "name": "b"}' * 9 + "]"


@given(texts | nearly)
def test_what_the_rules_write_is_equal_to_what_they_were_given(text):
    assert json_equal(text, minify(text))
    assert json_equal(text, write_columns(text))
    assert json_equal(text, write_columns(minify(text)))


@given(texts, st.data())
def test_any_other_character_anywhere_is_another_text(text, data):
    short = write_columns(minify(text))
    at = data.draw(st.integers(0, len(short) - 1))
    other = data.draw(st.sampled_from(["", " ", "0", '"', ",", "a", "]", "[1]", "\\"]))
    changed = short[:at] + other + short[at + 1 :]

    if json_equal(text, changed):
        assert minify(text) in {minify(changed), expanded(changed)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[1.0]", "[1]"),
        ("[1e400]", "[1e401]"),
        ("[12345678901234567890]", "[12345678901234567000]"),
        ("[-0]", "[0]"),
        ('["\\u0041"]', '["A"]'),
        ('["a  b"]', '["a b"]'),
        ('{"a":1,"b":2}', '{"b":2,"a":1}'),
        ('{"a":1,"a":2}', '{"a":2}'),
        ("[1,2]", "[12]"),
        ("[[1],2]", "[[1,2]]"),
        ("[1]\n[2]", "[1]"),
        ("[1]\n[2]", "[[1],[2]]"),
        ("[]", "{}"),
        ("[1]", "[1] "[:2]),
        ("[1]", ""),
        ("", "[1]"),
    ],
)
def test_another_spelling_order_or_shape_is_not_equal(before, after):
    assert not json_equal(before, after)


@pytest.mark.parametrize("lost", [',[3,"b"]', '"name"', "1.0", "2,"])
def test_a_table_that_lost_anything_is_not_equal(lost):
    assert json_equal(ROWS, write_columns(ROWS))
    assert not json_equal(ROWS, write_columns(ROWS).replace(lost, "", 1))


def test_tables_are_not_read_where_the_text_had_such_keys_already():
    table = write_columns(ROWS)

    assert not json_equal(table, table.replace(",", " , "))
    assert not json_equal(table, ROWS)


@pytest.mark.parametrize("text", NOT_JSON)
def test_what_is_not_json_is_equal_to_itself_alone(text):
    assert json_equal(text, text)
    assert not json_equal(text, f"{text} ")


def test_hundreds_of_levels_are_compared():
    deep = '[ {"a" : ' * 200 + "1" + " } ]" * 200

    assert json_equal(deep, minify(deep))
    assert not json_equal(deep, minify(deep).replace("1", "2"))


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ('["a  b", 1]', '["a  b",1]', True),
        ('["a  b", 1]', '["a b",1]', False),
        ("[1, 2]", "[12]", False),
        ("[1]\n\n[2, 3]\r\n", "[1]\n[2,3]", True),
        ("[1]\n[2]", "[1]", False),
        ("[1, 2]", "[1,2", False),
        ("[1e400, 2]", "[1e400,2]", True),  # what cannot be decoded is left to its lexemes
        ("[1e400, 2]", "[1e400,3]", False),
        ("[" * 100_000 + "]" * 100_000, "[]", False),
    ],
)
def test_another_parser_has_a_word_in_what_is_equal(before: str, after: str, same: bool) -> None:
    assert json_equal(before, after) is same
