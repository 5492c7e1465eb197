from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compress.json.strategies import NOT_JSON, NUMBERS, STRINGS, nearly, strictly, texts
from compress.json.tables import expanded
from scrimp.compress.checks.json_equal import json_equal
from scrimp.compress.json.minify import minify
from scrimp.compress.json.table_writer import write_tables

ROWS = '[{"id":1.0,"full name":"\\u0041"},{"id":1e400,"full name":"b"},{"id":12345678901234567890,"full name":null}]'
TABLE = '{"_cols":["id","full name"],"_rows":[[1.0,"\\u0041"],[1e400,"b"],[12345678901234567890,null]]}'
MANY = ",".join('{"number":0}' for _ in range(9))
MANY_ROWS = ",".join("[0]" for _ in range(9))


# Keys of which each object has some; one may come twice.
_KEYS = ['"a rather long key"', '"b"', '"b"', '"\\u0063"', '"another long key"', '"\ud800"']
_scalars = st.sampled_from([*NUMBERS, *STRINGS, '"-"', '"\\u002d"', '"_"', '"~"'])


def _uneven(inner):
    """Return an array or object of three objects and more that have keys of one list, or nearly."""
    kept = st.lists(st.sampled_from(["all", "some", "turned"]), min_size=6, max_size=6)
    member = st.builds(_some, kept, st.lists(inner, min_size=6, max_size=6))
    members = st.lists(member, min_size=3, max_size=7)
    named = members.map(lambda objects: ",".join(f'"k{n}":{each}' for n, each in enumerate(objects)))
    return members.map(lambda objects: f"[{','.join(objects)}]") | named.map(lambda pairs: f"{{{pairs}}}") | member


def _some(kept, values):
    pairs = [f"{key}:{value}" for key, keep, value in zip(_KEYS, kept, values, strict=True) if keep != "some"]
    return f"{{{','.join(reversed(pairs) if kept.count('turned') > 4 else pairs)}}}"


uneven = st.recursive(_scalars | st.sampled_from(["[]", "{}", "[[]]"]), _uneven, max_leaves=60)
jsonl = st.lists(_uneven(_scalars | _uneven(_scalars)), min_size=2, max_size=6).map("\n".join)
tabular = uneven.filter(lambda text: text[0] in "[{") | jsonl


@given(tabular)
def test_objects_with_some_of_the_keys_are_read_back_as_they_were(text):
    once = write_tables(text)

    assert expanded(once) == text
    assert json_equal(text, once)
    assert write_tables(once) == once
    assert len(once) <= len(text)


@given(tabular, st.data())
def test_a_table_changed_anywhere_is_no_longer_equal(text, data):
    short = write_tables(text)
    at = data.draw(st.integers(0, len(short) - 1))
    other = data.draw(st.sampled_from(["", "0", '"', ",", "-", "]", "[1]", "\\", '"-",', "[", "{", "}"]))
    changed = short[:at] + other + short[at + 1 :]

    if json_equal(text, changed):
        assert text in {minify(changed), expanded(minify(changed))}


@given(texts.map(minify))
@example(ROWS)
@example(f"[{MANY}]")
def test_expanding_gives_back_the_minified_text(text):
    assert expanded(write_tables(text)) == text


@given(texts | nearly)
@example(ROWS)
def test_columns_never_make_a_text_longer_and_are_done_after_once(text):
    once = write_tables(text)

    assert len(once) <= len(text)
    assert write_tables(once) == once


@given(texts)
def test_either_the_text_is_unchanged_or_a_table_was_worth_it(text):
    assert write_tables(text) == text or '"_rows":[[' in write_tables(text)


def test_alike_objects_become_a_table_with_their_lexemes_as_they_were():
    assert write_tables(ROWS) == TABLE


def test_white_space_around_a_table_goes_too():
    assert write_tables(ROWS.replace(",", " ,\n  ")) == TABLE


def test_a_key_that_comes_twice_has_two_columns():
    text = "[" + ",".join('{"key":1,"key":2}' for _ in range(5)) + "]"

    assert write_tables(text) == '{"_cols":["key","key"],"_rows":[' + ",".join("[1,2]" for _ in range(5)) + "]}"


