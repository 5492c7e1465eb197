from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compress.json.strategies import NOT_JSON, nearly, spaced, spaces, strictly, texts, values
from scrimp.compress.json.minify import minify


@given(values, spaces)
def test_what_is_left_is_the_lexemes_and_nothing_else(lexemes, between):
    assert minify(spaced(lexemes, between)) == "".join(lexemes)


@given(
    st.lists(values.filter(lambda lexemes: lexemes[0] in "[{"), min_size=2, max_size=5),
    st.sampled_from(["\n", "\r\n", " \r\n\n\t", "\r\n\r\n"]),
    st.sampled_from([" ", "\t"]),
)
def test_each_line_of_jsonl_is_minified_and_line_ends_stay(records, between, space):
    text = between.join(space.join(lexemes) for lexemes in records)

    assert minify(text) == between.join(map("".join, records))


@pytest.mark.parametrize("indent", [None, 0, 2, "\t"])
@pytest.mark.parametrize("word", ["a", ': "', ", \\", '", "', '\\"', "\u00e9 \u2028"])
def test_a_long_document_is_what_python_writes_without_white_space(word, indent):
    document = [{f"key {number}": word * (number % 7), word: [number, None, [], {}]} for number in range(2_000)]

    for ascii_only in (True, False):
        short = json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":"))
        assert minify(json.dumps(document, ensure_ascii=ascii_only, indent=indent)) == short


@pytest.mark.parametrize("text", NOT_JSON)
def test_what_is_not_strictly_json_comes_back_unchanged(text):
    assert minify(text) == text


@given(nearly)
@example("[ 1")
def test_json_is_what_a_strict_parser_says_it_is(text):
    line = text.replace("\n", "").replace("\r", "").replace("null", "0")

    assert (minify(f" {line}") != f" {line}") == (strictly(line) is not None)


@given(texts)
def test_the_decoded_values_are_the_same(text):
    assert strictly(minify(text)) == strictly(text)


@given(texts | nearly)
def test_minifying_never_makes_a_text_longer_and_is_done_after_once(text):
    once = minify(text)

    assert len(once) <= len(text)
    assert minify(once) == once


def test_levels_are_minified_as_far_as_python_reads_them():
    few, many = ('[ {"a" : ' * levels + "1" + " } ]" * levels for levels in (200, 50_000))

    assert minify(few) == few.replace(" ", "")
    assert minify(many) == many


@pytest.mark.parametrize(
    "text",
    [
        "[ " * 500_000, '{ "a":' * 200_000, '"' + '\\"' * 500_000, '["a" , ' * 200_000, "[" + "1 ," * 300_000,
        "[1]" + " " * 10**6 + "x",
    ],
    ids=["brackets", "braces", "a string without an end", "strings", "an array without an end", "space"],
)  # fmt: skip
def test_long_text_that_fails_at_its_end_is_no_trap(text):
    # Reading any of it more than a few times would take minutes here; the suite's own time limit would tell.
    assert minify(text) == text
