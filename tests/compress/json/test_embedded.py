from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.json.strategies import strictly, texts
from scrimp.compress.json.embedded import find_json
from scrimp.compress.json.minify import minify

BASE64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
DOCUMENT = '{\n  "name": "a name of some length",\n  "items": [\n    1.0,\n    {\n      "b": "]}"\n    }\n  ]\n}'
LINE = '{"name": "a name of some length", "items": [1]}'

lines = st.lists(
    st.sampled_from(
        [
            DOCUMENT, DOCUMENT, LINE, LINE, '{"a": 1}', '{\n"a": 1}', "[1, 2]", "words", "", "  [", "],", "]",
        ]
    )
    | texts,
    max_size=12,
).map("\n".join)  # fmt: skip


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find_json(text)]


def minified(text: str) -> str:
    for start, end in reversed(find_json(text)):
        text = text[:start] + minify(text[start:end]) + text[end:]
    return text


@given(lines)
def test_every_stretch_is_json_that_begins_a_line_and_ends_one(text):
    at = 0
    for start, end in find_json(text):
        assert at <= start < end
        assert not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t")
        assert not text[end:].partition("\n")[0].strip(" \t\r")
        assert (
            all(strictly(part) is not None for part in text[start:end].split("\n"))
            or strictly(text[start:end]) is not None
        )
        at = end


@given(lines)
def test_minifying_what_is_found_is_done_after_once(text):
    once = minified(text)

    assert minified(once) == once


@given(lines)
def test_what_is_not_json_is_left_as_it_was(text):
    around, at = [], 0
    for start, end in find_json(text):
        around.append(text[at:start])
        at = end

    rest = minified(text)
    for piece in [*around, text[at:]]:
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "Sort these:\n",
        "Sort these:\n\n",
        "a\r\n",
        "\t",
        "Sort:\n    ",
        "[note] see\n",
        "}\n",
        f"{BASE64}=\n",
        f"a.png: {BASE64}==\n\n",
    ],
)
@pytest.mark.parametrize("after", ["", "\n", " \t\r\n", "\nThank you, [all] of you.\n"])
def test_a_document_among_words_is_found_without_what_is_around_it(before, after):
    assert find_json(before + DOCUMENT + after) == [(len(before), len(before) + len(DOCUMENT))]


def test_documents_one_below_the_other_are_found_one_by_one():
    assert found(f"{DOCUMENT}\n{DOCUMENT}\n\n{LINE}") == [DOCUMENT, DOCUMENT, LINE]


def test_lines_of_jsonl_are_one_stretch_however_short_each_is():
    jsonl = '{"a": 1}\n{"a": 2}\n[3, 4]\n{"a": 4}\n{"a": 5}'

    assert found(f"Rows:\n{jsonl}\n\nwords") == [jsonl]


def test_a_line_that_is_not_json_parts_no_more_than_the_lines_around_it():
    records = [json.dumps({"id": number, "name": "a name"}) for number in range(5_000)]
    for bad in (0, 2, 999, 1_001, 3_000, 4_999):
        lines = records.copy()
        lines[bad] = lines[bad].replace(":", ";", 1)
        text = "\n".join(lines)
        parts = ["\n".join(lines[:bad]), "\n".join(lines[bad + 1 :])]

        assert [text[start:end] for start, end in find_json(text)] == [part for part in parts if part]


@pytest.mark.parametrize("short", ['{"a": 1}', "[1, 2, 3]", "[]", '{"a": 1}\n\n{"a": 2}'])
def test_less_than_forty_characters_are_not_worth_it(short):
    assert not find_json(short)
    assert not find_json(f"words\n{short}\nwords")


@pytest.mark.parametrize(
    "text",
    [
        f"const x = {DOCUMENT}",
        f"{DOCUMENT};",
        f"{DOCUMENT}, 1",
        f"f(\n{LINE}\n)",
        f"x = [\n  {LINE},\n  {LINE}\n]",
        f"[\n  {LINE}, // one\n  {LINE}\n]",
        f"[\n  {LINE},\n\n  {LINE},\n]",
        f"x =\n{LINE}",
        DOCUMENT.replace("1.0", "NaN").replace("]}", ""),
        DOCUMENT[:-1],
        DOCUMENT.replace('"name"', "'name'"),
    ],
)
def test_json_that_is_part_of_something_else_is_not_touched(text):
    assert not find_json(text)


@given(st.text() | st.text(alphabet='[]{}",:\n 1a\\'))
def test_any_text_is_searched_without_a_fault(text):
    find_json(text)
    whole = f"{LINE}\n\n{text}"
    before = len(LINE) + 2

    assert all(0 <= start < end <= len(whole) for start, end in find_json(whole))
    assert [span for span in find_json(whole) if span[0] >= before] == [
        (before + start, before + end) for start, end in find_json(text)
    ]


def test_a_hundred_thousand_levels_are_too_deep_and_what_stands_before_them_is_found():
    deep = '[ {"a" : ' * 50_000 + "1" + " } ]" * 50_000

    assert found(f"{DOCUMENT}\n\n{deep}\n") == [DOCUMENT]


def test_four_hundred_levels_are_one_document():
    deep = '[ {"a" : ' * 200 + "1" + " } ]" * 200

    assert found(f"words\n{deep}\n") == [deep]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_of_python_are_no_json_but_in_strings(constant):
    assert found(f'{LINE}\n\n{{"a number": {constant}, "a name": "of some length"}}\n\n{LINE}') == [LINE, LINE]
    assert len(find_json(f'{{"a number": "{constant}", "a name": "of some length"}}')) == 1


@pytest.mark.parametrize("size", [4000, 4090, 4096, 4100, 65_536, 1_048_576, 2_000_000])
def test_a_long_string_ends_where_it_ends(size):
    document = f'{{"text": "{"x" * (size - 15)}\\u00e9", "rest": [-1.5e10, null]}}'

    assert found(f"words\n{document}\nwords\n{LINE}") == [document, LINE]
    assert found(f"words\n{document[:-1]}\nwords\n{LINE}") == [LINE]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10**6,
        "[\n" * 300_000,
        '{"a":\n' * 100_000,
        "[1\n" * 200_000,
        "[1,\n" * 200_000,
        '["\\"\n' * 200_000,
        '["' + '\\"' * 500_000,
        "[x\n" * 200_000,
        "\n" * 500_000 + "[",
        (" " * 1000 + "\n") * 1000,
    ],
    ids=range(10),
)
def test_hostile_text_is_no_trap(text):
    # Reading any of it more than a few times would take minutes here; the suite's own time limit would tell.
    assert not find_json(text)