def test_arrays_inside_rows_are_rows_of_columns_within_a_column():
    item = f'{{"name of the whole":"x","its many parts":[{MANY}]}}'
    row = f'["x",[{MANY_ROWS}]]'
    table = f'{{"_cols":["name of the whole",{{"its many parts":[["number"]]}}],"_rows":[{",".join([row] * 5)}]}}'

    assert write_tables(f'{{"page":1,"items":[{",".join([item] * 5)}]}}') == f'{{"page":1,"items":{table}}}'


def test_objects_inside_rows_are_rows_of_columns_within_a_column():
    item = '{"key":1,"name":{"first":"a","last":"b"}}'

    assert write_tables(f"[{item},{item},{item}]") == (
        '{"_cols":["key",{"name":["first","last"]}],"_rows":[[1,["a","b"]],[1,["a","b"]],[1,["a","b"]]]}'
    )


def test_a_column_with_an_array_that_might_be_taken_for_a_row_has_no_columns_of_its_own():
    names = '"name":{"first":"a","last":"b"}'

    assert write_tables(
        f'[{{"key":1,{names}}},{{"key":2,{names}}},{{"key":2,{names}}},{{"key":3,"name":["c","d"]}}]'
    ) == (
        '{"_cols":["key","name"],"_rows":[[1,{"first":"a","last":"b"}],[2,{"first":"a","last":"b"}],'
        '[2,{"first":"a","last":"b"}],[3,["c","d"]]]}'
    )


def test_an_object_whose_values_are_alike_is_a_table_with_its_keys_before_the_rows():
    parts = ",".join(f'"part {n}":{{"version":{n}.0,"license":"MIT"}}' for n in range(4))
    rows = ",".join(f'"part {n}":[{n}.0,"MIT"]' for n in range(4))

    assert write_tables(f"{{{parts}}}") == f'{{"_cols":["version","license"],"_rows":{{{rows}}}}}'


def test_a_row_ends_early_where_its_last_keys_are_not_there():
    text = f'{ROWS[:-1]},{{"id":4}},{{}}]'

    assert write_tables(text) == f"{TABLE[:-2]},[4],[]]}}"


def test_a_key_that_is_not_there_within_a_row_has_a_mark_that_comes_nowhere_else():
    some = ",".join(f'{{"first key":{n},"a second one":"-","third":null}}' for n in range(4))
    rows = ",".join(f'[{n},"-",null]' for n in range(4))

    assert write_tables(f'[{some},{{"first key":4,"third":5}}]') == (
        f'{{"_cols":["first key","a second one","third"],"_absent":"_","_rows":[{rows},[4,"_",5]]}}'
    )


def test_without_a_mark_that_comes_nowhere_else_only_the_end_of_a_row_is_left_out():
    some = ",".join(f'{{"first key":"{mark}","a second one":"\\u005f","third":null}}' for mark in "-~^")
    rows = ",".join(f'["{mark}","\\u005f",null]' for mark in "-~^")

    assert write_tables(f'[{some},{{"first key":4,"third":5}},{{"first key":6}}]') == (
        f'{{"_cols":["first key","a second one","third"],"_rows":[{rows},{{"first key":4,"third":5}},[6]]}}'
    )


def test_each_line_of_jsonl_has_its_own_tables_where_the_lines_are_not_alike():
    assert write_tables(f"[{MANY}]\n[1]") == f'{{"_cols":["number"],"_rows":[{MANY_ROWS}]}}\n[1]'


def test_alike_lines_of_jsonl_are_one_table_of_lines():
    assert write_tables(ROWS[1:-1].replace("},{", "}\n{")) == TABLE.replace("_rows", "_lines")


@pytest.mark.parametrize("odd", ['{"name":1,"id":2}', '{"id":1,"n\\u0061me":2}', '{"other":1}', '{"id":1,"id":2}'])
def test_an_object_with_other_keys_or_another_order_stays_one_among_the_rows(odd):
    assert write_tables(f"{ROWS[:-1]},{odd}]") == f"{TABLE[:-2]},{odd}]}}"


