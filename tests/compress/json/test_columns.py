from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compress.json.strategies import NOT_JSON, NUMBERS, STRINGS, nearly, texts
from scrimp.compress.checks.json_equal import expanded, json_equal
from scrimp.compress.json.columns import LEGEND, LINES_LEGEND, write_columns
from scrimp.compress.json.minify import minify

ROWS = '[{"id":1.0,"full name":"\\u0041"},{"id":1e400,"full name":"b"},{"id":12345678901234567890,"full name":null}]'
KEYS = ('"a rather long key"', '"b"', '"b"', '"\\u0063"', '"another long key"')
scalars = st.sampled_from([*NUMBERS, *STRINGS, "{}", "[]"])


def alike(inner):
    """Return arrays of objects that have the first so many keys of one list, or one other."""
    objects = st.lists(st.lists(inner, max_size=5), min_size=2, max_size=7)
    extra = st.sampled_from(["", "", "", ',{"other":1}', ",1", ",[{}]"])
    return st.builds(lambda rows, more: f"[{','.join(map(written, rows))}{more}]", objects, extra) | st.lists(
        inner, min_size=1, max_size=5
    ).map(written)


def written(values):
    return f"{{{','.join(f'{key}:{value}' for key, value in zip(KEYS, values, strict=False))}}}"


arrays = st.recursive(scalars, alike, max_leaves=60)
jsonl = st.lists(st.lists(scalars | alike(scalars), min_size=1, max_size=5).map(written), min_size=2, max_size=6)
tabular = arrays | jsonl.map("\n".join) | jsonl.map(lambda lines: "\n".join(lines * 4))


@given(tabular | texts.map(minify))
@example(ROWS * 1)
def test_columns_are_read_back_as_the_objects_they_were(text):
    once = write_columns(text)

    assert once == text or expanded(once) == text
    assert json_equal(text, once)
    assert write_columns(once) == once
    assert len(once) <= len(text)


@given(tabular, st.data())
def test_columns_changed_anywhere_are_no_longer_equal(text, data):
    short = write_columns(text)
    at = data.draw(st.integers(0, len(short) - 1))
    other = data.draw(st.sampled_from(["", "0", '"', ",", "-", "]", "[1]", "\\", "[", "{", "}", "\n"]))
    changed = short[:at] + other + short[at + 1 :]

    if json_equal(text, changed):
        assert minify(text) in {minify(changed), expanded(changed)}


@given(nearly)
def test_what_is_no_json_of_objects_stays(text):
    once = write_columns(text)

    assert once == text or expanded(once) == minify(text)


def test_keys_are_written_once_under_a_line_that_says_so():
    text = json.dumps([{"id": n, "full name": f"n{n}", "tags": []} for n in range(9)], separators=(",", ":"))
    rows = ",".join(f'[{n},"n{n}",[]]' for n in range(9))

    assert write_columns(text) == f'{LEGEND}{{"_cols":["id","full name","tags"],"_rows":[{rows}]}}'


def test_the_last_keys_may_be_missing_and_arrays_within_are_written_too():
    rows = [{"name": f"n{n}", "ports": [{"port": p, "protocol": "tcp"} for p in range(5)]} for n in range(3)]
    text = json.dumps({"hosts": [*rows, {"name": "last"}]}, separators=(",", ":"))
    short = write_columns(text)

    assert short.endswith(',["last"]]}}')
    assert short.count('"_cols":["port","protocol"]') == 3
    assert expanded(short) == text


def test_lines_of_json_are_one_object_of_lines():
    lines = "\n".join(f'{{"id":{n},"name":"n{n}"}}' for n in range(20))

    assert write_columns(lines).startswith(f'{LINES_LEGEND}{{"_cols":["id","name"],"_lines":[[0,"n0"],[1,')


@pytest.mark.parametrize(
    "text",
    [
        *NOT_JSON,
        '[{"number":1},{"number":2}]',
        f"[{','.join(['{}'] * 99)}]",
        f'[{",".join(["1"] * 99)},{{"a":1}}]',
        f'[{{"_cols":[1]}},{",".join(["{" + chr(34) + "number" + chr(34) + ":0}"] * 99)}]',
        f"[{','.join(f'{{{chr(34)}key of number {n}{chr(34)}:0}}' for n in range(99))}]",
    ],
)
def test_what_gains_nothing_or_has_such_keys_stays(text):
    assert write_columns(text) == text


def test_a_hundred_thousand_levels_and_rows_are_no_trap():
    deep = '[{"a":' * 50_000 + "1" + "}]" * 50_000
    many, more = (f"[{','.join(['{' + chr(34) + 'number' + chr(34) + ':0}'] * rows)}]" for rows in (40_000, 50_001))

    assert write_columns(deep) == deep
    assert len(write_columns(many)) < len(many)
    assert json_equal(many, write_columns(many))
    assert write_columns(more) == more
