from __future__ import annotations

import pytest
from hypothesis import example, given

from compress.test_json_minify import NOT_JSON, nearly, strictly, texts
from scrimp.compress.json_columns import columns, expanded
from scrimp.compress.json_minify import minify

ROWS = '[{"id":1.0,"full name":"\\u0041"},{"id":1e400,"full name":"b"},{"id":12345678901234567890,"full name":null}]'
TABLE = '{"_cols":["id","full name"],"_rows":[[1.0,"\\u0041"],[1e400,"b"],[12345678901234567890,null]]}'
MANY = ",".join('{"number":0}' for _ in range(9))
MANY_ROWS = ",".join("[0]" for _ in range(9))


@given(texts.map(minify))
@example(ROWS)
@example(f"[{MANY}]")
def test_expanding_gives_back_the_minified_text(text):
    assert expanded(columns(text)) == text


@given(texts | nearly)
@example(ROWS)
def test_columns_never_make_a_text_longer_and_are_done_after_once(text):
    once = columns(text)

    assert len(once) <= len(text)
    assert columns(once) == once


@given(texts)
def test_either_the_text_is_unchanged_or_a_table_was_worth_it(text):
    assert columns(text) == text or '"_rows":[[' in columns(text)


def test_alike_objects_become_a_table_with_their_lexemes_as_they_were():
    assert columns(ROWS) == TABLE


def test_white_space_around_a_table_goes_too():
    assert columns(ROWS.replace(",", " ,\n  ")) == TABLE


def test_a_key_that_comes_twice_has_two_columns():
    text = "[" + ",".join('{"key":1,"key":2}' for _ in range(5)) + "]"

    assert columns(text) == '{"_cols":["key","key"],"_rows":[' + ",".join("[1,2]" for _ in range(5)) + "]}"


def test_arrays_inside_a_document_and_inside_rows_become_tables():
    item = f'{{"name of the whole":"x","its many parts":[{MANY}]}}'
    row = f'["x",{{"_cols":["number"],"_rows":[{MANY_ROWS}]}}]'
    table = f'{{"_cols":["name of the whole","its many parts"],"_rows":[{",".join([row] * 5)}]}}'

    assert columns(f'{{"page":1,"items":[{",".join([item] * 5)}]}}') == f'{{"page":1,"items":{table}}}'


def test_each_line_of_jsonl_has_its_own_tables():
    assert columns(f"[{MANY}]\n[1]") == f'{{"_cols":["number"],"_rows":[{MANY_ROWS}]}}\n[1]'


@pytest.mark.parametrize(
    "odd",
    [
        '{"name":1,"id":2}',
        '{"id":1}',
        '{"id":1,"name":2,"more":3}',
        '{"id":1,"n\\u0061me":2}',
        "{}",
        "[1,2]",
        "1",
        '"{"',
    ],
)
def test_objects_whose_keys_differ_in_any_way_stay_objects(odd):
    text = f"{ROWS[:-1]},{odd}]"

    assert columns(text) == text


def test_two_objects_are_too_few_for_a_table():
    text = "[" + ",".join('{"a rather long name for a key":1}' for _ in range(2)) + "]"

    assert columns(text) == text


def test_a_table_that_saves_less_than_a_tenth_of_the_array_is_not_written():
    rows = ['{"k":"' + "x" * 60 + '"}' for _ in range(50)]
    text = f"[{','.join(rows)}]"

    assert columns(text) == text


@pytest.mark.parametrize("key", ["_cols", "_rows", "\\u005fcols", "_row\\u0073", "\\u005Frows"])
def test_a_document_with_such_keys_of_its_own_is_left_alone(key):
    text = f'{{ "{key}" : 1, "items": {ROWS} }}'

    assert columns(text) == text


def test_such_words_in_values_are_no_keys():
    text = '[{"key":"_cols","name":"_rows"}' + ',{"key":"\\"_cols\\":","name":0}' * 5 + "]"

    assert columns(text).startswith('{"_cols":["key","name"],"_rows":[["_cols","_rows"],')


@pytest.mark.parametrize("text", NOT_JSON)
def test_what_is_not_strictly_json_has_no_columns(text):
    assert columns(text) == text
    assert expanded(text) == text


@pytest.mark.parametrize(
    "text",
    [
        '{"_cols":["a"],"_rows":[[1],[2]]}',
        '{"_cols":["a"],"_rows":[[1],[2],[3,4]]}',
        '{"_cols":["a"],"_rows":[[1],[2],{"a":3}]}',
        '{"_cols":["a",1],"_rows":[[1,1],[2,2],[3,3]]}',
        '{"_cols":[],"_rows":[[],[],[]]}',
        '{"_cols":{"a":"b"},"_rows":[[1],[2],[3]]}',
        '{"_cols":["a"],"_rows":{"a":[1],"b":[2],"c":[3]}}',
        '{"_rows":[[1],[2],[3]],"_cols":["a"]}',
        '{"_cols":["a"],"_rows":[[1],[2],[3]],"more":1}',
        '{"_cols":"a","_rows":"[[1],[2],[3]]"}',
    ],
)
def test_what_columns_would_not_have_written_is_not_expanded(text):
    assert expanded(text) == text


@given(texts.map(minify))
def test_a_table_decodes_to_the_same_names_and_values(text):
    assert strictly(expanded(columns(text))) == strictly(text)


def test_a_hundred_thousand_levels_are_read():
    deep = '[{"a":' * 50_000 + f"[{MANY}]" + "}]" * 50_000

    assert columns(deep) == '[{"a":' * 50_000 + f'{{"_cols":["number"],"_rows":[{MANY_ROWS}]}}' + "}]" * 50_000
    assert expanded(columns(deep)) == deep


def test_deep_tables_within_tables_are_no_trap():
    # Copying what is in each table for every table around it would take hours; the suite's own time limit would tell.
    before, after = '[{"a key":1},{"a key":2},{"a key":', "}]"
    deep = before * 20_000 + "0" + after * 20_000

    assert columns(deep) == deep  # what each saves is little beside all that is in it
    assert expanded('{"_cols":["a key"],"_rows":[[1],[2],[' * 20_000 + "0" + "]]}" * 20_000) == deep