@pytest.mark.parametrize("odd", ["[1,2]", "1", '"{"', "null"])
def test_an_array_with_anything_else_among_its_objects_stays_one(odd):
    text = f"{ROWS[:-1]},{odd}]"

    assert write_tables(text) == text


def test_two_objects_are_too_few_for_a_table():
    text = "[" + ",".join('{"a rather long name for a key":1}' for _ in range(2)) + "]"

    assert write_tables(text) == text


def test_a_table_that_saves_less_than_a_tenth_of_the_array_is_not_written():
    rows = ['{"k":"' + "x" * 60 + '"}' for _ in range(50)]
    text = f"[{','.join(rows)}]"

    assert write_tables(text) == text


@pytest.mark.parametrize("key", ["_cols", "_rows", "\\u005fcols", "_row\\u0073", "\\u005Frows"])
def test_a_document_with_such_keys_of_its_own_is_left_alone(key):
    text = f'{{ "{key}" : 1, "items": {ROWS} }}'

    assert write_tables(text) == text


def test_such_words_in_values_are_no_keys():
    text = '[{"key":"_cols","name":"_rows"}' + ',{"key":"\\"_cols\\":","name":0}' * 5 + "]"

    assert write_tables(text).startswith('{"_cols":["key","name"],"_rows":[["_cols","_rows"],')


@pytest.mark.parametrize("text", NOT_JSON)
def test_what_is_not_strictly_json_has_no_columns(text):
    assert write_tables(text) == text
    assert expanded(text) == text


@pytest.mark.parametrize(
    "text",
    [
        '{"_cols":["a"],"_rows":[[1],[2]]}',
        '{"_cols":["a"],"_rows":[[1],[2],[3,4]]}',
        '{"_cols":["a"],"_rows":[[1],[2],3]}',
        '{"_cols":["a","b"],"_absent":"-","_rows":[[1],[2],[3,"-"]]}',
        '{"_cols":["a"],"_absent":0,"_rows":[[1],[2],[3]]}',
        '{"_cols":[{"a":["b"],"c":["d"]}],"_rows":[[[1]],[[2]],[[3]]]}',
        '{"_cols":[{"a":["b"]}],"_rows":[[[1]],[[2]],[[3,4]]]}',
        '{"_cols":[{"a":[["b"]]}],"_rows":[[[[1]]],[[[2]]],[[[3,4]]]]}',
        '{"_cols":["a"],"_lines":{"a":[1],"b":[2],"c":[3]}}',
        '[{"_cols":["a"],"_lines":[[1],[2],[3]]}]',
        '{"_cols":["a",1],"_rows":[[1,1],[2,2],[3,3]]}',
        '{"_cols":[],"_rows":[[],[],[]]}',
        '{"_cols":{"a":"b"},"_rows":[[1],[2],[3]]}',
        '{"_cols":["a"],"_rows":{"a":[1],"b":[2]}}',
        '{"_rows":[[1],[2],[3]],"_cols":["a"]}',
        '{"_cols":["a"],"_rows":[[1],[2],[3]],"more":1}',
        '{"_cols":"a","_rows":"[[1],[2],[3]]"}',
    ],
)
def test_what_columns_would_not_have_written_is_not_expanded(text):
    assert expanded(text) == text


@given(texts.map(minify))
def test_a_table_decodes_to_the_same_names_and_values(text):
    assert strictly(expanded(write_tables(text))) == strictly(text)


def test_a_hundred_thousand_levels_are_read():
    deep = '[{"a":' * 50_000 + f"[{MANY}]" + "}]" * 50_000

    assert write_tables(deep) == '[{"a":' * 50_000 + f'{{"_cols":["number"],"_rows":[{MANY_ROWS}]}}' + "}]" * 50_000
    assert expanded(write_tables(deep)) == deep


def test_deep_tables_within_tables_are_no_trap():
    # Copying what is in each table for every table around it would take many minutes: the time limit tells.
    before, after = '[{"a key":1},{"a key":2},{"a key":', "}]"
    deep = before * 8_000 + "0" + after * 8_000

    assert len(write_tables(deep)) < len(deep)
    assert expanded(write_tables(deep)) == deep
    assert expanded('{"_cols":["a key"],"_rows":[[1],[2],[' * 8_000 + "0" + "]]}" * 8_000) == deep
